/* Dropout: a mask over the units of a layer, what stays is larger, and the mean over many masks is what it was. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const ABOVE = 190, BELOW = 140, BINS = 48;

  /* What dropout in training makes of the values: kept ones times 1 / (1 - p), the others 0. */
  const dropped = (values, mask, p) => values.map((v, i) => (mask[i] && p < 1 ? v / (1 - p) : 0));
  const sum = (values) => values.reduce((a, b) => a + b, 0);

  /* The mean and the standard deviation of the sum over all masks. */
  const expected = (values, p) => ({ mean: p < 1 ? sum(values) : 0, deviation: p < 1 ? Math.sqrt((p / (1 - p)) * sum(values.map((v) => v * v))) : 0 });

  function begin({ stage, controls: place, data, tell }) {
    const { values } = data, random = touch.randomFrom(17), whole = sum(values);
    let p = data.p, mask = data.mask, sums = [], training = "on";
    const draw = () => values.map(() => (random() < p ? 0 : 1));
    const note = () => sums.push(sum(dropped(values, mask, p)));
    const more = (count) => () => { for (let i = 0; i < count; i++) { mask = draw(); note(); } again(); };
    const slider = controls.slider({ label: "p, the share that is dropped", min: 0, max: 0.9, step: 0.05, value: p, write: (v) => v.toFixed(2),
      changed: (v) => { p = v; mask = draw(); sums = []; note(); again(); } });
    const one = controls.button("Another mask", more(1), { class: "touch-button touch-main" }), many = controls.button("200 more", more(200));
    place.append(dom.make("div", { class: "touch-sliders" }, slider.node, controls.choice({ label: "the network", of: [["on", "trains"], ["off", "is evaluated"]], value: training,
      changed: (v) => { training = v; again(); } }).node), controls.row(one, many));
    note();

    function units(width) {
      const shown = training === "on" ? dropped(values, mask, p) : values, most = Math.max(...values) * 2;
      const above = chart.frame({ width, height: ABOVE, title: "units: outlined before, filled after dropout", x: { range: [0, values.length], ticks: [] }, y: { range: [0, most], count: 3 } });
      const bar = (i, v, look) => dom.draw("path", { d: `M${above.x(i + 0.12)} ${above.bottom}V${above.y(Math.min(v, most * 1.08))}H${above.x(i + 0.88)}V${above.bottom}`, ...look });
      values.forEach((v, i) => above.add(bar(i, shown[i], { fill: "var(--figure-blue)" }),
        bar(i, v, { fill: "none", stroke: "var(--figure-ink)", "stroke-width": 1.2, "stroke-dasharray": shown[i] ? null : "3 3" })));
      return above.svg;
    }

    function spread(width) {
      const range = [0, 2 * whole], found = new Array(BINS).fill(0);
      for (const s of sums) found[Math.min(BINS - 1, Math.floor((s / range[1]) * BINS))] += 1;
      const below = chart.frame({ width, height: BELOW, title: `their sum, ${sums.length === 1 ? "one mask" : `${sums.length} masks`}`, around: { left: 8 },
        x: { range, count: width < 450 ? 4 : 6 }, y: { range: [0, Math.max(1, ...found) * 1.05], ticks: [] } });
      const wide = range[1] / BINS, line = (at, look) => dom.draw("path", { d: `M${below.x(at)} ${below.top}V${below.bottom}`, ...look });
      if (sums.length > 1) below.add(dom.draw("path", { fill: "var(--figure-pale)", d: found.map((n, i) => (n ? `M${below.x(i * wide)} ${below.bottom}V${below.y(n)}H${below.x((i + 1) * wide)}V${below.bottom}z` : "")).join("") }));
      below.add(line(whole, { stroke: "var(--figure-soft)", "stroke-width": 2 }));
      below.over(line(Math.min(range[1], training === "on" ? sum(sums) / sums.length : whole), { stroke: "var(--figure-blue)", "stroke-width": 3 }));
      return below.svg;
    }

    function paint(width) {
      const above = units(width), below = spread(width);
      below.setAttribute("y", ABOVE);
      touch.put(stage, dom.draw("svg", { width, height: ABOVE + BELOW, viewBox: `0 0 ${width} ${ABOVE + BELOW}` }, above, below), `Bars for ${values.length} units. With p = ${p.toFixed(2)}, ${mask.filter((kept) => !kept).length} of them are zero and the others larger by 1 / (1 − p); below, a line for the sum before and one for the mean of the sums after.`);
      one.disabled = many.disabled = training === "off";
      const off = mask.filter((kept) => !kept).length, { deviation } = expected(values, p);
      tell(training === "off" ? `Evaluated, nothing is dropped and nothing is scaled: the sum is ${whole.toFixed(1)}, the mean of all masks.`
        : `${off} of ${values.length} units are off, the others × ${(1 / (1 - p)).toFixed(2)}. The sum is ${sums[sums.length - 1].toFixed(1)} instead of ${whole.toFixed(1)}; ` +
          `over ${sums.length === 1 ? "this one mask" : `${sums.length} masks`} its mean is ${(sum(sums) / sums.length).toFixed(1)}, and single masks scatter by ± ${deviation.toFixed(1)}.`);
    }

    const again = chart.fit(stage, paint);
  }

  touch.dropout = { dropped, expected };
  touch.figure("dropout", begin);
})(window);
