/* The inputs with what one unit sees of them: the field and its paths, the ways to each pixel, the effective field. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const { make, say } = root.bookParts.dom;
  const PATHS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"]; // Okabe and Ito, colour-blind safe
  const FINE = 480; // dots along the longer side
  const span = ([first, last]) => (first === last ? `${first}` : `${first} to ${last}`);

  /* A made-up scene, for those who have not given an image: sky, sun, hills, a house. */
  function scene(context, wide, high) {
    const box = (x, y, w, h, colour) => { context.fillStyle = colour; context.fillRect(x * wide, y * high, w * wide, h * high); };
    const round = (x, y, r, colour) => { context.fillStyle = colour; context.beginPath(); context.ellipse(x * wide, y * high, r * wide, r * high, 0, 0, 7); context.fill(); };
    box(0, 0, 1, 1, "#a8c8e8");
    round(0.78, 0.2, 0.1, "#f6d860");
    round(0.2, 0.95, 0.45, "#7aa874");
    round(0.8, 1, 0.5, "#5c8a5f");
    box(0, 0.78, 1, 0.22, "#8fb874");
    box(0.34, 0.46, 0.3, 0.34, "#d9b08c");
    context.fillStyle = "#9c4a3c";
    context.beginPath();
    [[0.29, 0.47], [0.49, 0.25], [0.69, 0.47]].forEach(([x, y]) => context.lineTo(x * wide, y * high));
    context.fill();
    box(0.45, 0.6, 0.09, 0.2, "#5b3a29");
    box(0.38, 0.54, 0.06, 0.08, "#f4f4ef");
    box(0.56, 0.54, 0.06, 0.08, "#f4f4ef");
  }

  function makePictures(model) {
    const { data } = model;
    let given = null, shown = null;
    const panels = data.inputs.map((input) => {
      const sizes = input.group.map((axis) => data.pixels[axis]), wide = sizes[sizes.length - 1], high = sizes.length > 1 ? sizes[sizes.length - 2] : 1;
      const scale = Math.max(1, Math.ceil(FINE / Math.max(wide, high))), tall = sizes.length > 1 ? scale : 56;
      const views = {};
      for (const [kind, title] of [["field", "Field"], ["ways", "Ways to each pixel"], ["effective", "Effective field"]]) {
        const canvas = make("canvas", { width: wide * scale, height: high * tall, role: "img", class: sizes.length > 1 ? "picture" : "picture strip", "data-view": kind });
        const text = make("figcaption", {});
        views[kind] = { canvas, text, figure: make("figure", { class: `view ${kind}` }, make("strong", {}, title), canvas, text) };
      }
      const slice = sizes.length > 2 ? make("input", { type: "range", min: 0, max: sizes[0] - 1, value: Math.floor(sizes[0] / 2), "aria-label": `slice of ${input.name} along its ${input.axes[0]}`, oninput: redraw }) : null;
      const sliceSaid = slice && make("output", {});
      const element = make("section", { class: "input" }, data.inputs.length > 1 ? make("h3", {}, `Input ${input.name}`) : null,
        slice ? make("label", { class: "slice" }, "slice ", slice, sliceSaid) : null,
        make("div", { class: "views" }, ...Object.values(views).map(({ figure }) => figure)));
      return { input, sizes, wide, high, scale, tall, views, slice, sliceSaid, element, ground: null };
    });

    /* The image under a panel, as large as the input: the reader's, the given, or the made-up one. */
    function ground(panel) {
      if (!panel.ground) {
        const canvas = make("canvas", { width: panel.wide, height: panel.high }), context = canvas.getContext("2d");
        if (given) {
          const times = Math.max(panel.wide / given.width, panel.high / given.height);
          context.drawImage(given, (panel.wide - given.width * times) / 2, (panel.high - given.height * times) / 2, given.width * times, given.height * times);
        } else if (panel.high > 1) scene(context, panel.wide, panel.high);
        else for (let x = 0; x < panel.wide; x++) { // a swinging tone
          const level = Math.round(150 + 70 * Math.sin(x / panel.wide * 40) * Math.sin(x / panel.wide * 7 + 1));
          context.fillStyle = `rgb(${level},${level},${level})`;
          context.fillRect(x, 0, 1, 1);
        }
        panel.ground = canvas;
      }
      return panel.ground;
    }

    /* [x, y, width, height] in dots of what lies between ends; null where nothing does, or in another slice. */
    function box(panel, ends) {
      const own = panel.input.group.map((axis) => ends[axis]);
      if (own.some((pair) => !pair)) return null;
      if (panel.slice && (panel.slice.value < own[0][0] || panel.slice.value > own[0][1])) return null;
      const [left, right] = own[own.length - 1], [top, bottom] = own.length > 1 ? own[own.length - 2] : [0, 0];
      return [left * panel.scale, top * panel.tall, (right - left + 1) * panel.scale, (bottom - top + 1) * panel.tall];
    }

    function frame(context, [x, y, w, h], dash = []) {
      for (const [colour, line] of [["#ffffff", 6], ["#000000", 3]]) {
        context.strokeStyle = colour;
        context.lineWidth = line;
        context.setLineDash(dash);
        context.strokeRect(x + 1.5, y + 1.5, Math.max(1, w - 3), Math.max(1, h - 3));
      }
      context.setLineDash([]);
    }

    const told = (panel, ends) => panel.input.group.map((axis, d) => (ends[axis] === undefined ? `${panel.input.axes[d]} not in this file` :
      ends[axis] ? `${panel.input.axes[d]} ${span(ends[axis])}` : `${panel.input.axes[d]} none`)).join(", ");

    function drawField(panel) {
      const { canvas, text } = panel.views.field, context = canvas.getContext("2d"), here = box(panel, shown.ends);
      context.imageSmoothingEnabled = false;
      context.drawImage(ground(panel), 0, 0, canvas.width, canvas.height);
      context.fillStyle = "rgba(0, 0, 0, 0.55)";
      context.beginPath();
      context.rect(0, 0, canvas.width, canvas.height);
      if (here) context.rect(...here);
      context.fill("evenodd");
      (shown.paths ? shown.paths.paths : []).forEach((path, p) => {
        const area = box(panel, path.ends);
        if (!area) return;
        context.fillStyle = `${PATHS[p % PATHS.length]}55`;
        context.fillRect(...area);
        context.strokeStyle = PATHS[p % PATHS.length];
        context.lineWidth = 4;
        context.strokeRect(area[0] + 2 + 3 * p, area[1] + 2 + 3 * p, Math.max(2, area[2] - 4 - 6 * p), Math.max(2, area[3] - 4 - 6 * p));
        if (shown.paths.apart.length) { // where its middle is
          const [x, y] = [area[0] + area[2] / 2, area[1] + area[3] / 2];
          context.fillStyle = "#ffffff";
          context.fillRect(x - 8, y - 3, 16, 6);
          context.fillRect(x - 3, y - 8, 6, 16);
          context.fillStyle = PATHS[p % PATHS.length];
          context.fillRect(x - 7, y - 2, 14, 4);
          context.fillRect(x - 2, y - 7, 4, 14);
        }
      });
      if (here) frame(context, here);
      const words = told(panel, shown.ends);
      say(text, words);
      canvas.setAttribute("aria-label", `${panel.input.name} with the field of the unit: ${words}`);
    }

    function shade(context, panel, at, share) {
      const [r, g, b] = share > 0 ? [255 - 42 * share, 255 - 161 * share, 255 - 255 * share] : [255, 255, 255];
      context.fillStyle = `rgb(${Math.round(r)},${Math.round(g)},${Math.round(b)})`;
      context.fillRect(...at);
    }

    function drawWays(panel, number) {
      const { canvas, text, figure } = panel.views.ways, ways = shown.ways;
      figure.hidden = !ways;
      if (!ways) return;
      canvas.hidden = !ways.counts;
      if (!ways.counts) {
        say(text, `Not counted: ${ways.stop.name} (${ways.stop.op}) does not read by windows.`);
        return;
      }
      const context = canvas.getContext("2d"), counts = ways.counts[number], plane = panel.wide * panel.high;
      const from = panel.slice ? Number(panel.slice.value) * plane : 0;
      let most = 0, read = 0;
      for (const value of counts) { if (value > most) most = value; if (value) read++; }
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < plane; i++) {
        const value = counts[from + i];
        if (value) shade(context, panel, [(i % panel.wide) * panel.scale, Math.floor(i / panel.wide) * panel.tall, panel.scale, panel.tall], 0.08 + 0.92 * Math.sqrt(value / most));
      }
      const here = box(panel, shown.ends);
      if (here) frame(context, here);
      const hull = panel.input.group.reduce((all, axis) => all * (shown.ends[axis] ? shown.ends[axis][1] - shown.ends[axis][0] + 1 : 0), 1);
      const words = `${read.toLocaleString("en-US")} of ${hull.toLocaleString("en-US")} pixels in the frame are read, the most read one in ${most < 1e6 ? most.toLocaleString("en-US") : most.toExponential(1).replace("e+", " × 10^")} ${most === 1 ? "way" : "ways"}; white is not read.`;
      say(text, words);
      canvas.setAttribute("aria-label", `Ways to each pixel of ${panel.input.name}: ${words}`);
    }

    function drawEffective(panel) {
      const { canvas, text, figure } = panel.views.effective, found = shown.effective;
      figure.hidden = !found;
      if (!found) return;
      const context = canvas.getContext("2d"), levels = atob(found.bytes);
      const [rows, columns] = found.shape.length > 1 ? found.shape : [1, found.shape[0]];
      const [down, across] = found.cell.length > 1 ? found.cell : [1, found.cell[0]];
      const [top, left] = found.box.length > 1 ? [found.box[0][0], found.box[1][0]] : [0, found.box[0][0]];
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) {
        shade(context, panel, [(left + x * across) * panel.scale, (top + y * down) * panel.tall, across * panel.scale, down * panel.tall], levels.charCodeAt(y * columns + x) / 255);
      }
      const ends = [];
      panel.input.group.forEach((axis, d) => { ends[axis] = found.box[d]; });
      frame(context, box(panel, ends));
      const words = `Of the central unit${shown.central ? "" : " (not the chosen one)"}: mean absolute gradient over ${found.images} ${found.noise ? "images of noise" : "images"}, with the network's weights. The frame is the theoretical field.`;
      say(text, words);
      canvas.setAttribute("aria-label", `Effective field. ${words}`);
    }

    function redraw() {
      if (!shown) return;
      panels.forEach((panel, number) => {
        if (panel.slice) say(panel.sliceSaid, ` ${panel.slice.value}`);
        drawField(panel);
        drawWays(panel, number);
        drawEffective(panel);
      });
    }

    /* Shows {ends, paths, ways, effective, central} of a unit. */
    function show(what) {
      shown = what;
      panels.forEach((panel) => {
        const depth = panel.slice && what.ends[panel.input.group[0]];
        if (depth && (panel.slice.value < depth[0] || panel.slice.value > depth[1])) panel.slice.value = Math.floor((depth[0] + depth[1]) / 2);
      });
      redraw();
    }

    /* Takes an image, or the reason why there is none. */
    function take(image) {
      given = image;
      panels.forEach((panel) => { panel.ground = null; });
      redraw();
    }

    return { element: make("div", { class: "pictures" }, ...panels.map(({ element }) => element)), show, take };
  }

  Object.assign(explorer, { makePictures, PATHS, span });
})(window);
