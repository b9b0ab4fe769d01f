/* Five ideas to switch on and off: where trainings of the combination ended, or where the plan says that one would. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const HEIGHT = 176, LEFT = 72, SPREAD = 0.02, ROWS = ["all trained", "before", "now"];
  const signed = (v) => `${v < 0 ? "−" : "+"}${Math.abs(v).toFixed(2)}`;
  const listed = (all) => (all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all[all.length - 1]}` : all[0] || "");

  const named = (on, ideas) => listed(ideas.filter((_, i) => on & (1 << i)).map(({ name }) => name)) || "none of the five";
  const meanOf = ({ endings, mean }) => (endings.length ? endings.reduce((a, b) => a + b, 0) / endings.length : mean);

  /* What is said of one combination. */
  function place(of, seeds, failed) {
    const lost = failed.filter(([on]) => on === of.on).length, also = lost ? ` ${lost} more did not learn.` : "";
    if (of.trained) return of.endings.length ? `trained: ${of.endings.length} of ${seeds} seeds, mean ${meanOf(of).toFixed(2)} %.${also}` : `in the plan; no training of it that learnt is recorded.${also}`;
    return of.mean === null ? "not trained, and too few trainings are in to predict it."
      : `not trained; by the plan one training would end at ${of.low.toFixed(2)} to ${of.high.toFixed(2)} %, mean ${of.mean.toFixed(2)} %.`;
  }

  /* What the last switch did here, and what it does on average. */
  function step(before, now, ideas) {
    const at = Math.log2(before.on ^ now.on), { name, factor, span, verdict } = ideas[at], turned = now.on & (1 << at) ? 1 : -1;
    const [from, to] = [meanOf(before), meanOf(now)];
    const here = from === null || to === null ? "" : ` Switching ${name} ${turned > 0 ? "on" : "off"} here: ${signed(to - from)} points.`;
    return `${here} On average over the other four, ${name} multiplies the errors by ${factor.toFixed(2)} ` +
      `(${span[0].toFixed(2)} to ${span[1].toFixed(2)}): ${verdict}.`;
  }

  const sentence = (before, now, ideas, seeds, failed) => `On: ${named(now.on, ideas)}; ${place(now, seeds, failed)}${before ? step(before, now, ideas) : ""}`;

  function begin({ stage, controls: host, data, tell }) {
    const ideas = data.ideas.map(([name, factor, span, verdict]) => ({ name, factor, span, verdict }));
    const all = data.combinations.map(([on, trained, endings, low, mean, high]) => ({ on, trained, endings, low, mean, high }));
    let now = all[data.now], before = all[data.before];
    const values = all.flatMap(({ endings, low, mean, high }) => [...endings, ...(mean === null ? [] : [low, high])]);
    const range = values.length ? [Math.min(...values) - SPREAD, Math.max(...values) + SPREAD] : [98, 100];
    host.append(controls.row(...ideas.map(({ name }, i) => controls.toggle({ label: name, on: Boolean(now.on & (1 << i)), changed: () => {
      [before, now] = [now, all[now.on ^ (1 << i)]];
      again();
    } }).node)));

    function row(drawn, of, at) {
      const y = drawn.y(at), colour = `var(--figure-${of.trained ? "blue" : "sky"})`, mean = of.mean;
      return [mean === null || of.trained ? null : dom.draw("path", { d: `M${drawn.x(of.low)} ${y}H${drawn.x(of.high)}`, stroke: colour, "stroke-width": 2 }),
        ...of.endings.map((accuracy) => chart.mark("o", drawn.x(accuracy), y, { fill: colour })),
        mean === null ? null : dom.draw("path", { d: `M${drawn.x(mean)} ${y - 9}v18`, stroke: colour, "stroke-width": 2 })].filter(Boolean);
    }

    const again = chart.fit(stage, (width) => {
      const drawn = chart.frame({ width, height: HEIGHT, around: { left: LEFT, top: 8 }, x: { range, count: width < 500 ? 3 : 5, label: "test accuracy after the last epoch (%)" },
        y: { range: [2.6, -0.6], ticks: [0, 1, 2], name: (at) => ROWS[at] } });
      drawn.add(all.flatMap(({ endings }) => endings.map((accuracy) => dom.draw("circle", { cx: drawn.x(accuracy), cy: drawn.y(0), r: 3, fill: "var(--figure-soft)", "fill-opacity": 0.4 }))));
      drawn.over(row(drawn, before, 1), row(drawn, now, 2));
      touch.put(stage, drawn.svg, `Three rows over an axis of test accuracy: dots for all trainings of the plan, then the combination before (${named(before.on, ideas)}), and now (${named(now.on, ideas)}).`);
      tell(sentence(before, now, ideas, data.seeds, data.failed));
    });
  }

  touch.factorial = { sentence };
  touch.figure("factorial", begin);
})(window);
