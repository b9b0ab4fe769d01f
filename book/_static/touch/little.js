/* Training images: choose how many, and see where the trainings of each network end, with the interval of their mean. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const { grouped } = root.bookParts.numbers;
  const ROW = 44, AROUND = 66, LEFT = 110, colour = "var(--figure-blue)";

  /* The range of accuracies that is drawn: whole halves of a point around all of them. */
  function span({ networks }, at) {
    const found = networks.flatMap(({ cells }) => (cells[at] ? [...cells[at].values, cells[at].low, cells[at].high] : [])).filter((v) => v !== null);
    if (!found.length) return [98, 100];
    const low = Math.trunc(2 * Math.min(...found) - 0.2) / 2, high = Math.trunc(2 * Math.max(...found) + 1.2) / 2;
    return [low, Math.max(high, low + 0.5)];
  }

  /* What the figure says: each network's mean, its interval and how many trainings it has. */
  function sentence({ sizes, networks }, at) {
    const told = networks.map(({ name, cells }) => {
      const cell = cells[at];
      if (!cell) return `${name}: no training`;
      const n = cell.values.length;
      return `${name} ${cell.told}, ${n === 1 ? "one training" : `${n} trainings`}`;
    });
    return `${grouped(sizes[at])} images: ${told.join("; ")}.`;
  }

  function begin({ stage, controls: place, data, tell }) {
    let at = data.at;
    place.append(controls.row(controls.slider({ label: "training images", min: 0, max: data.sizes.length - 1, value: at, write: (i) => grouped(data.sizes[i]), changed: (i) => { at = i; again(); } }).node));

    function paint(width) {
      const { networks, sizes } = data;
      const drawn = chart.frame({ width, height: AROUND + ROW * networks.length, title: `${grouped(sizes[at])} training images`, around: { left: LEFT, top: 28 },
        x: { range: span(data, at), label: "test accuracy (%)", count: width < 500 ? 3 : 5 }, y: { range: [networks.length - 0.4, -0.6], ticks: [] } });
      networks.forEach(({ name, cells }, i) => {
        const cell = cells[at], y = drawn.y(i);
        drawn.add(dom.draw("text", { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, name));
        if (!cell) return;
        if (cell.low !== null) drawn.add(dom.draw("path", { d: `M${drawn.x(cell.low)} ${y}H${drawn.x(cell.high)}`, stroke: colour, "stroke-width": 7, "stroke-opacity": 0.3, fill: "none" }));
        drawn.add(cell.values.map((value) => chart.mark("o", drawn.x(value), y, { fill: colour, "fill-opacity": 0.7 })));
      });
      touch.put(stage, drawn.svg, `A row for each of ${networks.length} networks trained on ${grouped(sizes[at])} images, with a dot for each training at its test accuracy and a bar for the interval of their mean.`);
      tell(sentence(data, at));
    }

    const again = chart.fit(stage, paint);
  }

  touch.little = { sentence };
  touch.figure("little", begin);
})(window);
