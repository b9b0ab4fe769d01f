/* A layer's map of units: one is chosen by pointer, by arrows, or by its numbers. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const { make, say } = root.bookParts.dom;
  const WIDE = 260, SHADED = 20000;
  const NAMES = { 1: ["unit"], 2: ["row", "column"], 3: ["depth", "row", "column"] };

  /* The sizes that a map is drawn by: tokens that are rows and columns one after another are drawn as such. */
  function drawn(model, row) {
    if (row.shape.length !== 1 || row.seen.length !== 2) return row.shape.length ? row.shape : [1];
    const size = row.shape[0], top = JSON.stringify(model.seen(row, 0, [0]));
    let wide = 1;
    while (wide < size && JSON.stringify(model.seen(row, 0, [wide])) === top) wide++;
    return wide > 1 && wide < size && size % wide === 0 ? [size / wide, wide] : [size];
  }

  function makeMap(model, chosen) {
    let row = null, sizes = [1], at = [0];
    const canvas = make("canvas", { class: "units" }), said = make("output", { class: "said", "aria-live": "polite" });
    const box = make("div", { class: "map", tabindex: 0, role: "application", onkeydown: press, onpointerdown: point, onpointermove: (event) => event.buttons && point(event) }, canvas);
    const numbers = make("div", { class: "numbers" });

    /* The unit as the table counts it. */
    const unit = () => (row.shape.length === 0 ? [] : row.shape.length === sizes.length ? at : [at.reduce((place, i, d) => place * sizes[d] + i, 0)]);
    const plane = () => [sizes.length > 1 ? sizes[sizes.length - 2] : 1, sizes[sizes.length - 1]];
    const keep = (v, n) => Math.min(n - 1, Math.max(0, v));

    function move(to) {
      at = to.map((i, d) => keep(i, sizes[d]));
      numbers.querySelectorAll("input").forEach((input, d) => { if (Number(input.value) !== at[d]) input.value = at[d]; });
      draw();
      chosen(row, unit());
    }

    function press(event) {
      const step = event.shiftKey ? 8 : 1, d = sizes.length - 1, to = [...at];
      const by = { ArrowLeft: [d, -step], ArrowRight: [d, step], ArrowUp: [Math.max(0, d - 1), -step], ArrowDown: [Math.max(0, d - 1), step],
                   Home: [d, -1e9], End: [d, 1e9], PageUp: [Math.max(0, d - 2), -1], PageDown: [Math.max(0, d - 2), 1] }[event.key];
      if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      to[by[0]] += by[1];
      move(to);
    }

    function point(event) {
      const area = canvas.getBoundingClientRect(), [rows, columns] = plane();
      const to = [...at];
      to[sizes.length - 1] = Math.floor((event.clientX - area.left) / area.width * columns);
      if (sizes.length > 1) to[sizes.length - 2] = Math.floor((event.clientY - area.top) / area.height * rows);
      move(to);
      box.focus({ preventScroll: true });
      event.preventDefault();
    }

    /* How much of a unit's field lies inside the image. */
    function inside(place) {
      return model.data.pixels.reduce((share, _, axis) => {
        const ends = model.seen(row, axis, place), field = row.field[axis];
        return share * (ends && field ? Math.min(1, (ends[1] - ends[0] + 1) / field) : 1);
      }, 1);
    }

    let shades = null;
    function shade() {
      const [rows, columns] = plane();
      if (rows * columns > SHADED) return null;
      const all = new Float32Array(rows * columns), before = at;
      for (let i = 0; i < all.length; i++) {
        at = [...before.slice(0, -2), ...(sizes.length > 1 ? [Math.floor(i / columns), i % columns] : [i])];
        all[i] = inside(unit());
      }
      at = before;
      return all;
    }

    function draw() {
      const [rows, columns] = plane(), cell = Math.max(1, Math.floor(2 * WIDE / Math.max(rows, columns, 8)));
      canvas.width = columns * cell;
      canvas.height = rows * cell;
      const context = canvas.getContext("2d"), key = `${at.slice(0, -2)}`;
      if (!shades || shades.row !== row || shades.key !== key) shades = { row, key, all: shade() };
      context.fillStyle = "#d9e4ee";
      context.fillRect(0, 0, canvas.width, canvas.height);
      const gap = cell > 5 ? 1 : 0;
      if (shades.all) shades.all.forEach((share, i) => {
        const level = 120 + Math.round(110 * share);
        context.fillStyle = `rgb(${level - 8},${level},${Math.min(255, level + 12)})`;
        context.fillRect((i % columns) * cell, Math.floor(i / columns) * cell, cell - gap, cell - gap);
      });
      const [x, y] = [at[sizes.length - 1] * cell, sizes.length > 1 ? at[sizes.length - 2] * cell : 0], size = Math.max(cell, 9);
      context.fillStyle = "#d55e00";
      context.fillRect(x + (cell - size) / 2, y + (cell - size) / 2, size, size);
      context.strokeStyle = "#000000";
      context.lineWidth = 2;
      context.strokeRect(x + (cell - size) / 2, y + (cell - size) / 2, size, size);
    }

    /* Shows a row's map with its central unit chosen. */
    function show(next) {
      row = next;
      sizes = drawn(model, row);
      const center = model.central(row);
      at = sizes.length === row.shape.length ? center : sizes.length === 1 ? [0] : sizes.reduceRight(({ rest, found }, n) => ({ rest: Math.floor(rest / n), found: [rest % n, ...found] }), { rest: center[0], found: [] }).found;
      const names = NAMES[sizes.length] || sizes.map((_, d) => `place ${d + 1}`);
      numbers.replaceChildren(...sizes.map((size, d) => make("label", {}, `${names[d]} `, make("input", { type: "number", min: 0, max: size - 1, value: at[d], inputmode: "numeric",
        onchange: (event) => { const to = [...at]; to[d] = Math.round(Number(event.target.value)) || 0; move(to); } }), ` of ${size}`)));
      box.setAttribute("aria-label", `Map of ${row.name || "the network"}, ${sizes.join(" by ")} units; arrows move, with shift by eight`);
      canvas.classList.toggle("line", sizes.length === 1);
      move(at);
    }

    return { element: make("div", { class: "chooser" }, box, numbers, said), show, choose: move, say: (text) => say(said, text) };
  }

  explorer.makeMap = makeMap;
})(window);
