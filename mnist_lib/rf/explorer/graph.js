/* The graph on the page: boxes that can be chosen and unfolded, frames around what is unfolded, and lines. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const { make, draw } = root.bookParts.dom;
  const MARGIN = 14, ZOOMS = [0.35, 0.5, 0.65, 0.8, 1, 1.25];
  const KINDS = [[/conv|linear|matmul|einsum|bmm/i, "weights"], [/pool|mean|downsample/i, "pool"], [/softmax|attention/i, "attention"]];

  const sizes = (shape) => (shape.length ? shape.join("×") : "1");
  const both = (values) => (values.every((v) => v === values[0]) ? `${values[0]}` : values.map((v) => (v === null ? "–" : v)).join("×"));

  /* A name without what its frame says already. */
  function short(model, node) {
    const thing = model.thing(node), chain = model.chainOf(node), around = chain.length ? model.blocks[chain[chain.length - 1]].name.replace(/#\d+$/, "") : "";
    return around && thing.name.startsWith(`${around}.`) ? thing.name.slice(around.length + 1) : thing.name;
  }

  function makeGraph(model, { choose, changed }) {
    let zoom = ZOOMS.indexOf(1), current = null, order = [], marked = new Set(), place = null;
    const lines = draw("svg", { class: "lines", "aria-hidden": "true" }), boxes = make("div", { class: "boxes" });
    const canvas = make("div", { class: "canvas" }, lines, boxes), stage = make("div", { class: "sized" }, canvas);
    const element = make("div", { class: "graph", role: "group", "aria-label": "Graph of the network's layers; arrows go from layer to layer, + and − unfold and fold", onkeydown: press }, stage);

    function words(id) {
      const { data } = model;
      if (id[0] === "i") {
        const input = data.inputs[Number(id.slice(1))];
        return { title: input.name, line: input.size.join("×"), kind: "end" };
      }
      if (id === "o") return { title: "output", line: "", kind: "end" };
      const thing = model.thing(id), field = `${sizes(thing.shape)} · field ${both(thing.field)}`;
      const apart = (thing.notes || []).find((note) => note.startsWith("misaligned"));
      if (id[0] === "b") return { title: short(model, id), line: `${thing.op} · ${model.members[Number(id.slice(1))].length} layers`, field, kind: "block" };
      const window_ = Array.isArray(thing.kernel) ? ` ${thing.kernel.every((k) => k === thing.kernel[0]) ? `${thing.kernel[0]}${"×" + thing.kernel[0]}`.slice(0, thing.kernel.length > 1 ? undefined : `${thing.kernel[0]}`.length) : thing.kernel.join("×")}` : "";
      const stride = Array.isArray(thing.stride) && thing.stride.some((s) => s !== 1) ? ` /${both(thing.stride)}` : "";
      const kind = model.isMerge(thing) ? "merge" : (KINDS.find(([pattern]) => pattern.test(thing.op)) || [null, "plain"])[1];
      return { title: short(model, id), line: `${thing.op}${window_}${stride}`, field, kind, apart };
    }

    function boxOf({ id, x, y, width, height }) {
      const { title, line, field, kind, apart } = words(id);
      const thing = model.thing(id), style = `left:${x + MARGIN}px;top:${y + MARGIN}px;width:${width}px;height:${height}px`;
      const pixels = model.data.pixels, reach = thing ? Math.min(1, Math.max(...thing.field.map((r, a) => r / pixels[a]))) : 0;
      const inside = [make("span", { class: "title" }, title), line ? make("span", { class: "line" }, line) : null, field ? make("span", { class: "line" }, field) : null,
                      apart ? make("span", { class: "apart" }, apart) : null, thing ? make("span", { class: "reach", style: `width:${Math.round(100 * reach)}%` }) : null];
      if (!thing) return make("div", { class: `box ${kind}`, style, "data-node": id }, ...inside);
      const pick = make("button", { type: "button", class: "pick", tabindex: -1, title: thing.name, onclick: () => select(id) }, ...inside);
      const block = Number(id.slice(1));
      const open = id[0] === "b" ? make("button", { type: "button", class: "open", tabindex: -1, "aria-expanded": "false", "aria-label": `Unfold ${thing.name}`, onclick: () => fold(block, false) }, "+") : null;
      return make("div", { class: `box ${kind}${marked.has(id) ? " match" : ""}${apart ? " misaligned" : ""}`, style, "data-node": id }, pick, open);
    }

    function frameOf({ block, x, y, width, height }) {
      const { name } = model.blocks[block];
      const close = make("button", { type: "button", class: "close", tabindex: -1, "aria-expanded": "true", "aria-label": `Fold ${name}`, title: name, onclick: () => fold(block, true) }, "− ", short(model, `b${block}`));
      return make("div", { class: "frame", style: `left:${x + MARGIN}px;top:${y + MARGIN}px;width:${width}px;height:${height}px`, "data-frame": block }, close);
    }

    function lineOf({ points, of, back }) {
      const at = points.map(([x, y]) => [x + MARGIN, y + MARGIN]);
      let path = `M${at[0]}`;
      for (let k = 1; k < at.length; k++) {
        const [[x0, y0], [x1, y1]] = [at[k - 1], at[k]], half = (y1 - y0) / 2;
        path += x0 === x1 ? `L${at[k]}` : `C${x0},${y0 + half} ${x1},${y1 - half} ${at[k]}`;
      }
      const ends = of.flatMap(({ from, to }) => [from, to]);
      return draw("path", { d: path, class: back ? "edge back" : "edge", "data-ends": ` ${ends.join(" ")} ` });
    }

    /* Draws all anew, and keeps what is chosen on its place. */
    function redraw() {
      place = explorer.arranged(model);
      const [wide, high] = [place.width + 2 * MARGIN, place.height + 2 * MARGIN];
      lines.setAttribute("viewBox", `0 0 ${wide} ${high}`);
      lines.setAttribute("width", wide);
      lines.setAttribute("height", high);
      lines.replaceChildren(...place.edges.map(lineOf));
      order = place.nodes.filter(({ id }) => model.thing(id)).sort((a, b) => a.y - b.y || a.x - b.x);
      boxes.replaceChildren(...place.frames.sort((a, b) => b.width * b.height - a.width * a.height).map(frameOf), ...place.nodes.sort((a, b) => a.y - b.y || a.x - b.x).map(boxOf));
      scale();
      mark();
    }

    function scale() {
      const times = ZOOMS[zoom];
      canvas.style.transform = `scale(${times})`;
      stage.style.width = `${(place.width + 2 * MARGIN) * times}px`;
      stage.style.height = `${(place.height + 2 * MARGIN) * times}px`;
    }

    const boxAt = (id) => boxes.querySelector(`[data-node="${id}"]`);

    /* One box, that of the chosen layer, is in the tab order, with all buttons of its frames. */
    function mark() {
      const here = order.some(({ id }) => id === current) ? current : order.length ? order[0].id : null;
      boxes.querySelectorAll(".chosen").forEach((box) => box.classList.remove("chosen"));
      boxes.querySelectorAll("button").forEach((button) => { button.tabIndex = -1; button.removeAttribute("aria-current"); });
      lines.querySelectorAll(".near").forEach((line) => line.classList.remove("near"));
      if (!here) return;
      boxAt(here).querySelectorAll("button").forEach((button) => { button.tabIndex = 0; });
      model.chainOf(here).forEach((block) => { const frame = boxes.querySelector(`[data-frame="${block}"] button`); if (frame) frame.tabIndex = 0; });
      if (here !== current) return;
      boxAt(here).classList.add("chosen");
      boxAt(here).querySelector(".pick").setAttribute("aria-current", "true");
      lines.querySelectorAll(`[data-ends*=" ${here} "]`).forEach((line) => line.classList.add("near"));
    }

    function inView(id, gentle) {
      const box = boxAt(id);
      if (!box) return;
      const [outer, inner] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
      if (gentle && inner.top >= outer.top && inner.bottom <= outer.bottom && inner.left >= outer.left && inner.right <= outer.right) return;
      element.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
      element.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
    }

    function select(id, focus = true) {
      current = id;
      mark();
      inView(id, true);
      if (focus) boxAt(id).querySelector(".pick").focus({ preventScroll: true });
      choose(id);
    }

    function fold(block, folded) {
      if (folded) model.state.folded.add(block);
      else model.state.folded.delete(block);
      redraw();
      const next = folded ? `b${block}` : (order.find(({ id }) => model.chainOf(id).includes(block)) || { id: current }).id;
      changed();
      if (next && boxAt(next)) select(next);
    }

    /* Arrows: down and up along the lines, left and right to the neighbours beside; + unfolds, − folds what is around. */
    function press(event) {
      const node = event.target.closest("[data-node]"), from = node && place.nodes.find(({ id }) => id === node.dataset.node);
      if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
      const chain = model.chainOf(from.id), middle = ({ x, width }) => x + width / 2;
      if (["+", "="].includes(event.key) && from.id[0] === "b") { event.preventDefault(); return void fold(Number(from.id.slice(1)), false); }
      if (["-", "−"].includes(event.key) && chain.length) { event.preventDefault(); return void fold(chain[chain.length - 1], true); }
      const at = order.findIndex(({ id }) => id === from.id);
      const beside = order.filter(({ id, y, height }) => id !== from.id && y < from.y + from.height && y + height > from.y);
      const sided = (sign) => beside.filter((other) => sign * (middle(other) - middle(from)) > 0).sort((a, b) => sign * (middle(a) - middle(b)))[0];
      const next = { ArrowDown: order[at + 1], ArrowUp: order[at - 1], ArrowLeft: sided(-1), ArrowRight: sided(1), Home: order[0], End: order[order.length - 1] };
      if (!(event.key in next)) return;
      event.preventDefault();
      if (next[event.key]) select(next[event.key].id);
    }

    /* Makes a row visible and chooses it. */
    function goTo(id, focus = false) {
      model.reveal(id);
      redraw();
      const shown = id[0] === "r" ? model.nodeOf(Number(id.slice(1))) : id;
      current = shown;
      mark();
      inView(shown, false);
      if (focus && boxAt(shown)) boxAt(shown).querySelector(".pick").focus({ preventScroll: true });
    }

    function zoomBy(step) {
      zoom = Math.min(ZOOMS.length - 1, Math.max(0, zoom + step));
      scale();
      if (current) inView(current, false);
    }

    function matches(nodes) {
      marked = nodes;
      boxes.querySelectorAll("[data-node]").forEach((box) => box.classList.toggle("match", marked.has(box.dataset.node)));
    }

    return { element, redraw, goTo, zoomBy, matches };
  }

  Object.assign(explorer, { makeGraph, both, sizes });
})(window);
