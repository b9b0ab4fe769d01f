/* Test images that the reader labels, one after the other, before the labels and the networks' answers are shown.

   The place holds them: `data-digits`, a list of {index, label, networks, pixels}. */
(function (root) {
  "use strict";
  const parts = root.bookParts, { make, say } = parts.dom, pictures = parts.pictures;

  function drawn(pixels, side) {
    const canvas = make("canvas", { width: side, height: side });
    const image = Array.from(atob(pixels), (letter) => letter.charCodeAt(0) / 255);
    const paint = () => pictures.show(canvas, pictures.inkRaster(image, 28));
    paint();
    new MutationObserver(paint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return canvas;
  }

  function begin(host) {
    const digits = JSON.parse(host.dataset.digits), read = [];
    const said = make("p", { role: "status", class: "labelling-said", tabindex: -1 });
    const place = make("div", { class: "labelling-place" });

    function next() {
      if (read.length === digits.length) return done();
      const digit = digits[read.length];
      const picture = drawn(digit.pixels, 168);
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `Test image ${digit.index}`);
      say(said, `Image ${read.length + 1} of ${digits.length}. What do you read?`);
      place.replaceChildren(picture, make("div", { class: "labelling-keys", role: "group", "aria-label": "Your reading" },
        Array.from({ length: 10 }, (_, value) => make("button", { type: "button", class: "part-button quiet", onclick: () => { read.push(value); next(); place.querySelector("button").focus(); } }, String(value))),
        make("button", { type: "button", class: "part-button quiet", onclick: () => { read.push(null); next(); place.querySelector("button").focus(); } }, "can’t tell")));
    }

    function done() {
      const agree = (name) => read.filter((value, i) => value === digits[i][name]).length;
      say(said, `You agree with the label on ${agree("label")} of ${digits.length}, and with most of the networks that are wrong on ${agree("networks")}.`);
      place.replaceChildren(
        make("table", {}, make("thead", {}, make("tr", {}, ["image", "you", "label", "networks"].map((name) => make("th", { scope: "col" }, name)))),
          make("tbody", {}, digits.map((digit, i) => make("tr", {}, make("th", { scope: "row" }, drawn(digit.pixels, 56), ` ${digit.index}`),
            make("td", {}, read[i] === null ? "–" : String(read[i])), make("td", {}, String(digit.label)), make("td", {}, String(digit.networks)))))),
        make("button", { type: "button", class: "part-button quiet", onclick: () => { read.length = 0; next(); place.querySelector("button").focus(); } }, "Read them again"));
    }

    host.replaceChildren(said, place);
    next();
  }

  for (const host of document.querySelectorAll(".labelling[data-digits]")) begin(host);
})(window);
