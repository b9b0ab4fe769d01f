/* Luck: "train again" draws one of a step's recorded trainings, and the best epoch of the best is what gets published. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const ABOVE = 190, BELOW = 190, MOST = 10; // pixels, and trainings that one makes
  const percent = (count) => (count / 100).toFixed(2);

  /* What comes of drawn runs [{test}]: what would be published, and what a reader who trains once can expect. */
  function outcome(drawn, all) {
    const lasts = all.map(({ test }) => test[test.length - 1]);
    return { published: Math.max(...drawn.map(({ test }) => Math.max(...test))), mean: lasts.reduce((a, b) => a + b, 0) / lasts.length,
             low: Math.min(...lasts), high: Math.max(...lasts) };
  }

  function begin({ stage, controls: place, data, tell }) {
    const random = touch.randomFrom(Math.random() * 2 ** 32);
    let step = data.steps[data.first], drawn = root.onPaper ? step.runs.slice(0, MOST) : [step.runs[0]], fresh = false;
    const guess = touch.guessOf(data, () => paintAgain());

    const again = controls.button("Train again", () => { drawn.push(step.runs[Math.floor(random() * step.runs.length)]); fresh = true; paintAgain(); }, { class: "touch-button touch-main" });
    const rest = controls.button("Train until ten", () => {
      while (drawn.length < MOST) drawn.push(step.runs[Math.floor(random() * step.runs.length)]);
      paintAgain();
    });
    const over = controls.button("Start over", () => { drawn = []; paintAgain(); });
    const menu = controls.menu({ label: "the network", groups: [["", data.steps.map(({ name }, i) => [String(i), name])]], value: String(data.first),
      changed: (i) => { step = data.steps[Number(i)]; drawn = []; paintAgain(); } });
    place.append(controls.row(menu.node, again, rest, over));

    function curve(width, low, high) {
      const now = drawn[drawn.length - 1], epochs = Math.max(...step.runs.map(({ test }) => test.length));
      const above = chart.frame({ width, height: ABOVE, title: now ? `training ${drawn.length}: test accuracy (%)` : "test accuracy (%)",
        x: { range: [0.6, epochs + 0.4], ticks: Array.from({ length: epochs }, (_, i) => i + 1).filter((e) => width > 420 || e % 5 === 0), label: "epoch" },
        y: { range: [low, high], name: percent, count: 4 } });
      if (!now) return above;
      const best = now.test.indexOf(Math.max(...now.test)), end = now.test.length - 1;
      const points = now.test.map((v, i) => [i + 1, v]).filter(([, v]) => v >= low);
      above.add(chart.line(above, points, { class: `touch-test${fresh ? " touch-drawing" : ""}`, "stroke-width": 2, pathLength: 1 }),
                chart.mark("o", above.x(end + 1), above.y(now.test[end]), { fill: "var(--figure-blue)" }),
                chart.mark("D", above.x(best + 1), above.y(now.test[best]), { fill: "var(--figure-ink)" }));
      return above;
    }

    function spread(width, low, high) {
      const below = chart.frame({ width, height: BELOW, title: width < 420 ? "● last   ◆ best epoch   ┊ mean of last" : "● last epoch   ◆ best epoch   ┊ mean of all last epochs",
        x: { range: [low, high], name: percent, count: width < 420 ? 3 : 6 }, y: { range: [MOST + 0.7, 0.3], ticks: [1, 5, 10] } });
      const { mean, published } = outcome(drawn.length ? drawn : step.runs, step.runs);
      if (drawn.length) below.add(dom.draw("path", { class: "touch-cursor", d: `M${below.x(mean)} ${below.top}V${below.bottom}` }));
      drawn.slice(-MOST).forEach(({ test }, i) => {
        const [last, best] = [test[test.length - 1], Math.max(...test)], y = below.y(i + 1);
        below.add(dom.draw("path", { d: `M${below.x(last)} ${y}H${below.x(best)}`, stroke: "var(--figure-sky)", "stroke-width": 1.5 }),
                  chart.mark("o", below.x(last), y, { fill: "var(--figure-blue)" }),
                  chart.mark("D", below.x(best), y, { fill: "var(--figure-ink)", class: best === published ? "touch-dot" : "touch-hollow" }));
      });
      if (guess() !== null) touch.drawGuess(below, 100 * guess(), `you: ${guess().toFixed(2)}`);
      return below;
    }

    function paint(width) {
      const every = step.runs.flatMap(({ test }) => test.slice(4)), [low, high] = [Math.floor((Math.min(...every) - 2) / 10) * 10, Math.ceil((Math.max(...every) + 2) / 10) * 10];
      const above = curve(width, low, high), below = spread(width, low, high);
      below.svg.setAttribute("y", ABOVE);
      touch.put(stage, dom.draw("svg", { width, height: ABOVE + BELOW, viewBox: `0 0 ${width} ${ABOVE + BELOW}` }, above.svg, below.svg), `Above, the test accuracy of one training of ${step.name}, epoch by epoch; below, for each training drawn so far a dot where it ends and a diamond at its best epoch, which lies further right.`);
      fresh = false;
      again.disabled = rest.disabled = drawn.length >= MOST;
      tell(`${words()}${guess() === null ? "" : ` You said ${guess().toFixed(2)} %.`}`);
    }

    function words() {
      if (!drawn.length) return `${step.name} has ${step.runs.length} recorded trainings. Train it: each press draws one of them.`;
      const { published, mean, low, high } = outcome(drawn, step.runs), extra = Math.max(0, published - mean);
      const kept = `Keep the best epoch of ${drawn.length === 1 ? "this training" : `these ${drawn.length}`}, and you publish ${percent(published)} %.`;
      if (drawn.length < MOST) return kept;
      return `${kept} Whoever trains it once gets ${percent(low)} to ${percent(high)} % in the last epoch, ${percent(mean)} on average: ${percent(extra)} points less than you published.`;
    }

    const paintAgain = chart.fit(stage, paint);
    touch.luck.state = () => ({ step: step.step, drawn });
  }

  touch.luck = { outcome };
  touch.figure("luck", begin);
})(window);
