/* The learning curves of a step: hover an epoch, choose seeds, drag the window of the last epochs. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const HEIGHT = 300, GRAB = 16; // pixels around the window's edge that take hold of it

  /* Whether each of the last `n` counts of correct images reaches the rule. */
  const holds = (counts, n, rule) => counts.length >= n && counts.slice(-n).every((count) => count >= rule);

  const percent = (count) => (count / 100).toFixed(2);
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

  /* [low, high] in images, around what is shown from the third epoch on. */
  function range(lines, rule) {
    const late = lines.flatMap((counts) => counts.slice(2)).concat(rule);
    return [Math.floor((Math.min(...late) - 2) / 20) * 20, Math.ceil((Math.max(...late) + 4) / 20) * 20];
  }

  /* Which of the runs [{seed, test}] hold the rule over the last `n` epochs, as a sentence. */
  function verdict(runs, n, rule) {
    const kept = runs.filter(({ test }) => holds(test, n, rule)).map(({ seed }) => seed);
    const span = n === 1 ? "in the last epoch" : `in each of the last ${n} epochs`;
    const who = kept.length && kept.length < runs.length ? ` (seed ${kept.join(", ")})` : "";
    return `${kept.length} of ${runs.length} ${runs.length === 1 ? "training has" : "trainings have"} ${percent(rule)} % ${span}${who}.`;
  }

  function atEpoch(runs, source, epoch) {
    const now = runs.map(({ test }) => test[epoch - 1]).filter((v) => v !== undefined);
    const log = source && source[epoch - 1] !== undefined ? `; the source's log ${percent(source[epoch - 1])} %` : "";
    if (!now.length) return `Epoch ${epoch}${log ? log.replace(";", ":") : ""}.`;
    const [low, high] = [Math.min(...now), Math.max(...now)];
    const spread = now.length === 1 ? `${percent(low)} %` : `${percent(low)} to ${percent(high)} %, mean ${percent(mean(now))}`;
    return `Epoch ${epoch}: ${spread}${log}.`;
  }

  let places = 0;

  function begin({ stage, controls: place, data, tell, still }) {
    const { rule, epochs, runs, source } = data, on = new Set(runs.map(({ seed }) => seed));
    const inside = `curves-${++places}`;
    let epoch = epochs, last = data.last, theirs = Boolean(source), training = false, now = null;
    const shown = () => runs.filter(({ seed }) => on.has(seed));
    const guess = touch.guessOf(data, () => again());

    const epochSlider = controls.slider({ label: "look at epoch", min: 1, max: epochs, value: epoch, changed: (v) => { epoch = v; again(); } });
    const lastSlider = controls.slider({ label: "hold for the last", min: 1, max: epochs, value: last, write: (v) => `${v} ${v === 1 ? "epoch" : "epochs"}`,
      changed: (v) => { last = v; again(); } });
    const sample = (kind) => dom.draw("svg", { width: 22, height: 8, "aria-hidden": "true" }, dom.draw("path", { class: kind, d: "M0 4H22", "stroke-width": 2 }));
    const seeds = runs.length > 1 ? runs.map(({ seed }) => controls.toggle({ label: `seed ${seed}`, changed: (is) => { on[is ? "add" : "delete"](seed); again(); } }).node) : [];
    const toggles = [...seeds, source ? controls.toggle({ label: "source's log", mark: sample("touch-source"), changed: (is) => { theirs = is; again(); } }).node : null,
      controls.toggle({ label: "training", on: false, mark: sample("touch-train"), changed: (is) => { training = is; again(); } }).node].filter(Boolean);
    place.append(dom.make("div", { class: "touch-sliders" }, epochSlider.node, lastSlider.node),
                 dom.make("div", { class: "touch-toggles", role: "group", "aria-label": "What is shown" }, toggles));

    function paint(width) {
      const lines = [...runs.map(({ test }) => test), ...(training ? runs.map(({ train }) => train) : []), ...(source ? [source] : [])];
      now = chart.frame({ width, height: HEIGHT, title: training ? "accuracy (%)" : "test accuracy (%)",
        x: { range: [0.6, epochs + 0.4], ticks: ticks(width), label: "epoch" }, y: { range: range(lines, rule), name: percent } });
      const from = now.x(Math.max(0.6, epochs - last + 0.5));
      now.add(dom.draw("clipPath", { id: inside }, dom.draw("rect", { x: now.left, y: now.top, width: now.right - now.left, height: now.bottom - now.top })),
              dom.draw("rect", { class: "touch-window", x: from, y: now.top, width: now.right - from, height: now.bottom - now.top }),
              dom.draw("path", { class: "touch-rule", d: `M${now.left} ${now.y(rule)}H${now.right}` }));
      const clipped = dom.draw("g", { "clip-path": `url(#${inside})` });
      const points = (counts) => counts.map((count, i) => [i + 1, count]);
      for (const { test, train } of shown()) {
        const kept = holds(test, last, rule);
        if (training) clipped.append(chart.line(now, points(train), { class: "touch-train", "stroke-width": 1, "stroke-opacity": 0.6 }));
        clipped.append(chart.line(now, points(test), { class: "touch-test", "stroke-width": kept ? 2.5 : 1.2, "stroke-opacity": kept ? 1 : 0.45 }));
      }
      if (theirs && source) clipped.append(chart.line(now, points(source), { class: "touch-source", "stroke-width": 2 }));
      const dot = (count, colour) => dom.draw("circle", { class: "touch-dot", cx: now.x(epoch), cy: now.y(count), r: 4, fill: `var(--figure-${colour})` });
      clipped.append(dom.draw("path", { class: "touch-cursor", d: `M${now.x(epoch)} ${now.top}V${now.bottom}` }),
                     ...shown().filter(({ test }) => test[epoch - 1] !== undefined).map(({ test }) => dot(test[epoch - 1], "blue")),
                     ...(theirs && source && source[epoch - 1] !== undefined ? [dot(source[epoch - 1], "ink")] : []));
      now.add(clipped);
      now.over(dom.draw("rect", { class: "touch-handle", x: from - 3, y: now.top, width: 6, height: now.bottom - now.top, rx: 3 }));
      if (guess() !== null) touch.drawGuess(now, 100 * guess(), `you: ${guess().toFixed(2)}`);
      touch.put(stage, now.svg, still);
      tell(`${guess() === null ? "" : `You said ${guess().toFixed(2)} %. `}${atEpoch(shown(), theirs ? source : null, epoch)} ${shown().length ? verdict(shown(), last, rule) : "No seed is chosen."}`);
    }

    const ticks = (width) => Array.from({ length: epochs }, (_, i) => i + 1).filter((e) => width / epochs > 24 || e % 5 === 0 || e === 1);
    const again = chart.fit(stage, paint);
    stage.classList.add("touch-drawn");
    let pulling = false;
    chart.follow(stage, { drag: true, move: ([x], held) => {
      const edge = now.x(Math.max(0.6, epochs - last + 0.5));
      if (!held) pulling = false;
      else if (!pulling) pulling = Math.abs(x - edge) <= GRAB ? "window" : "epoch";
      const at = now.x.back(x), keep = (v) => Math.min(epochs, Math.max(1, Math.round(v)));
      if (pulling === "window") lastSlider.set(last = keep(epochs + 0.5 - at));
      else epochSlider.set(epoch = keep(at));
      again();
    } });
  }

  touch.curves = { holds, verdict, atEpoch };
  touch.figure("curves", begin);
})(window);
