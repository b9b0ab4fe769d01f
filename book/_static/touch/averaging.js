/* Averaged weights: one weight walks down a noisy slope, and its moving average follows. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const HEIGHT = 260, RANGE = [-2, 3];

  /* The weight on the slope of w² / 2 and its average over `memory` updates, after each update. */
  function walked(noise, start, rate, memory) {
    let w = start, average = start;
    const weights = [], averages = [];
    for (const n of noise) {
      w -= rate * (w + n);
      average += (w - average) / memory;
      weights.push(w);
      averages.push(average);
    }
    return { weights, averages };
  }

  /* The root mean square distance from the bottom over the second half of the walk. */
  function distance(values) {
    const late = values.slice(values.length / 2);
    return Math.sqrt(late.reduce((sum, v) => sum + v * v, 0) / late.length);
  }

  function begin({ stage, controls: place, data, tell }) {
    const now = { rate: data.rate, memory: data.memory };
    const slider = (label, name, min, max, step, write) =>
      controls.slider({ label, min, max, step, value: now[name], write, changed: (v) => { now[name] = v; again(); } }).node;
    place.append(dom.make("div", { class: "touch-sliders" }, slider("learning rate", "rate", 0.02, 0.5, 0.02, (v) => v.toFixed(2)),
      slider("memory of the average, in updates", "memory", 1, 200, 1, String)));

    function paint(width) {
      const { weights, averages } = walked(data.noise, data.start, now.rate, now.memory), inside = (v) => Math.max(RANGE[0], Math.min(RANGE[1], v));
      const drawn = chart.frame({ width, height: HEIGHT, title: "distance from the bottom", x: { range: [0, weights.length], count: 4, label: "update" },
        y: { range: RANGE, ticks: [-2, -1, 0, 1, 2, 3], name: (v) => String(v).replace("-", "−") } });
      const line = (values, look) => chart.line(drawn, values.map((v, i) => [i, inside(v)]), look);
      drawn.add(line(weights, { stroke: "var(--figure-soft)", "stroke-width": 1.2 }), line(averages, { stroke: "var(--figure-blue)", "stroke-width": 3 }));
      touch.put(stage, drawn.svg, `A thin line that wanders around zero, on average ${distance(weights).toFixed(2)} away from it, and a thick line, its moving average, that follows later and is ${distance(averages).toFixed(2)} away.`);
      tell(`In the second half the weight (thin) is ${distance(weights).toFixed(2)} away from the bottom, its average (thick) ${distance(averages).toFixed(2)}.`);
    }

    const again = chart.fit(stage, paint);
  }

  touch.averaging = { walked, distance };
  touch.figure("averaging", begin);
})(window);
