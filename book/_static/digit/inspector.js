/* One unit: its value, the pixels that it sees and that drove it, and its arithmetic, with numbers. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { pictures } = root.bookParts, { make: el } = root.bookParts.dom, { fixed: say, brief, count } = root.bookParts.numbers;
  const MOST = 4, REST = 200; // parts or products that are shown at first, and on demand
  const CELLS = 225; // a window of more numbers than this is shown as a picture

  function pictureOf(values, columns, limit) {
    const rows = values.length / columns;
    const canvas = el("canvas", { width: columns, height: rows, class: "digit-window", role: "img", "aria-label": `${rows} × ${columns} numbers` });
    pictures.show(canvas, pictures.signedRaster(values, columns, rows, limit));
    return canvas;
  }

  function grid(values, columns, outside, mark) {
    const limit = pictures.largest(values), rows = [];
    if (values.length > CELLS) return pictureOf(values, columns, limit);
    for (let i = 0; i < values.length; i += columns) {
      rows.push(el("tr", {}, values.slice(i, i + columns).map((v, k) => {
        const padding = outside && outside[i + k];
        return el("td", { style: padding ? null : pictures.cellStyle(v, limit), class: padding ? "digit-padding" : i + k === mark ? "digit-best" : null },
          padding ? "·" : brief(v));
      })));
    }
    return el("table", { class: "digit-grid", role: "presentation" }, el("tbody", {}, rows));
  }

  const line = (...parts) => el("p", { class: "digit-line" }, parts);
  const value = (v) => el("strong", {}, say(v));
  const heading = (text) => el("h4", {}, text);

  /* Of a list the first MOST at once and REST more on demand, the largest first, by what size(item) says. */
  function some(list, size, render, name) {
    const items = [...list].sort((a, b) => Math.abs(size(b)) - Math.abs(size(a)));
    const first = items.slice(0, MOST).map(render), rest = items.slice(MOST, MOST + REST), left = items.length - MOST - rest.length;
    if (!rest.length) return first;
    const more = el("details", {}, el("summary", {}, `${count(rest.length, `more ${name}`)}`));
    more.addEventListener("toggle", () => {
      if (more.open && more.children.length === 1) more.append(...rest.map(render), left > 0 ? line(`and ${count(left, `smaller ${name}`)}`) : "");
    });
    return [...first, more];
  }

  const RENDER = {
    image: (s) => [heading("The image"), line(`ink ${say(s.ink)}, normalized: (${say(s.ink)} − ${s.mean}) / ${s.std} = `, value(s.value))],
    conv2d: (s) => {
      const total = s.parts.reduce((sum, p) => sum + p.sum, 0);
      return [
        heading(`${s.layer.name}: convolution`),
        line(s.parts.length > 1 ? `Patch times kernel, number by number, for each of ${s.parts.length} maps, the largest sum first:`
          : "Patch times kernel, number by number:"),
        el("div", { class: "digit-parts" }, some(s.parts, (p) => p.sum, (p) => el("div", { class: "digit-part" },
          el("div", {}, s.layer.in_channels > 1 ? `map ${p.map + 1}` : "the image"),
          el("div", { class: "digit-product" }, grid(p.patch, s.columns, s.outside), el("span", {}, "·"), grid(p.kernel, s.columns),
            el("span", {}, "= ", el("strong", {}, say(p.sum))))), "map")),
        line(s.parts.length > 1 ? `Sum over the maps: ${say(total)}` : null,
          s.bias === null ? (s.parts.length > 1 ? ". No bias: " : "No bias: ") : `${s.parts.length > 1 ? ", plus bias " : `${say(total)} plus bias `}${say(s.bias)}: `, value(s.value)),
      ];
    },
    max: (s) => [heading(`${s.layer.name}: max pooling`), line(`The largest number in its window of map ${s.map + 1}:`),
      el("div", { class: "digit-product" }, grid(s.patch, s.columns, s.outside, s.best), el("span", {}, "→ ", value(s.value)))],
    mean: (s) => [heading(`${s.layer.name}: average pooling`), line(`The mean of its window of map ${s.map + 1}:`),
      el("div", { class: "digit-product" }, grid(s.patch, s.columns, s.outside)), line(`sum ${say(s.sum)} / ${s.divisor} = `, value(s.value))],
    linear: (s) => [heading(`${s.layer.name}: linear layer`), line(`Number times weight, for each of ${s.products.length} numbers, the largest product first:`),
      some(s.products, (p) => p.product, (p) => line(`number ${p.from + 1}: ${say(p.input)} · ${say(p.factor)} = `, el("strong", {}, say(p.product))), "number"),
      line(`Sum: ${say(s.sum)}${s.bias === null ? ", no bias: " : `, plus bias ${say(s.bias)}: `}`, value(s.value))],
    batchnorm: (s) => [heading(`${s.layer.name}: batch normalization`),
      line(`(${say(s.before)} − mean ${say(s.mean)}) / √(variance ${say(s.variance)} + ${s.eps}) · scale ${say(s.scale)} + shift ${say(s.shift)} = `, value(s.value))],
    prelu: (s) => [heading(`${s.layer.name}: PReLU`), line(s.before > 0 ? `${say(s.before)} is above 0 and stays: ` : `${say(s.before)} · slope ${say(s.slope)} = `, value(s.value))],
    relu: (s) => [heading(`${s.layer.name}: ReLU`), line(`max(0, ${say(s.before)}) = `, value(s.value))],
    flatten: (s) => [heading(`${s.layer.name}: flattening`), line(`Map ${s.place.channel + 1}, row ${s.place.row + 1}, column ${s.place.column + 1} of the maps before: `, value(s.value))],
    zero_pad: (s) => [heading(`${s.layer.name}: ${digit.describe.describe(s.layer)}`), line(s.outside ? "In the padding: " : "Inside, and stays as it is: ", value(s.value))],
    softmax: (s) => [heading(`${s.layer.name}: softmax`), line(`exp(${say(s.before)} − ${say(s.logSum)}), the latter the logarithm of the sum of all exponentials: `, value(s.value))],
    log_softmax: (s) => [heading(`${s.layer.name}: log softmax`), line(`${say(s.before)} − ${say(s.logSum)}, the logarithm of the sum of all exponentials: `, value(s.value))],
  };
  const other = (s) => [heading(`${s.layer.name}: ${digit.describe.describe(s.layer)}`), line(`of ${say(s.before)}: `, value(s.value))];

  /* A panel in `container`. `stepsOf(state)` makes an iterator that works out a unit, state = {network, snapshot,
     maps, ink, at, unit}, and at its end shows it and returns {field, sentence}. */
  function create(container, closed) {
    const title = el("h3", { id: "digit-unit-title" }, "A unit"), said = el("p", { class: "digit-unit" });
    const close = el("button", { type: "button", class: "digit-close", "aria-label": "Close", onclick: closed }, "✕");
    const seen = el("canvas", { width: 168, height: 168, role: "img" }), drove = el("canvas", { width: 168, height: 168, role: "img" });
    const seenText = el("figcaption"), droveText = el("figcaption"), sums = el("div", { class: "digit-sums" });
    const hint = el("p", { class: "digit-small digit-hint" }, "Click to keep it, with its arithmetic.");
    container.replaceChildren(el("div", { class: "digit-head" }, title, close), said,
      el("div", { class: "digit-pair" }, el("figure", {}, seen, seenText), el("figure", {}, drove, droveText)), hint, sums);

    function showSeen(ink, f) {
      pictures.show(seen, pictures.inkRaster(ink, 28));
      if (f) {
        pictures.paleOutside(seen, f);
        pictures.frameField(seen, f);
      }
      const text = f ? `Sees rows ${f.top + 1}–${f.bottom + 1} and columns ${f.left + 1}–${f.right + 1}: ${f.bottom - f.top + 1} × ${f.right - f.left + 1} pixels`
        : "Sees nothing of the image, only padding";
      seenText.textContent = text;
      seen.setAttribute("aria-label", `Your drawing. ${text}.`);
      return text;
    }

    function showDriven(driven) {
      const limit = pictures.largest(driven);
      pictures.show(drove, pictures.signedRaster(driven, 28, 28, limit));
      droveText.textContent = `What drove it: gradient times input, full colour ±${say(limit, 2)}`;
      const up = driven.filter((v) => v > 0).length, down = driven.filter((v) => v < 0).length;
      drove.setAttribute("aria-label", `Gradient times input: ${count(up, "pixel")} raised the value, ${count(down, "pixel")} lowered it.`);
    }

    function* stepsOf({ network, snapshot, maps, ink, at, unit, brief: short }) {
      const name = digit.describe.unitText(network, at, unit), where = at ? network.layers[at - 1].name : "the image";
      const result = maps[at].data[unit], f = digit.network.field(network, at, unit);
      const driven = yield* digit.network.drivenSteps(network, snapshot, maps, at, unit);
      title.textContent = `${where}: ${name}`;
      said.replaceChildren("Value ", value(result));
      const text = showSeen(ink, f);
      showDriven(driven);
      if (!short) {
        yield;
        sums.replaceChildren(...digit.arithmetic.explain(network, snapshot, maps, at, unit).flatMap((s) => (RENDER[s.kind] || other)(s)));
      }
      return { field: f, sentence: `${where}, ${name}: ${say(result)}. ${text}.` };
    }

    return { stepsOf };
  }

  digit.inspector = { create };
})(window);
