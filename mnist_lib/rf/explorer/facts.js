/* What is known of a layer, in words and numbers, and the layers before and behind it. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const { make } = root.bookParts.dom;
  const { both, sizes, PATHS, span } = explorer;
  const grouped = (n) => n.toLocaleString("en-US");

  function factsOf(model, row) {
    const several = model.data.axes.length > 1, named = (values) => (values.every((v) => v === values[0]) ? text(values[0]) :
      values.map((v, axis) => `${text(v)} (${model.data.axes[axis]})`).join(", "));
    const text = (v) => (v === null || v === undefined ? "–" : `${v}`);
    const found = [["operation", row.op]];
    for (const name of ["kernel", "stride", "padding", "dilation"]) if (row[name] !== undefined) found.push([name, Array.isArray(row[name]) ? both(row[name]) : row[name]]);
    found.push(["map", `${sizes(row.shape)}, ${grouped(row.channels[1])} ${row.channels[1] === 1 ? "channel" : "channels"}`], [several ? "field" : "field", `${named(row.field)} pixels`],
      ["jump", named(row.jump)], ["centre of unit 0", named(row.start)]);
    if (row.parameters) found.push(["parameters", grouped(row.parameters)]);
    if (row.products) found.push(["multiply-adds", grouped(row.products)]);
    if (row.notes) found.push(["notes", row.notes.join("; ")]);
    return found;
  }

  function makeFacts(model, { goTo }) {
    const title = make("h2", { tabindex: -1 }), trail = make("p", { class: "trail" }), list = make("dl", {}), links = make("div", { class: "links" });
    const paths = make("div", { class: "paths", "aria-live": "polite" });
    const link = (id, text) => make("button", { type: "button", class: "link", onclick: () => goTo(id) }, text);

    function show(id) {
      const row = model.thing(id);
      title.textContent = row.name || model.data.title;
      trail.replaceChildren(...model.chainOf(id).flatMap((block) => [link(`b${block}`, model.blocks[block].name), " › "]), row.name.split(".").pop());
      list.replaceChildren(...factsOf(model, row).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
      links.replaceChildren();
      if (id[0] !== "r") return;
      const number = Number(id.slice(1)), names = (numbers) => numbers.slice(0, 12).flatMap((n, i) => [i ? ", " : "", n < 0 ? model.data.inputs[-1 - n].name : link(`r${n}`, model.rows[n].name)]);
      const after = model.rows.flatMap((other, n) => (other.sources.includes(number) ? [n] : []));
      links.append(make("p", {}, "reads ", ...names(row.sources)));
      links.append(make("p", {}, after.length ? "read by " : "", ...names(after), model.data.outputs.includes(number) ? `${after.length ? ", and " : ""}the network returns it` : ""));
    }

    /* The paths that meet before the unit, each with the colour of its frame. */
    function tellPaths(found) {
      paths.replaceChildren();
      if (!found) return;
      const told = (ends) => ends.map((pair) => (pair ? span(pair) : "none")).join(" × ");
      paths.append(make("p", {}, "Paths that meet in ", make("code", {}, found.row.name), ` (${found.row.op}):`),
        make("ul", {}, ...found.paths.map((path, p) => make("li", {}, make("span", { class: "swatch", style: `background:${PATHS[p % PATHS.length]}` }), `${path.name}: ${told(path.ends)}`))));
      if (found.apart.length) paths.append(make("p", { class: "warning" }, `The paths are ${found.apart.join(", ")} pixels: equal units look at different places. Crosses mark their middles.`));
    }

    return { head: make("div", { class: "facts" }, title, trail), element: make("div", { class: "facts" }, list, links), paths, show, tellPaths, title };
  }

  Object.assign(explorer, { makeFacts, factsOf });
})(window);
