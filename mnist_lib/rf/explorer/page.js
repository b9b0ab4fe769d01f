/* The page: search, graph and table on one side, the chosen layer and unit on the other. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer, { make, say } = root.bookParts.dom;
  const host = document.getElementById("explorer"), data = JSON.parse(document.getElementById("data").textContent);
  const model = explorer.makeModel(data), FOUND = 40, LARGEST = 40e6;
  const grouped = (n) => n.toLocaleString("en-US");

  const graph = explorer.makeGraph(model, { choose: (id) => show(id), changed: () => {} });
  const facts = explorer.makeFacts(model, { goTo });
  const rows = explorer.makeRows(model, { goTo });
  const pictures = explorer.makePictures(model);
  let shownId = null, counting = 0;
  const map = explorer.makeMap(model, unitChosen);

  function goTo(id) {
    view("graph");
    graph.goTo(id);
    show(id);
    facts.title.focus({ preventScroll: root.innerWidth > 800 });
  }

  function show(id) {
    shownId = id;
    facts.show(id);
    map.show(model.thing(id));
  }

  /* Where the network returns several maps: each by its key, and its field. */
  function returned() {
    if (!data.returned.length) return null;
    return make("p", {}, "Returns ", ...data.returned.flatMap((map, x) => [x ? ", " : "", make("button", { type: "button", class: "link", onclick: () => goTo(`x${x}`) }, map.name), ` (field ${explorer.both(map.field)})`]));
  }

  /* The row that says the same as a block: the last inside that has the same map and fields. */
  function rowOf(id) {
    if (id[0] === "r") return Number(id.slice(1));
    if (id[0] === "x") return null;
    const block = model.thing(id), last = [...model.members[Number(id.slice(1))]].pop();
    const row = model.rows[last];
    return row && `${row.shape} ${row.seen}` === `${block.shape} ${block.seen}` ? last : null;
  }

  const cost = (number) => model.rows.slice(0, number + 1).reduce((sum, row) => sum + row.shape.reduce((all, n) => all * n, 1) * (Array.isArray(row.kernel) ? row.kernel.reduce((a, k) => a + k, 0) : 1), 0);

  function unitChosen(row, unit) {
    const ends = model.interval(row, unit), number = rowOf(shownId), mine = ++counting;
    const paths = number === null ? null : explorer.pathsTo(model, number, unit);
    const central = `${unit}` === `${model.central(row)}`;
    const what = { ends, paths, ways: null, effective: number === null ? null : data.effective[number] || null, central };
    facts.tellPaths(paths);
    map.say(`Unit ${unit.length ? unit.join(", ") : "0"} sees ${data.axes.map((axis, a) => `${axis} ${ends[a] ? explorer.span(ends[a]) : ends[a] === null ? "none" : "not in this file"}`).join(", ")}.`);
    pictures.show(what);
    if (number !== null && cost(number) < LARGEST) setTimeout(() => { // behind the drawing; only the last one counts
      if (mine === counting) pictures.show({ ...what, ways: explorer.waysTo(model, number, unit) });
    }, 30);
  }

  // Search -------------------------------------------------------------------------------------
  const results = make("ul", { class: "results", id: "results" }), counted = make("output", { class: "counted", "aria-live": "polite" });
  const search = make("input", { type: "search", id: "search", placeholder: "layer4.1.conv2", autocomplete: "off", spellcheck: "false", oninput: find, onkeydown: (event) => {
    const first = results.querySelector("button");
    if (event.key === "Enter" && first) first.click();
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
    if (event.key === "Escape") { search.value = ""; find(); }
  } });

  function find() {
    const text = search.value.trim().toLowerCase();
    const all = text ? [...model.blocks.map((block, b) => [block, `b${b}`]), ...model.rows.map((row, r) => [row, `r${r}`])].filter(([thing]) => thing.name && `${thing.name} ${thing.op}`.toLowerCase().includes(text)) : [];
    all.sort(([a], [b]) => !a.name.toLowerCase().startsWith(text) - !b.name.toLowerCase().startsWith(text));
    results.replaceChildren(...all.slice(0, FOUND).map(([thing, id]) => make("li", {}, make("button", { type: "button", class: "link", onclick: () => goTo(id) }, thing.name), ` ${thing.op}`)));
    say(counted, text ? `${grouped(all.length)} found${all.length > FOUND ? `, the first ${FOUND} are listed` : ""}` : "");
    graph.matches(new Set(all.map(([, id]) => (id[0] === "r" ? model.nodeOf(Number(id.slice(1))) : id))));
  }

  // Views --------------------------------------------------------------------------------------
  const tabs = ["graph", "table"].map((name) => make("button", { type: "button", "aria-pressed": name === "graph", onclick: () => view(name) }, name === "graph" ? "Graph" : "Table"));
  const tools = make("div", { class: "tools" },
    make("label", {}, make("input", { type: "checkbox", onchange: (event) => { model.state.plain = event.target.checked; graph.redraw(); if (shownId) graph.goTo(shownId); find(); } }), " also layers that move nothing"),
    make("button", { type: "button", onclick: () => { model.foldAll(true); graph.redraw(); find(); } }, "Fold all"),
    make("button", { type: "button", onclick: () => { model.foldAll(false); graph.redraw(); find(); } }, "Unfold all"),
    make("button", { type: "button", "aria-label": "Smaller", onclick: () => graph.zoomBy(-1) }, "−"),
    make("button", { type: "button", "aria-label": "Larger", onclick: () => graph.zoomBy(1) }, "+"));

  function view(name) {
    tabs.forEach((tab, i) => tab.setAttribute("aria-pressed", (i === 0) === (name === "graph")));
    graph.element.hidden = tools.hidden = name !== "graph";
    rows.element.hidden = name !== "table";
    if (name === "table") rows.open();
  }

  // Images -------------------------------------------------------------------------------------
  const imageSaid = make("output", { class: "counted", "aria-live": "polite" });
  const file = make("input", { type: "file", accept: "image/*", id: "image", onchange: () => take(file.files[0]) });
  const hasPicture = data.inputs.some((input) => input.group.length > 0);

  function take(given) {
    if (!given) return;
    const image = new Image(), address = URL.createObjectURL(given);
    image.onload = () => { pictures.take(image); say(imageSaid, `${given.name}, ${image.width} × ${image.height}, cut to the input's shape; it stays on this machine`); URL.revokeObjectURL(address); };
    image.onerror = () => { say(imageSaid, `${given.name} is no image that this browser can read`); URL.revokeObjectURL(address); };
    image.src = address;
  }

  const chosen = make("section", { class: "chosen-layer", "aria-label": "The chosen layer", ondragover: (event) => event.preventDefault(),
    ondrop: (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); } },
    facts.head, make("p", { class: "hint" }, "Choose a unit of the map: click its place, or use the arrow keys. Darker units look beyond the edge."), make("div", { class: "look" }, map.element, pictures.element), facts.paths, hasPicture ? make("p", { class: "image" }, make("label", { for: "image" }, "Your own image: "), file, imageSaid) : null, facts.element);

  const sizes = data.inputs.map((input) => `${data.inputs.length > 1 ? `${input.name} ` : ""}${input.size.join(" × ")}`).join(", ");
  const unused = data.unused.length ? ` Not used: ${data.unused.slice(0, 6).join(", ")}${data.unused.length > 6 ? ` and ${data.unused.length - 6} more` : ""}.` : "";
  host.replaceChildren(
    make("header", {}, make("h1", {}, data.title), make("p", {}, `Input ${sizes}; ${grouped(data.parameters)} parameters, ${grouped(data.multiplyAdds)} multiply-adds, ${data.rows.length} layers; ${data.convention || "a list of layers"}.${unused}`), returned()),
    make("div", { class: "bar" }, make("div", { class: "find" }, make("label", { for: "search" }, "Find a layer "), search, counted), make("div", { class: "tabs", role: "group", "aria-label": "View" }, ...tabs), tools, results),
    make("main", {}, make("section", { class: "whole", "aria-label": "The network" }, graph.element, rows.element), chosen),
    make("footer", {}, make("p", {}, `Made by mnist_lib ${data.version}. A field is what a unit can depend on, by the network's structure.`)));
  view("graph");
  graph.redraw();
  const start = data.rows.length ? model.nodeOf(data.rows.reduce((best, row, r) => (Math.max(...row.field) > 1 && best === null ? r : best), null) ?? 0) : null;
  if (start) { graph.goTo(start); show(start); graph.element.scrollTop = 0; }
  if (data.picture) {
    const image = new Image();
    image.onload = () => pictures.take(image);
    image.src = data.picture;
  }
  root.fieldExplorerPage = { model, goTo };
})(window);
