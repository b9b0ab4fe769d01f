/* Gradient descent in a long valley: a walk of sixty updates, for a learning rate and a momentum. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const HEIGHT = 300, A = [-11, 11], B = [-2.2, 2.2], STEEP = 50, START = [10, 1];

  /* The places [a, b] that updates visit from START: v = momentum · v + gradient, w = w − rate · v. */
  function walk(rate, momentum, updates) {
    const places = [START], v = [0, 0];
    let w = START;
    for (let i = 0; i < updates; i++) {
      const gradient = [w[0], STEEP * w[1]];
      w = w.map((at, k) => at - rate * (v[k] = momentum * v[k] + gradient[k]));
      places.push(w);
    }
    return places;
  }

  const distance = ([a, b]) => Math.hypot(a, b);
  const three = (v) => (v > 999 ? "more than a thousand" : v.toFixed(3));

  function begin({ stage, controls: place, data, tell }) {
    const now = { rate: data.rate, momentum: data.momentum };
    const slider = (label, name, min, max, step, write) => controls.slider({ label, min, max, step, value: now[name], write, changed: (v) => { now[name] = v; again(); } });
    place.append(dom.make("div", { class: "touch-sliders" }, slider("learning rate", "rate", 0.001, 0.06, 0.001, (v) => v.toFixed(3)).node,
                          slider("momentum", "momentum", 0, 0.99, 0.01, (v) => v.toFixed(2)).node));

    function paint(width) {
      const drawn = chart.frame({ width, height: HEIGHT, title: "the steep direction b", around: { left: 30 }, x: { range: A, ticks: [-10, -5, 0, 5, 10], label: "the flat direction a" },
                                  y: { range: B, ticks: [-2, -1, 0, 1, 2] } });
      for (const level of [1, 4, 12, 25, 50]) { // ½ (a² + 50 b²) is the same on each ellipse
        const [across, down] = [Math.sqrt(2 * level), Math.sqrt((2 * level) / STEEP)];
        drawn.add(dom.draw("ellipse", { class: "touch-grid", fill: "none", cx: drawn.x(0), cy: drawn.y(0), rx: drawn.x(across) - drawn.x(0), ry: drawn.y(0) - drawn.y(down) }));
      }
      const places = walk(now.rate, now.momentum, data.updates), inside = ([a, b]) => a >= A[0] && a <= A[1] && b >= B[0] && b <= B[1];
      const out = places.findIndex((one) => !inside(one)), shown = out < 0 ? places : places.slice(0, out);
      drawn.add(chart.line(drawn, shown, { class: "touch-test", "stroke-width": 1.5 }), shown.map(([a, b]) => dom.draw("circle", { cx: drawn.x(a), cy: drawn.y(b), r: 2.2, fill: "var(--figure-blue)" })),
        dom.draw("path", { class: "touch-axis", d: `M${drawn.x(0) - 6} ${drawn.y(0)}h12M${drawn.x(0)} ${drawn.y(0) - 6}v12` }));
      const end = distance(places[places.length - 1]);
      touch.put(stage, drawn.svg, `A walk into a long valley with a learning rate of ${now.rate} and a momentum of ${now.momentum}: after ${data.updates} updates it is ${three(end)} from the minimum.`);
      tell(`After ${data.updates} updates the walk is ${three(end)} from the minimum${end > distance(START) ? ", further than where it began: the rate is too large" : ""}.`);
    }

    const again = chart.fit(stage, paint);
  }

  touch.valley = { walk };
  touch.figure("valley", begin);
})(window);
