/* Learning-rate schedules over the epochs, with their settings to change, and below what recorded trainings did with one. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const ABOVE = 230, BELOW = 190;
  const LEAST = 1e-6, MOST = 1; // the range of rates that is drawn

  /* The rate in each epoch, as torch.optim.lr_scheduler.StepLR gives it. */
  const stepRates = ({ rate, size, gamma }, epochs) => Array.from({ length: epochs }, (_, e) => rate * gamma ** Math.floor(e / size));

  /* The rate at each of `total` updates, as OneCycleLR gives it with its usual divisors. */
  function cycleRates({ rate, up }, total) {
    const first = rate / 25, last = first / 1e4, peak = up * total - 1, end = total - 1;
    const turn = (from, to, share) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
    return Array.from({ length: total }, (_, i) => (i <= peak ? turn(first, rate, i / peak) : turn(rate, last, (i - peak) / (end - peak))));
  }

  /* The rate in each epoch, as ReduceLROnPlateau gives it for these test losses. */
  function plateauRates({ rate, factor, patience }, losses) {
    const rates = [];
    let best = Infinity, bad = 0, now = rate;
    for (const loss of losses) {
      rates.push(now);
      if (loss < best * (1 - 1e-4)) [best, bad] = [loss, 0];
      else bad += 1;
      if (bad > patience) {
        if (now - now * factor > 1e-8) now *= factor;
        bad = 0;
      }
    }
    return rates;
  }

  /* Points (epochs trained, rate) of a schedule, and whether a rate holds until the next point. */
  function points(kind, settings, data) {
    const { epochs } = data;
    if (kind === "cycle" && settings.per === "batch") {
      const total = epochs * data.cycle.batches, every = Math.ceil(total / 400);
      const rates = cycleRates(settings, total);
      return { steps: false, of: rates.map((rate, i) => [(i / total) * epochs, rate]).filter((_, i) => i % every === 0 || i === total - 1) };
    }
    const rates = kind === "step" ? stepRates(settings, epochs)
      : kind === "cycle" ? cycleRates(settings, epochs * data.cycle.batches).slice(0, epochs)
        : plateauRates(settings, data.plateau.runs[settings.run].losses);
    return { steps: true, of: [...rates.map((rate, e) => [e, rate]), [rates.length, rates[rates.length - 1]]] };
  }

  const short = (rate) => String(Number(rate.toPrecision(2)));
  const inWords = { step: "StepLR", cycle: "OneCycleLR", plateau: "ReduceLROnPlateau" };

  /* The mean distance from one epoch to the next over the last five, in points, and over all runs. */
  function unrest(runs) {
    const each = runs.map(({ test }) => { const late = test.slice(-6); return late.slice(1).reduce((sum, v, i) => sum + Math.abs(v - late[i]), 0) / 5; });
    return each.reduce((a, b) => a + b, 0) / each.length / 100;
  }

  /* What a slider in steps says: the recorded rate where it stands beside it. */
  const nearest = (rate, recorded) => (Math.abs(Math.log10(rate / recorded)) < 0.026 ? recorded : Number(rate.toPrecision(3)));

  function begin({ stage, controls: place, data, tell }) {
    let kind = data.first;
    const settings = { step: { ...data.step.settings }, cycle: { ...data.cycle.settings }, plateau: { ...data.plateau.settings, run: 0 } };
    const mine = () => settings[kind], set = (name, turn = (v) => v) => (value) => { mine()[name] = turn(value); again(); };
    const rate = () => controls.slider({ label: kind === "cycle" ? "highest rate" : "first rate", min: -3, max: 0, step: 0.05,
      value: Math.log10(mine().rate), write: (v) => short(10 ** v), changed: set("rate", (v) => nearest(10 ** v, data[kind].settings.rate)) });
    const slider = (label, name, options) => controls.slider({ label, value: mine()[name], ...options, changed: set(name) }).node;
    const CONTROLS = {
      step: () => [rate().node, slider("epochs between drops", "size", { min: 1, max: data.epochs }), slider("each drop times", "gamma", { min: 0.05, max: 1, step: 0.05 })],
      cycle: () => [rate().node, slider("share of the way up", "up", { min: 0.1, max: 0.9, step: 0.05 }),
        controls.choice({ label: "advanced", of: [["batch", "each batch"], ["epoch", "each epoch"]], value: mine().per, changed: set("per") }).node],
      plateau: () => [rate().node, slider("each drop times", "factor", { min: 0.05, max: 0.95, step: 0.05 }), slider("patience, in epochs", "patience", { min: 0, max: 10 }),
        controls.menu({ label: "test losses of", groups: [["", data.plateau.runs.map(({ seed }, i) => [String(i), `seed ${seed}`])]], value: String(mine().run), changed: set("run", Number) }).node],
    };
    const own = dom.make("div", { class: "touch-sliders" });
    const choose = (next) => { kind = next; own.replaceChildren(...CONTROLS[kind]()); again(); };
    const over = controls.button("Start over", () => { Object.assign(mine(), data[kind].settings); choose(kind); });
    place.append(controls.choice({ label: "Schedule", of: Object.entries(inWords), value: kind, changed: choose }).node, own, controls.row(over));

    function paint(width) {
      const across = { range: [0, data.epochs], count: width < 450 ? 4 : 8 };
      const above = chart.frame({ width, height: ABOVE, title: "learning rate (blue yours, grey recorded)", x: across,
        y: { range: [LEAST, MOST], log: true, name: (v) => (v >= 0.001 ? String(v) : v.toExponential(0)) } });
      const { project, runs, settings: theirs } = data[kind], clamp = ([x, y]) => [x, Math.max(LEAST, y)];
      for (const run of runs) {
        const recorded = run.rates.flatMap(([from, to], e) => [[e, from], [e + 1, to]]);
        above.add(chart.line(above, recorded.map(clamp), { stroke: "var(--figure-soft)", "stroke-width": 3, "stroke-opacity": runs.length > 1 ? 0.3 : 0.6 }));
      }
      const { of, steps } = points(kind, mine(), data);
      above.add(chart.line(above, of.map(clamp), { class: "touch-test", "stroke-width": 2.5 }, steps));
      const same = Object.entries(theirs).every(([name, value]) => mine()[name] === value);
      const low = Math.floor((Math.min(...runs.flatMap(({ test }) => test.slice(3))) - 5) / 20) * 20;
      const below = chart.frame({ width, height: BELOW, title: "test accuracy (%), recorded", x: { ...across, label: "epochs trained" },
        y: { range: [low, 9970], name: (v) => (v / 100).toFixed(1), ticks: chart.ticks([low, 9970], 4) } });
      below.add(dom.draw("path", { class: "touch-rule", d: `M${below.left} ${below.y(9940)}H${below.right}` }));
      if (!same) below.add(dom.draw("text", { class: "touch-soft", x: (below.left + below.right) / 2, y: (below.top + below.bottom) / 2, "text-anchor": "middle" }, "nothing is recorded with these settings"));
      for (const { test } of same ? runs : []) {
        const late = test.map((v, e) => [e + 1, v]).filter(([, v]) => v >= low);
        below.add(chart.line(below, late, { stroke: "var(--figure-soft)", "stroke-width": 1.5, "stroke-opacity": 0.7 }));
      }
      below.svg.setAttribute("y", ABOVE);
      const both = dom.draw("svg", { width, height: ABOVE + BELOW, viewBox: `0 0 ${width} ${ABOVE + BELOW}` }, above.svg, below.svg);
      touch.put(stage, both, `Above, on a logarithmic axis, the learning rate that you set over ${data.epochs} epochs, and in grey the recorded one (${project}); below, the test accuracy of the recorded trainings, where your settings are theirs.`);
      const rates = of.map(([, y]) => y), last = rates[rates.length - 1];
      tell(`${inWords[kind]}: from ${short(rates[0])} ${Math.max(...rates) > rates[0] * 1.0001 ? `up to ${short(Math.max(...rates))} and ` : ""}to ${short(last)} at the end. ` +
        (same ? `The ${runs.length} recorded trainings (${project}) move by ${unrest(runs).toFixed(2)} points from one epoch to the next over the last five.`
          : "Nothing was trained with these settings; “Start over” brings back those that were."));
    }

    const again = chart.fit(stage, paint);
    choose(kind);
  }

  touch.schedules = { stepRates, cycleRates, plateauRates, unrest };
  touch.figure("schedules", begin);
})(window);
