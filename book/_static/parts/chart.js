/* Charts: scales, axes and lines as SVG, drawn anew for the width they have, so that words keep their size. No library: Observable Plot with what it needs of
   D3 weighs twenty times as much as this. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});
  const { draw } = parts.dom;
  const AROUND = { top: 26, right: 12, bottom: 34, left: 46 }; // a title above, names below and on the left

  /* A scale from [a, b] to [from, to]; `log` where the axis has powers of ten. `back` leads from a place to a value. */
  function scale([a, b], [from, to], log = false) {
    const turn = log ? Math.log10 : (v) => v, low = turn(a), span = turn(b) - low || 1;
    const at = (v) => from + ((turn(v) - low) / span) * (to - from);
    at.back = (place) => {
      const value = low + ((place - from) / (to - from)) * span;
      return log ? 10 ** value : value;
    };
    return at;
  }

  /* About `count` round numbers in [low, high], 1, 2 or 5 times a power of ten apart. */
  function ticks([low, high], count = 5) {
    const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
    const step = power * ([1, 2, 5].find((n) => n * power >= rough * 0.999) || 10);
    const found = [], first = Math.ceil(low / step - 1e-9);
    for (let i = first; i * step <= high + 1e-9 * step; i++) found.push(Number((i * step).toPrecision(12)));
    return found;
  }

  /* The powers of ten in [low, high]. */
  function powers([low, high]) {
    const found = [];
    for (let p = Math.ceil(Math.log10(low) - 1e-9); p <= Math.log10(high) + 1e-9; p++) found.push(10 ** p);
    return found;
  }

  const near = (v) => Math.round(v * 100) / 100;
  const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${near(x)} ${near(y)}`).join("");

  /* An empty chart: {x, y} are scales into it, `add(...)` draws on it, `over(...)` above all that. `axes` has for
     each of x and y: range, and where it differs from the usual ticks, name(value), log, label. */
  function frame({ width, height, title = "", x, y, around = {} }) {
    const edge = { ...AROUND, ...around }, [right, bottom] = [width - edge.right, height - edge.bottom];
    const across = scale(x.range, [edge.left, right], x.log), down = scale(y.range, [bottom, edge.top], y.log);
    const name = (axis, value) => (axis.name ? axis.name(value) : parts.numbers.tabled(value));
    const named = (axis) => axis.ticks || (axis.log ? powers(axis.range) : ticks(axis.range, axis.count));
    const ground = draw("g", { class: "touch-axes" }), below = draw("g"), above = draw("g");
    for (const value of named(y)) {
      ground.append(draw("path", { class: "touch-grid", d: `M${edge.left} ${near(down(value))}H${right}` }),
                    draw("text", { x: edge.left - 6, y: near(down(value)) + 4, "text-anchor": "end" }, name(y, value)));
    }
    for (const value of named(x)) {
      ground.append(draw("text", { x: near(across(value)), y: bottom + 17, "text-anchor": "middle" }, name(x, value)));
    }
    ground.append(draw("path", { class: "touch-axis", d: `M${edge.left} ${bottom}H${right}` }));
    if (x.label) ground.append(draw("text", { class: "touch-label", x: right, y: bottom + 31, "text-anchor": "end" }, x.label));
    if (title) ground.append(draw("text", { class: "touch-title", x: edge.left > 20 ? 0 : edge.left, y: 14 }, title));
    const svg = draw("svg", { class: "touch-chart", width, height, viewBox: `0 0 ${width} ${height}` }, ground, below, above);
    return { svg, x: across, y: down, left: edge.left, right, top: edge.top, bottom,
             add: (...nodes) => below.append(...nodes.flat()), over: (...nodes) => above.append(...nodes.flat()) };
  }

  /* A line through points [x, y] in the chart's own units; `steps` where a value holds until the next. */
  function line(chart, points, attributes, steps = false) {
    const placed = points.flatMap(([x, y], i) => {
      const here = [chart.x(x), chart.y(y)];
      return steps && i ? [[here[0], chart.y(points[i - 1][1])], here] : [here];
    });
    return draw("path", { fill: "none", d: path(placed), ...attributes });
  }

  const SHAPES = { s: "M-4.5 -4.5h9v9h-9z", "^": "M0 -5.5L5.5 4.5H-5.5z", D: "M0 -5.5L5.5 0L0 5.5L-5.5 0z", v: "M0 5.5L5.5 -4.5H-5.5z" };

  /* A mark at a place: o a dot, s a square, ^ and v triangles, D a diamond. */
  function mark(shape, x, y, attributes = {}) {
    const where = { class: "touch-dot", transform: `translate(${near(x)} ${near(y)})`, ...attributes };
    return SHAPES[shape] ? draw("path", { d: SHAPES[shape], ...where }) : draw("circle", { r: 4.8, ...where });
  }

  /* Paints now and whenever the host has another width; `paint(width)`. Returns what paints again. */
  function fit(host, paint) {
    let width = 0;
    const again = () => paint(width);
    const look = () => {
      const now = Math.floor(host.clientWidth);
      if (!now || now === width) return;
      width = now;
      again();
    };
    look();
    new ResizeObserver(look).observe(host);
    return () => { if (width) again(); };
  }

  /* Follows a pointer over a chart: move([x, y] in its pixels) while it hovers or drags, left() when it is gone. */
  function follow(host, { move, left = () => {}, drag = false }) {
    let held = false;
    const at = (event) => parts.units.placeOn(event, host);
    host.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      held = true;
      if (drag) host.setPointerCapture(event.pointerId);
      move(at(event), true);
    });
    host.addEventListener("pointermove", (event) => move(at(event), held));
    for (const name of ["pointerup", "pointercancel"]) host.addEventListener(name, () => { held = false; });
    host.addEventListener("pointerleave", () => { if (!held) left(); });
  }

  parts.chart = { scale, ticks, powers, path, frame, line, mark, fit, follow };
})(window);
