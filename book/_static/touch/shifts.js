/* Shifts: choose a shift and a level, see the digit, and what each network gets right on such images. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const SIDE = 150, ROW = 26, AROUND = 62, LEFT = 300, NAMES = 140, TALL = 520; // pixels; narrower than TALL, the digit stands above
  const percent = (v) => v.toFixed(1);

  /* The amount of a level in words; level 0 is the image as it is. */
  const amount = ({ name, unit, levels }, level) => (level ? `${name}, level ${level}: ${levels[level - 1]} ${unit}` : `${name}, level 0: the digit as it is`);

  /* What the figure says: the best and the worst network, and each one's accuracy with its interval. */
  function sentence({ shifts, networks }, shift, level) {
    const rows = networks.map(({ name, cells }) => ({ name, cell: cells[shift][level] })), sorted = [...rows].sort((a, b) => b.cell[0] - a.cell[0]);
    const one = ({ name, cell }) => `${name} ${percent(cell[0])} % (${percent(cell[1])} to ${percent(cell[2])})`;
    const what = amount(shifts[shift], level);
    return `${what[0].toUpperCase()}${what.slice(1)}. Best: ${one(sorted[0])}; worst: ${one(sorted[sorted.length - 1])}.`;
  }

  function digit(shades, x, y) {
    const squares = [...shades].map((v, i) => (v === "0" ? null : dom.draw("rect", { class: "touch-lit", x: i % 28, y: Math.floor(i / 28), width: 1.03, height: 1.03, opacity: (parseInt(v, 16) / 15).toFixed(2) })));
    return dom.draw("g", { transform: `translate(${x} ${y}) scale(${SIDE / 28})` }, dom.draw("rect", { class: "touch-screen", width: 28, height: 28 }), squares.filter(Boolean));
  }

  function begin({ stage, controls: place, data, tell }) {
    let { shift, level } = data;
    const menu = controls.menu({ label: "shift", groups: [["", data.shifts.map(({ name }, i) => [String(i), name])]], value: String(shift), changed: (i) => { shift = Number(i); again(); } });
    const slider = controls.slider({ label: "level", min: 0, max: 5, value: level, changed: (v) => { level = v; again(); } });
    place.append(controls.row(menu.node, slider.node));

    function paint(width) {
      const narrow = width < TALL, above = narrow ? SIDE + 16 : 0, height = AROUND + ROW * data.networks.length;
      const drawn = chart.frame({ width, height, title: narrow ? "" : amount(data.shifts[shift], level), around: { left: narrow ? NAMES : LEFT, top: narrow ? 8 : 28 },
        x: { range: [0, 100], label: "accuracy (%)", count: narrow ? 3 : 5 }, y: { range: [data.networks.length - 0.4, -0.6], ticks: [] } });
      data.networks.forEach(({ name, cells, augmented }, i) => {
        const [value, low, high] = cells[shift][level], y = drawn.y(i), colour = `var(--figure-${augmented ? "blue" : "sky"})`;
        drawn.add(dom.draw("text", { x: drawn.left - 8, y: y + 4, "text-anchor": "end" }, name),
          dom.draw("path", { d: `M${drawn.x(low)} ${y}H${drawn.x(high)}`, stroke: colour, "stroke-width": 2, fill: "none" }),
          chart.mark("o", drawn.x(value), y, { fill: colour }));
      });
      drawn.svg.setAttribute("y", above);
      const shown = digit(data.digits[shift][level], narrow ? (width - SIDE) / 2 : 0, narrow ? 4 : 34);
      const words = `A handwritten 7 (${amount(data.shifts[shift], level)}), and a row for each network with its accuracy on such images and an interval.`;
      touch.put(stage, dom.draw("svg", { class: "touch-chart", width, height: height + above, viewBox: `0 0 ${width} ${height + above}` }, drawn.svg, shown), words);
      tell(sentence(data, shift, level));
    }

    const again = chart.fit(stage, paint);
  }

  touch.shifts = { sentence };
  touch.figure("shifts", begin);
})(window);
