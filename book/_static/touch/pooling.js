/* Global average pooling: what a dense head costs as the map grows, and what it costs behind an average. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const { grouped } = root.bookParts.numbers;
  const HEIGHT = 270, MOST = 20000;

  /* Parameters of a fully connected layer from a map to the classes, with biases; side 1 is what an average leaves. */
  const dense = (side, channels, classes) => side * side * channels * classes + classes;

  function begin({ stage, controls: place, data, tell }) {
    let { side, channels } = data;
    const { classes, budget, most } = data, sides = Array.from({ length: most }, (_, i) => i + 1);
    const sideSlider = controls.slider({ label: "side of the last map", min: 1, max: most, value: side, write: (v) => `${v} × ${v}`, changed: (v) => { side = v; again(); } });
    const channelSlider = controls.slider({ label: "channels", min: 4, max: 64, step: 2, value: channels, changed: (v) => { channels = v; again(); } });
    place.append(dom.make("div", { class: "touch-sliders" }, sideSlider.node, channelSlider.node));

    function paint(width) {
      const drawn = chart.frame({ width, height: HEIGHT, title: "parameters of the head", around: { left: 56 },
        x: { range: [1, most], ticks: sides.filter((s) => width > 420 || s % 2), label: "side of the last map", name: String },
        y: { range: [0, MOST], ticks: [0, 5000, 10000, 15000, 20000], name: grouped } });
      const whole = sides.map((s) => [s, dense(s, channels, classes)]), cut = whole.filter(([, n]) => n <= MOST), next = whole[cut.length];
      if (next) { // where the line leaves the picture
        const [s, n] = cut[cut.length - 1] || [0, classes];
        cut.push([s + (MOST - n) / (next[1] - n), MOST]);
      }
      const averaged = dense(1, channels, classes), here = dense(side, channels, classes);
      drawn.add(dom.draw("path", { class: "touch-rule", d: `M${drawn.left} ${drawn.y(budget)}H${drawn.right}` }),
        dom.draw("text", { class: "touch-soft", x: drawn.left + 6, y: drawn.y(budget) - 6 }, width < 420 ? "the limit" : `${grouped(budget)}: the whole network`),
        chart.line(drawn, cut, { stroke: "var(--figure-sky)", "stroke-width": 2.5 }), chart.line(drawn, sides.map((s) => [s, averaged]), { class: "touch-test", "stroke-width": 2.5 }));
      if (here <= MOST) drawn.over(chart.mark("o", drawn.x(side), drawn.y(here), { fill: "var(--figure-sky)" }));
      drawn.over(chart.mark("o", drawn.x(side), drawn.y(averaged), { fill: "var(--figure-blue)" }));
      touch.put(stage, drawn.svg, `Parameters against the side of the map, for ${channels} channels: those of a dense layer rise with the square of it, through the line of ${grouped(budget)}; those after a global average stay at ${grouped(averaged)}.`);
      stage.classList.add("touch-drawn");
      at = drawn.x;
      tell(`${channels} maps of ${side} × ${side}: a dense layer to ${classes} classes has ${side} · ${side} · ${channels} · ${classes} + ${classes} = ${grouped(here)} parameters. ` +
        `After a global average it has ${channels} · ${classes} + ${classes} = ${grouped(averaged)}, whatever the map's side.`);
    }

    let at = null;
    const again = chart.fit(stage, paint);
    chart.follow(stage, { drag: true, move: ([x]) => { sideSlider.set(side = Math.min(most, Math.max(1, Math.round(at.back(x))))); again(); } });
  }

  touch.pooling = { dense };
  touch.figure("pooling", begin);
})(window);
