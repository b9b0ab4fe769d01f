/* The slope of a loss at one weight, to drag: the network of three numbers of the page "A first training". */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});
  const FIXED = { x: 2, b: 0.25, v: 2, target: 1 };

  /* {loss, slope} of v · relu(w · x + b) against the target, squared, at the weight w. */
  function at(w, { x, b, v, target } = FIXED) {
    const inside = w * x + b, hidden = Math.max(0, inside), off = v * hidden - target;
    return { loss: off * off, slope: 2 * off * v * (inside > 0 ? 1 : 0) * x };
  }

  parts.slope = { at };
  if (typeof document === "undefined") return;

  const { make, draw, say } = parts.dom;
  const LOW = -1, HIGH = 1, TOP = 13, WIDE = 560, TALL = 260, LEFT = 34, BOTTOM = 30;
  const across = (w) => LEFT + (w - LOW) / (HIGH - LOW) * (WIDE - LEFT - 8);
  const up = (loss) => TALL - BOTTOM - loss / TOP * (TALL - BOTTOM - 10);
  const written = (value, digits = 2) => (Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).toFixed(digits).replace("-", "−");

  function begin(host) {
    const FIRST = 0.5;
    let w = FIRST;
    const curve = Array.from({ length: 201 }, (_, i) => LOW + (HIGH - LOW) * i / 200)
      .map((one) => [one, at(one).loss]).filter(([, loss]) => loss <= TOP);
    const tangent = draw("line", { class: "tangent" }), dot = draw("circle", { r: 8, class: "here" });
    const picture = draw("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, "aria-hidden": "true" },
      draw("line", { x1: LEFT, x2: WIDE, y1: up(0), y2: up(0), class: "axis" }),
      [-1, -0.5, 0, 0.5, 1].map((tick) => draw("text", { x: across(tick), y: TALL - 10, "text-anchor": "middle" }, written(tick, 1))),
      [0, 4, 8, 12].map((tick) => draw("text", { x: LEFT - 8, y: up(tick) + 4, "text-anchor": "end" }, String(tick))),
      draw("path", { d: "M" + curve.map(([one, loss]) => `${across(one).toFixed(1)} ${up(loss).toFixed(1)}`).join("L"), class: "curve" }), tangent, dot);
    const slider = make("input", { type: "range", min: LOW, max: HIGH, step: 0.01, id: "slope-w", oninput: () => { w = Number(slider.value); show(); } });
    const rate = make("select", { id: "slope-rate" }, [0.005, 0.02, 0.05, 0.1].map((value) => make("option", { value }, String(value))));
    rate.value = "0.02";
    const said = make("output", { class: "slope-said", "aria-live": "polite" });

    function update() {
      w = Math.min(HIGH, Math.max(LOW, w - Number(rate.value) * at(w).slope));
      show();
    }

    function drag(event) {
      const box = picture.getBoundingClientRect();
      const place = (event.clientX - box.left) * WIDE / box.width;
      w = Math.min(HIGH, Math.max(LOW, LOW + (place - LEFT) / (WIDE - LEFT - 8) * (HIGH - LOW)));
      show();
    }
    picture.addEventListener("pointerdown", (event) => { picture.setPointerCapture(event.pointerId); drag(event); });
    picture.addEventListener("pointermove", (event) => { if (event.buttons) drag(event); });

    function show() {
      const { loss, slope } = at(w), half = 0.3 / Math.max(1, Math.abs(slope) / 12);
      slider.value = w;
      const ends = { x1: across(w - half), y1: up(loss - slope * half), x2: across(w + half), y2: up(loss + slope * half) };
      for (const [name, value] of Object.entries(ends)) tangent.setAttribute(name, value.toFixed(1));
      dot.setAttribute("cx", across(w).toFixed(1));
      dot.setAttribute("cy", up(Math.min(TOP, loss)).toFixed(1));
      const where = slope === 0 ? "The ground is flat: no update moves w from here." : `Uphill is to the ${slope > 0 ? "right" : "left"}, so the update goes ${slope > 0 ? "left" : "right"}.`;
      say(said, `w = ${written(w)}: loss ${written(loss)}, slope ${written(slope)}. ${where}`);
      slider.setAttribute("aria-valuetext", `w = ${written(w)}, loss ${written(loss)}, slope ${written(slope)}`);
    }

    host.replaceChildren(picture,
      make("div", { class: "slope-controls" }, make("label", { for: slider.id }, "w"), slider),
      said,
      make("div", { class: "convolution-buttons" }, make("label", { for: rate.id }, "Learning rate "), rate,
        make("button", { type: "button", class: "part-button", onclick: update }, "One update"),
        make("button", { type: "button", class: "part-button quiet", onclick: () => { w = FIRST; show(); } }, "Start again")));
    show();
  }

  for (const host of document.querySelectorAll(".slope")) begin(host);
})(typeof window === "undefined" ? globalThis : window);
