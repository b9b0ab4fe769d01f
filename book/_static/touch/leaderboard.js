/* Every step of the five paths: size against accuracy. Hover one, light one path up, follow a mark to its page. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const { grouped } = root.bookParts.numbers;
  const top = new URL("../../book/", document.currentScript.src).href;
  const HEIGHT = 400, LOW = 98.2, RULE = 99.4, BUDGET = 8000, SHAPES = "os^Dv";
  const RANGES = { small: { range: [3600, 8800] }, all: { range: [3600, 8e6], log: true, ticks: [4000, 10000, 100000, 1e6] } };

  /* The steps that no other one of these beats with fewer parameters, by size. */
  function front(steps) {
    const best = [];
    for (const one of [...steps].sort((a, b) => a.parameters - b.parameters || b.mean - a.mean)) {
      if (!best.length || one.mean > best[best.length - 1].mean) best.push(one);
    }
    return best;
  }

  const sentence = ({ step, parameters, mean, low, high, seeds, one, five, field }) => `${step}: ${grouped(parameters)} parameters, ` +
    `${mean.toFixed(2)} % ${seeds > 1 ? `(${low.toFixed(2)} to ${high.toFixed(2)} over ${seeds} seeds)` : "(one seed)"}; ${one} of ${seeds} hold ${RULE.toFixed(2)} % in the last epoch, ` +
    `${five} in the last five. Field before the head: ${field} pixels.`;

  function begin({ stage, controls: place, data, tell }) {
    const steps = data.steps.map(([step, parameters, mean, low, high, seeds, one, five, field, page]) => ({ step, parameters, mean, low, high, seeds, one, five, field, page,
      path: data.paths.indexOf(step.split("/")[0]) }));
    let size = "small", lit = "", now = null, marks = [];
    const isLit = ({ path }) => !lit || data.paths[path] === lit;
    const sample = (i) => dom.draw("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" }, chart.mark(SHAPES[i], 0, 0, { class: "", fill: "currentColor" }));
    place.append(controls.choice({ label: "Networks", of: [["small", "up to 8,800 parameters"], ["all", "of any size"]], value: size, changed: (v) => { size = v; again(); } }).node,
      controls.choice({ label: "Project", of: [["", "all"], ...data.paths.map((name, i) => [name, [sample(i), name]])], value: lit, changed: (v) => { lit = v; now = null; again(); } }).node);

    /* Says what a mark is, and shows it. */
    function look(one) {
      now = one;
      for (const { node, of } of marks) node.querySelector(".touch-dot").classList.toggle("touch-now", of === one);
      tell(one ? `${sentence(one)}${one.page ? " Press to open its page." : ""}` : rest());
    }

    const shown = () => steps.filter((s) => s.mean >= LOW && s.parameters <= RANGES[size].range[1]).sort((a, b) => isLit(a) - isLit(b)); // what is lit lies above
    function rest() {
      const all = shown(), few = steps.length - all.length;
      return `${all.length} steps${lit ? `, ${all.filter(isLit).length} of them of ${lit}` : ""}, each a mark at its mean, with a line from its worst seed to its best. ${few ? `${few} more ${few === 1 ? "lies" : "lie"} outside of the picture. ` : ""}` +
        "The stepped line joins those that nothing smaller beats.";
    }

    function paint(width) {
      const all = shown(), high = Math.max(RULE, ...all.map((s) => s.high)) + 0.05;
      const drawn = chart.frame({ width, height: HEIGHT, title: "test accuracy after the last epoch (%)",
        x: { name: (v) => (v >= 1e5 ? `${v / 1e6}M` : grouped(v)), label: "parameters", count: width < 500 ? 3 : 6, ...RANGES[size] }, y: { range: [LOW, high], name: (v) => v.toFixed(1) } });
      const best = front(all), corners = best.flatMap((s, i) => [...(i ? [[s.parameters, best[i - 1].mean]] : []), [s.parameters, s.mean]]);
      if (best.length) corners.push([RANGES[size].range[1], best[best.length - 1].mean]);
      drawn.add(dom.draw("path", { class: "touch-rule", d: `M${drawn.left} ${drawn.y(RULE)}H${drawn.right}` }),
        dom.draw("path", { class: "touch-rule", d: `M${drawn.x(BUDGET)} ${drawn.top}V${drawn.bottom}` }),
        dom.draw("text", { class: "touch-soft", x: drawn.left + 6, y: drawn.y(RULE) - 6 }, `${RULE} %, the target`),
        dom.draw("text", { class: "touch-soft", x: drawn.x(BUDGET) - 6, y: drawn.bottom - 6, "text-anchor": "end" }, `${grouped(BUDGET)}, the limit`),
        chart.line(drawn, corners, { stroke: "var(--figure-ink)", "stroke-width": 1.2 }));
      marks = all.map((s) => ({ of: s, x: drawn.x(s.parameters), y: drawn.y(s.mean), node: link(s, drawn) }));
      drawn.over(marks.map(({ node }) => node));
      touch.put(stage, drawn.svg, `${all.length} steps: each a mark at its parameters and mean accuracy, with a line from its worst seed to its best. A line marks ${RULE} %, another ${grouped(BUDGET)} parameters.`, "group");
      look(all.includes(now) ? now : null);
    }

    function link(one, drawn) {
      const colour = `var(--figure-${isLit(one) ? "blue" : "sky"})`, x = drawn.x(one.parameters);
      return dom.draw("a", { href: one.page ? top + one.page : null, tabindex: one.page ? null : 0, role: one.page ? null : "img", "aria-label": sentence(one), onfocus: () => look(one) },
        dom.draw("path", { d: `M${x} ${drawn.y(Math.max(LOW, one.low))}V${drawn.y(one.high)}`, stroke: colour, "stroke-width": 1.2, "stroke-opacity": 0.6 }),
        dom.draw("circle", { cx: x, cy: drawn.y(one.mean), r: 12, fill: "transparent" }),
        chart.mark(SHAPES[one.path], x, drawn.y(one.mean), { fill: colour }));
    }

    const again = chart.fit(stage, paint);
    chart.follow(stage, { left: () => look(null), move: ([x, y]) => {
      const near = marks.map((m) => [Math.hypot(m.x - x, m.y - y), m]).sort((a, b) => a[0] - b[0])[0];
      const found = near && near[0] < 24 ? near[1].of : null;
      if (found !== now) look(found);
    } });
  }

  touch.leaderboard = { front, sentence };
  touch.figure("leaderboard", begin);
})(window);
