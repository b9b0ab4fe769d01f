/* One convolution, step by step: nine pixels, nine weights, their products, a sum, and one pixel of the map.

   The place holds the digit: `data-pixels`, 784 bytes in base64. The weights can be changed. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});
  const KERNEL = 3;
  const KERNELS = {
    "vertical edges": [1, 0, -1, 2, 0, -2, 1, 0, -1],
    "horizontal edges": [1, 2, 1, 0, 0, 0, -1, -2, -1],
    "blur": Array(9).fill(0.11),
    "outline": [-1, -1, -1, -1, 8, -1, -1, -1, -1],
    "leave it": [0, 0, 0, 0, 1, 0, 0, 0, 0],
  };

  /* The nine pixels of a square image under the kernel whose upper left corner is at (row, column). */
  function under(image, side, row, column) {
    return Array.from({ length: KERNEL * KERNEL }, (_, i) => image[(row + Math.floor(i / KERNEL)) * side + column + (i % KERNEL)]);
  }

  /* Products of pixels and weights, and their sum. */
  function multiplied(pixels, weights) {
    const products = pixels.map((pixel, i) => pixel * weights[i]);
    return { products, sum: products.reduce((a, b) => a + b, 0) };
  }

  /* The whole map, (side - 2) squared numbers, row by row: torch.nn.functional.conv2d without padding. */
  function convolve(image, side, weights) {
    const wide = side - KERNEL + 1;
    return Array.from({ length: wide * wide }, (_, i) => multiplied(under(image, side, Math.floor(i / wide), i % wide), weights).sum);
  }

  parts.convolution = { convolve, multiplied, under, KERNELS };
  if (typeof document === "undefined") return;

  const { make, say } = parts.dom, pictures = parts.pictures;
  const SIDE = 28, WIDE = SIDE - KERNEL + 1, UNIT = 10;
  const written = (value) => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace("-", "−");

  function begin(host) {
    const image = Array.from(atob(host.dataset.pixels), (letter) => letter.charCodeAt(0) / 255);
    let weights = KERNELS["vertical edges"].slice(), at = [6, 10], done = new Set(), map = [];
    const canvas = (side, label) => make("canvas", { width: side * UNIT, height: side * UNIT, tabindex: 0, role: "application", "aria-label": label, onkeydown: key });
    const digit = canvas(SIDE, "The digit. Arrow keys move the kernel.");
    const output = canvas(WIDE, "The map that comes out. Arrow keys move the kernel.");
    const said = make("output", { class: "convolution-said" });
    const cells = weights.map((_, i) => make("td", {}, make("span", { class: "pixel" }), make("span", { class: "times", "aria-hidden": "true" }, "×"),
      make("input", { type: "number", step: "any", "aria-label": `Weight, row ${1 + Math.floor(i / 3)}, column ${1 + (i % 3)}`, oninput: edit }),
      make("span", { class: "product" })));
    const rows = [0, 1, 2].map((row) => make("tr", {}, cells.slice(3 * row, 3 * row + 3)));
    const chooser = make("select", { "aria-label": "Kernel", onchange: () => choose(chooser.value) },
      Object.keys(KERNELS).map((name) => make("option", { value: name }, name)), make("option", { value: "", hidden: true }, "your own"));

    function edit() {
      weights = cells.map((cell) => Number(cell.querySelector("input").value) || 0);
      chooser.value = "";
      changed();
    }

    function choose(name) {
      weights = KERNELS[name].slice();
      cells.forEach((cell, i) => { cell.querySelector("input").value = weights[i]; });
      changed();
    }

    function changed() {
      map = convolve(image, SIDE, weights);
      show();
    }

    function move(row, column) {
      at = [row, column].map((v) => Math.min(WIDE - 1, Math.max(0, v)));
      show();
    }

    function key(event) {
      const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!steps) return;
      event.preventDefault();
      move(at[0] + steps[0], at[1] + steps[1]);
    }

    function pointed(event, element, side, shift) {
      const unit = parts.units.unitAt(parts.units.placeOn(event, element), { shape: [side, side], size: [element.clientHeight, element.clientWidth] }, true);
      move(unit.row - shift, unit.column - shift);
    }

    for (const [element, side, shift] of [[digit, SIDE, 1], [output, WIDE, 0]]) {
      const point = (event) => pointed(event, element, side, shift);
      element.addEventListener("pointerdown", (event) => { element.setPointerCapture(event.pointerId); point(event); });
      element.addEventListener("pointermove", (event) => { if (event.buttons) point(event); });
    }

    function next() {
      const place = at[0] * WIDE + at[1] + 1;
      move(Math.floor(place / WIDE) % WIDE, place % WIDE);
    }

    function whole() {
      for (let i = 0; i < WIDE * WIDE; i++) done.add(i);
      show();
    }

    function show() {
      const [row, column] = at, pixels = under(image, SIDE, row, column), { products, sum } = multiplied(pixels, weights);
      done.add(row * WIDE + column);
      pictures.show(digit, pictures.inkRaster(image, SIDE));
      pictures.frameField(digit, { top: row, bottom: row + 2, left: column, right: column + 2 });
      const limit = pictures.largest(map);
      const context = pictures.show(output, pictures.signedRaster(map.map((value, i) => (done.has(i) ? value : 0)), WIDE, WIDE, limit));
      pictures.frame(context, column * UNIT, row * UNIT, UNIT, UNIT);
      cells.forEach((cell, i) => {
        say(cell.querySelector(".pixel"), written(pixels[i]));
        say(cell.querySelector(".product"), `= ${written(products[i])}`);
      });
      say(said, `The nine products add up to ${written(sum)}: the map's pixel in row ${row}, column ${column}.`);
    }

    host.replaceChildren(
      make("div", { class: "convolution-maps" },
        make("figure", {}, digit, make("figcaption", {}, "28 × 28 pixels, 0 is paper and 1 ink")),
        make("figure", {}, output, make("figcaption", {}, "26 × 26 sums; orange above zero, teal below"))),
      make("div", { class: "convolution-sum" },
        make("table", {}, make("caption", {}, "Pixel × weight = product"), make("tbody", {}, rows)),
        said,
        make("div", { class: "convolution-buttons" }, make("label", {}, "Kernel ", chooser),
          make("button", { type: "button", class: "part-button", onclick: next }, "Next pixel"),
          make("button", { type: "button", class: "part-button quiet", onclick: whole }, "Whole map"),
          make("button", { type: "button", class: "part-button quiet", onclick: () => { done = new Set(); show(); } }, "Clear"))));
    said.setAttribute("aria-live", "polite");
    choose("vertical edges");
    new MutationObserver(show).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  }

  for (const host of document.querySelectorAll(".convolution[data-pixels]")) begin(host);
})(typeof window === "undefined" ? globalThis : window);
