/* Batch normalization: move what comes in, and what goes out stays; then move it by the learned scale and shift. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const EACH = 170, LOW = -6, HIGH = 6, BINS = 60, EPS = 1e-5;

  /* {mean, deviation} of values; of a batch, so that the variance is divided by their number. */
  function moments(values) {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { mean, deviation: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) };
  }

  /* What batch normalization makes of the values in training. */
  function normalized(values, scale, shift) {
    const { mean, deviation } = moments(values), divisor = Math.sqrt(deviation ** 2 + EPS);
    return values.map((v) => ((v - mean) / divisor) * scale + shift);
  }

  function counts(values) {
    const found = new Array(BINS).fill(0);
    for (const v of values) if (v >= LOW && v < HIGH) found[Math.floor(((v - LOW) / (HIGH - LOW)) * BINS)] += 1;
    return found;
  }

  const two = (v) => (Math.abs(v) < 0.005 ? "0.00" : v.toFixed(2).replace("-", "−"));

  function begin({ stage, controls: place, data, tell }) {
    const now = { times: 1, plus: 0, scale: 1, shift: 0 };
    const slider = (label, name, min, max) => controls.slider({ label, min, max, step: 0.05, value: now[name], write: two, changed: (v) => { now[name] = v; again(); } });
    const sliders = { times: slider("incoming, times", "times", 0.1, 3), plus: slider("incoming, plus", "plus", -3, 3),
                      scale: slider("scale γ", "scale", 0, 3), shift: slider("shift β", "shift", -3, 3) };
    const put = (values) => { for (const [name, value] of Object.entries(values)) { now[name] = value; sliders[name].set(value); } again(); };
    place.append(dom.make("div", { class: "touch-sliders" }, Object.values(sliders).map(({ node }) => node)),
      controls.row(controls.button("γ and β as they were learned", () => put({ scale: data.scale, shift: data.shift })),
                   controls.button("Start over", () => put({ times: 1, plus: 0, scale: 1, shift: 0 }))));

    function histogram(width, values, title, colour) {
      const found = counts(values), most = Math.max(1, ...found) * 1.05, wide = (HIGH - LOW) / BINS;
      const drawn = chart.frame({ width, height: EACH, title, around: { left: 8 }, x: { range: [LOW, HIGH], ticks: [-6, -4, -2, 0, 2, 4, 6], name: (v) => String(v) },
        y: { range: [0, most], ticks: [] } });
      const d = found.map((n, i) => (n ? `M${drawn.x(LOW + i * wide)} ${drawn.bottom}V${drawn.y(n)}H${drawn.x(LOW + (i + 1) * wide)}V${drawn.bottom}z` : "")).join("");
      const { mean } = moments(values);
      drawn.add(dom.draw("path", { d, fill: `var(--figure-${colour})`, stroke: "var(--figure-ground)", "stroke-width": 0.5 }));
      if (mean >= LOW && mean <= HIGH) drawn.over(dom.draw("path", { class: "touch-cursor", d: `M${drawn.x(mean)} ${drawn.top}V${drawn.bottom}` }));
      return drawn.svg;
    }

    function paint(width) {
      const before = data.values.map((v) => v * now.times + now.plus), after = normalized(before, now.scale, now.shift);
      const above = histogram(width, before, "before: one channel of a batch", "sky"), below = histogram(width, after, "after: mean = shift, deviation = scale", "blue");
      below.setAttribute("y", EACH);
      touch.put(stage, dom.draw("svg", { width, height: 2 * EACH, viewBox: `0 0 ${width} ${2 * EACH}` }, above, below), "Two histograms of the same values on the same axis. Before the normalization they lie to one side and are spread; after it the scale and the shift say where they lie.");
      const [first, last] = [moments(before), moments(after)], share = (values) => Math.round((100 * values.filter((v) => v > 0).length) / values.length);
      tell(`Before: mean ${two(first.mean)}, standard deviation ${two(first.deviation)}; a ReLU would let ${share(before)} % through. ` +
        `After: mean ${two(last.mean)}, standard deviation ${two(last.deviation)}; it lets ${share(after)} % through.`);
    }

    const again = chart.fit(stage, paint);
  }

  touch.batchnorm = { moments, normalized };
  touch.figure("batchnorm", begin);
})(window);
