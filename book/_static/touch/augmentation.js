/* Augmentation: turn, shift and scale a digit, and see what a recorded network reads in it.
   The network and the pad come when the figure comes near the screen. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch, pictures, work, numbers } = root.bookParts;
  const here = new URL("reader.js", document.currentScript.src).href;
  const SIDE = 28, f = Math.fround, OWN = "own";

  /* The library's inverse_affine, without shear: a row for x and one for y, in float32. `turn` is clockwise. */
  function inverseOf({ turn, across, down, scale }) {
    const angle = (f(turn) * Math.PI) / 180, [a, b, c, d] = [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)];
    const rows = [[d / f(scale), -b / f(scale)], [-c / f(scale), a / f(scale)]];
    return rows.map(([x, y]) => [f(x), f(y), f(-x * across - y * down)]);
  }

  function toEven(v) {
    const low = Math.floor(v), rest = v - low;
    return rest < 0.5 ? low : rest > 0.5 ? low + 1 : low + (low & 1 ? 1 : 0);
  }

  /* 784 numbers of ink as RandomAffine of the library moves them: each pixel takes the nearest one of the source. */
  function changed(image, settings) {
    const rows = inverseOf(settings).map((row) => row.map((v) => f(v / (0.5 * SIDE)))), out = new Float32Array(SIDE * SIDE);
    const place = ([p, q, r], x, y) => toEven(f(f(f(f(f(f(p * x) + f(q * y)) + r) + 1) * (SIDE / 2)) - 0.5));
    for (let i = 0; i < out.length; i++) {
      const x = (i % SIDE) - 13.5, y = Math.floor(i / SIDE) - 13.5;
      const [column, row] = rows.map((line) => place(line, x, y));
      out[i] = column >= 0 && column < SIDE && row >= 0 && row < SIDE ? image[row * SIDE + column] : settings.fill;
    }
    return out;
  }

  function script(address) {
    return new Promise((resolve, reject) => {
      document.head.append(dom.make("script", { src: address, onload: resolve, onerror: () => reject(new Error("The network could not be loaded. Reload the page.")) }));
    });
  }

  /* Test digits as the page "Draw a digit" packs them: a zero stands before the length of a run of paper. */
  function unpacked({ pixels, label }) {
    const packed = root.atob(pixels), all = new Float32Array(784 * label.length);
    for (let i = 0, at = 0; i < packed.length; i++) {
      const value = packed.charCodeAt(i);
      if (value) all[at++] = value / 255;
      else at += packed.charCodeAt(++i);
    }
    return label.map((_, i) => all.subarray(784 * i, 784 * (i + 1)));
  }

  function begin({ host, stage, controls: place, data, tell }) {
    const digits = unpacked(data.digits), settings = { ...data.first };
    let chosen = data.digit, network = null, maps, pad = null, problem = "", reader = null;

    const drawn = dom.make("canvas", { class: "touch-pad", width: 196, height: 196, tabindex: "0", role: "application", "aria-label": "Drawing pad: arrow keys move, Space draws", hidden: true });
    const chances = Array.from({ length: 10 }, () => dom.draw("rect", { height: 12 }));
    let from, to, svg, room; // the two pictures, all of the drawing, and the width of a bar that is sure

    /* The digit, what became of it, and ten bars: beside each other, or on a phone the bars below. */
    function lay(width) {
      const narrow = width < 560, gap = 20, side = narrow ? (width - gap) / 2 : 196, [left, top] = narrow ? [0, side + 60] : [2 * (side + gap), 26];
      const image = (x) => [dom.draw("image", { x, y: 24, width: side, height: side, class: "touch-pixels" }), dom.draw("rect", { x, y: 24, width: side, height: side, class: "touch-edge" })];
      const title = (words, x, y) => dom.draw("text", { class: "touch-title", x, y }, words), [one, other] = [image(0), image(side + gap)], height = top + 200;
      [from, to, room] = [one[0], other[0], width - left - 24];
      chances.forEach((bar, i) => { bar.setAttribute("x", left + 20); bar.setAttribute("y", top + 20 * i); });
      svg = dom.draw("svg", { class: "touch-chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" }, one, other, title("a test digit", 0, 14), title("changed", side + gap, 14),
        title("the network reads", left, top - 12), chances.map((_, i) => dom.draw("text", { x: left, y: top + 10 + 20 * i }, String(i))), chances);
      drawn.style.width = drawn.style.height = `${side}px`;
      stage.replaceChildren(svg, drawn);
      paint();
    }

    const slider = (label, name, min, max, step, write) => controls.slider({ label, min, max, step, value: settings[name], write, changed: (v) => { settings[name] = v; soon(); } });
    const pixels = (v) => `${v} px`;
    const sliders = { turn: slider("turn", "turn", -180, 180, 5, (v) => `${v}°`), scale: slider("scale", "scale", 0.5, 1.5, 0.05, (v) => `× ${v.toFixed(2)}`),
      across: slider("shift to the right", "across", -10, 10, 1, pixels), down: slider("shift down", "down", -10, 10, 1, pixels), fill: slider("fill", "fill", 0, 1, 0.05, (v) => v.toFixed(2)) };
    const put = (values) => { Object.assign(settings, values); for (const [name, value] of Object.entries(values)) sliders[name].set(value); soon(); };
    const menu = controls.menu({ label: "digit", groups: [["", [...digits.map((_, i) => [String(i), String(data.digits.label[i])]), [OWN, "draw one"]]]], value: String(chosen), changed: choose });
    const clear = controls.button("Clear the pad", () => pad && pad.clear(), { hidden: true });
    place.append(dom.make("div", { class: "touch-sliders" }, Object.values(sliders).map(({ node }) => node)),
      controls.row(menu.node, controls.button("Undo all changes", () => put({ turn: 0, scale: 1, across: 0, down: 0, fill: 0 })), clear));

    async function choose(value) {
      chosen = value === OWN ? OWN : Number(value);
      drawn.hidden = clear.hidden = chosen !== OWN;
      if (chosen === OWN && await load() && !pad) pad = root.mnistDigit.pad.create(drawn, soon, () => {});
      soon();
    }

    const image = () => (chosen === OWN ? (pad && !pad.isEmpty() ? pad.image(true).image : new Float32Array(784)) : digits[chosen]);

    /* What the network says of an image: {best, chance}, or null before it is there. */
    function read(ink) {
      if (!network) return null;
      maps = root.mnistDigit.network.run(network, network.snapshots.at(-1), ink, maps);
      const { probabilities } = root.mnistDigit.network.results(network, maps), best = root.mnistDigit.network.bestOf(probabilities);
      return { best, chance: probabilities[best], probabilities: Array.from(probabilities) };
    }

    /* What it reads at first, as it is recorded: until the network is there. */
    const first = () => (Object.entries(data.first).every(([name, value]) => settings[name] === value) && chosen === data.digit
      ? { best: data.chances.indexOf(Math.max(...data.chances)), probabilities: data.chances } : null);

    function paint() {
      const ink = image(), out = changed(ink, settings);
      from.setAttribute("href", pictures.inkRaster(ink, SIDE).toDataURL());
      to.setAttribute("href", pictures.inkRaster(out, SIDE).toDataURL());
      if (chosen === OWN && pad && pad.isEmpty()) return tell("The pad is empty: draw a digit.");
      const upright = read(ink), now = read(out) || first();
      chances.forEach((bar, i) => {
        bar.setAttribute("width", 1 + (now ? now.probabilities[i] : 0) * room);
        bar.setAttribute("fill", `var(--figure-${now && now.best === i ? "blue" : "soft"})`);
      });
      svg.setAttribute("aria-label", `A handwritten digit, the same digit changed, and ten bars${now ? `: the network reads a ${now.best}` : ""}.`);
      host.dataset.reads = upright ? now.best : "";
      const truth = chosen === OWN ? null : data.digits.label[chosen];
      tell(!upright ? problem || "The network is on its way." : `Changed, it reads a ${now.best} (${numbers.percent(now.chance)})` +
        `${truth === null ? "" : now.best === truth ? ", as it should" : `, and the digit is a ${truth}`}. As it was, it reads a ${upright.best} (${numbers.percent(upright.chance)}).`);
    }

    /* Once: the code that runs networks, and the network's weights. */
    function load() {
      reader = reader || (root.mnistDigit ? Promise.resolve() : script(here)).then(() => {
        root.mnistDigit.catalogue([{ name: data.network, file: data.file }]);
        return root.mnistDigit.loading.network(data.network);
      }).then((loaded) => { network = loaded; soon(); return true; }).catch((error) => { problem = error.message; reader = null; soon(); return false; });
      return reader;
    }

    const soon = work.oncePerFrame(paint);
    new IntersectionObserver((seen, watch) => { if (seen.some((entry) => entry.isIntersecting)) { watch.disconnect(); load(); } }, { rootMargin: "300px" }).observe(host);
    host.addEventListener("pointerdown", load, { once: true });
    chart.fit(stage, lay);
  }

  touch.augmentation = { changed };
  touch.figure("augmentation", begin);
})(window);
