/* The page: one drawing, one network, one picked unit, and everything that is shown of them. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { el, percent, count, oncePerFrame, afterPause } = digit.dom;
  const byId = (id) => document.getElementById(`digit-${id}`);
  const WIDE = 900; // CSS pixels from which the unit's panel stands beside the maps

  function start() {
    const app = byId("app");
    if (!app) return;
    byId("without-script").remove();
    app.hidden = false;

    const own = [];             // networks opened from files
    let network = null, entry = null, snapshot = 0, series = null, maps = null, ink = null, placed = null, unit = null;
    let outcome = null, asked = 0;

    const view = digit.pad.create(byId("pad"), () => { markDigit(); update(); }, (text) => { byId("pad-said").textContent = text; });
    const panel = byId("inspector"), home = byId("workbench"), inspector = digit.inspector.create(panel);
    const atlas = digit.maps.create(byId("maps"), pickUnit);
    const gallery = digit.chooser.create(byId("digits"), (d) => { view.lay(d); markDigit(); });
    const sideBySide = digit.compare.create({ list: byId("compare-list"), cards: byId("compare-cards"), message: byId("compare-said") },
      (name) => { byId("network").value = name; chooseNetwork(name); });
    const bars = makeBars();

    /* The result ------------------------------------------------------------------------------ */

    function makeBars() {
      const rows = Array.from({ length: 10 }, (_, d) => {
        const bar = el("span", { class: "digit-bar" }), share = el("td", { class: "digit-share" }, "–");
        return { bar, share, row: el("tr", {}, el("th", { scope: "row" }, String(d)), el("td", { class: "digit-track", "aria-hidden": "true" }, bar), share) };
      });
      byId("bars").replaceChildren(...rows.map((r) => r.row));
      return rows;
    }

    function sentence() {
      if (!ink) return "The pad is empty: draw a digit, or pick one below.";
      const order = Array.from(outcome.probabilities.keys()).sort((a, b) => outcome.probabilities[b] - outcome.probabilities[a]);
      const [first, second] = order, p = outcome.probabilities;
      const truth = view.base() && !view.touched() ? view.base().label : null;
      const verdict = truth === null ? "" : truth === first ? " That is its label." : ` Its label is ${truth}.`;
      return `It reads a ${first} (${percent(p[first])}); next comes ${second} (${percent(p[second])}).${verdict}`;
    }

    const announce = afterPause(() => { byId("live").textContent = sentence(); }, 700);

    function showResult() {
      const best = ink ? digit.network.bestOf(outcome.probabilities) : -1;
      bars.forEach(({ bar, share, row }, d) => {
        const p = ink ? outcome.probabilities[d] : 0;
        bar.style.width = `${100 * p}%`;
        share.textContent = ink ? percent(p) : "–";
        row.classList.toggle("digit-first", d === best);
      });
      byId("sentence").textContent = sentence();
      announce();
    }

    /* From the pad to the result; everything else that depends on it follows in the next frame. */
    function compute() {
      if (!network) return;
      const from = root.performance.now();
      placed = view.image(byId("centring").checked);
      ink = view.isEmpty() ? null : placed.image;
      maps = digit.network.run(network, current(), placed.image);
      outcome = digit.network.results(network, maps);
      showResult();
      digit.pictures.show(byId("seen"), digit.pictures.inkRaster(placed.image, 28));
      digit.page.milliseconds = root.performance.now() - from;
      follow();
    }

    const follow = oncePerFrame(() => {
      const from = root.performance.now();
      atlas.paint(maps);
      showUnit();
      placeInspector();
      if (byId("compare").open && entry.path) sideBySide.show(entry.path, ink);
      byId("undo").disabled = !view.canUndo();
      digit.page.followed = root.performance.now() - from;
      overEpochs();
    });
    const update = oncePerFrame(compute);

    /* The picked unit ------------------------------------------------------------------------- */

    const sayUnit = afterPause(() => { byId("unit-live").textContent = unit ? unit.sentence : ""; }, 400);
    const showPointed = oncePerFrame(() => showUnit());
    let pointed = null;

    function pickUnit(at, number, how) {
      if (how === "leave") pointed = null;
      else if (how === "point") {
        if (pointed && pointed.at === at && pointed.number === number) return;
        pointed = { at, number };
      } else {
        pointed = null;
        unit = { at, number };
      }
      if (how === "pick") {
        showUnit();
        placeInspector();
        sayUnit();
      } else if (app.clientWidth >= WIDE) showPointed();
    }

    function showUnit() {
      const shown = pointed || unit;
      if (!shown || !maps) return;
      const told = inspector.render({ network, snapshot: current(), maps, ink: placed.image, at: shown.at, unit: shown.number });
      if (unit && !pointed) unit.sentence = told.sentence;
      shown.card = atlas.select(shown.at, shown.number);
      if (shown.unasked) return; // frames on the drawing are for those who have pointed at something
      view.showField(told.field && !view.isEmpty() ? told.field : null, placed);
      const seen = byId("seen");
      digit.pictures.show(seen, digit.pictures.inkRaster(placed.image, 28));
      if (told.field) digit.pictures.frameField(seen, told.field);
    }

    /* Beside the maps where there is room, else below the card that was touched. */
    function placeInspector() {
      const wide = app.clientWidth >= WIDE;
      panel.hidden = !unit || (unit.unasked && !wide);
      if (wide || !unit || !unit.card) {
        if (panel.parentElement !== home) home.append(panel);
      } else if (unit.card.nextElementSibling !== panel) unit.card.after(panel);
    }

    /* Networks and epochs --------------------------------------------------------------------- */

    const current = () => network.snapshots[snapshot];

    function listNetworks() {
      const groups = new Map();
      for (const e of [...digit.loading.networks(), ...own]) {
        const name = e.own ? "your own" : e.name.split("/")[0];
        if (!groups.has(name)) groups.set(name, []);
        groups.get(name).push(el("option", { value: e.own ? e.key : e.name }, e.own ? e.name : e.name.split("/")[1]));
      }
      byId("network").replaceChildren(...[...groups].map(([name, options]) => el("optgroup", { label: name.replace("-", " ") }, options)));
    }

    async function chooseNetwork(key) {
      const mine = ++asked, mineOwn = own.find((e) => e.key === key);
      try {
        const found = digit.loading.networks().find((e) => e.name === key);
        const next = mineOwn ? mineOwn.network : await digit.loading.network(key);
        if (mine !== asked) return;
        use(next, mineOwn ? { own: true } : { ...found, path: key.split("/")[0] });
      } catch (error) {
        if (mine === asked) byId("said").textContent = error.message;
      }
    }

    function use(next, nextEntry) {
      network = next;
      entry = nextEntry;
      series = network.snapshots.length > 1 ? network : null;
      snapshot = network.snapshots.length - 1;
      unit = pointed = null;
      home.append(panel); // it may stand among the cards, which are about to go
      byId("said").textContent = "";
      const { accuracy } = current();
      byId("about").textContent = [entry.own ? network.name : null, network.about, count(network.parameters, "parameter"),
        count(network.layers.length, "layer"), accuracy === null ? null : `${accuracy.toFixed(2)} % of the test images`].filter(Boolean).join(" · ");
      const last = series ? series.snapshots.length - 1 : entry.epochs || 0, slider = byId("epoch");
      byId("epochs").hidden = !last;
      slider.max = last;
      slider.value = last;
      byId("compare").hidden = Boolean(entry.own);
      byId("wrong-choice").hidden = !entry.wrong;
      if (!entry.wrong) byId("sample").checked = true;
      atlas.show(network);
      showDigits();
      sayEpoch();
      compute();
      atlas.paint(maps); // at once: cards never stand empty, nor over the maps of the network before
      pickFirst();
    }

    /* A unit in the middle of the first layer with several maps, so that the panel is never empty. */
    function pickFirst() {
      const at = Math.min(3, network.layers.length), shape = network.shapes[at];
      unit = { at, number: Math.floor(shape.height / 2) * shape.width + Math.floor(shape.width / 2), unasked: true };
      view.showField(null, placed);
      showUnit();
      placeInspector();
    }

    function sayEpoch() {
      const slider = byId("epoch"), { epoch, accuracy } = series ? series.snapshots[Number(slider.value)] : current();
      const number = epoch === null ? Number(slider.value) : epoch;
      const text = number === 0 ? "epoch 0, before training" : `epoch ${number}${accuracy === null ? "" : `, ${accuracy.toFixed(2)} % of the test images`}`;
      byId("epoch-text").textContent = text;
      slider.setAttribute("aria-valuetext", text);
    }

    async function loadSeries() {
      if (series || !entry.epochs) return series;
      const mine = network;
      byId("epoch-text").textContent = "loading the weights of every epoch …";
      const found = await digit.loading.network(entry.name, "epochs");
      if (mine !== network) return null;
      series = network = found;
      snapshot = Number(byId("epoch").value);
      return series;
    }

    async function chooseEpoch() {
      try {
        if (!await loadSeries()) return;
        snapshot = Number(byId("epoch").value);
        sayEpoch();
        compute();
      } catch (error) {
        byId("epoch-text").textContent = error.message;
      }
    }

    /* What the network says of this drawing after each epoch, once the drawing rests. */
    const overEpochs = afterPause(() => {
      const strip = byId("history");
      strip.hidden = !series || !ink;
      if (strip.hidden) return;
      byId("history-row").replaceChildren(...series.snapshots.map((weights, i) => {
        const { probabilities } = digit.network.results(series, digit.network.run(series, weights, ink));
        const best = digit.network.bestOf(probabilities);
        return el("li", { class: i === snapshot ? "digit-now" : null },
          el("span", { class: "digit-small" }, String(weights.epoch === null ? i : weights.epoch)), el("strong", {}, String(best)),
          el("span", { class: "digit-small" }, `${Math.round(100 * probabilities[best])} %`));
      }));
    }, 250);

    /* Test digits ----------------------------------------------------------------------------- */

    function showDigits() {
      const all = digit.loading.digits(), wrong = new Map(entry.wrong || []), onlyWrong = byId("wrong").checked && entry.wrong;
      const indices = onlyWrong ? all.index.filter((i) => wrong.has(i)) : all.sample;
      gallery.show(indices.map((index) => {
        const at = all.index.indexOf(index);
        return { index, label: all.label[at], image: all.images[at], said: onlyWrong ? wrong.get(index) : undefined };
      }));
      byId("wrong-count").textContent = entry.wrong ? `(${wrong.size} of 10,000)` : "";
      markDigit();
    }

    function markDigit() { gallery.mark(view.base() ? view.base().index : -1); }

    /* Networks of the reader ------------------------------------------------------------------ */

    async function open(file) {
      const said = byId("file-said");
      try {
        const opened = await digit.reading.fromFile(file), key = `own ${own.length + 1}`;
        own.push({ own: true, key, name: opened.name, network: opened });
        listNetworks();
        byId("network").value = key;
        said.classList.remove("digit-wrong");
        said.textContent = `“${opened.name}” is open: ${count(opened.layers.length, "layer")}, ${count(opened.parameters, "parameter")}. The file was read in your browser and sent nowhere.`;
        asked++;
        use(opened, { own: true });
      } catch (error) {
        said.classList.add("digit-wrong");
        said.textContent = `${file.name}: ${error instanceof digit.reading.NotANetwork ? error.message : `this file cannot be shown (${error.message}).`} Nothing was changed.`;
      }
    }

    byId("file").addEventListener("change", (event) => {
      const [file] = event.target.files;
      event.target.value = "";
      if (file) open(file);
    });
    const zone = byId("drop");
    for (const name of ["dragenter", "dragover"]) {
      app.addEventListener(name, (event) => {
        if (![...event.dataTransfer.types].includes("Files")) return;
        event.preventDefault();
        zone.classList.add("digit-over");
      });
    }
    app.addEventListener("dragleave", (event) => { if (!app.contains(event.relatedTarget)) zone.classList.remove("digit-over"); });
    app.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("digit-over");
      const [file] = event.dataTransfer.files;
      if (file) open(file);
    });

    /* Controls -------------------------------------------------------------------------------- */

    byId("undo").addEventListener("click", view.undo);
    byId("clear").addEventListener("click", view.clear);
    byId("centring").addEventListener("change", update);
    byId("network").addEventListener("change", (event) => chooseNetwork(event.target.value));
    byId("epoch").addEventListener("input", chooseEpoch);
    byId("sample").addEventListener("change", showDigits);
    byId("wrong").addEventListener("change", showDigits);
    byId("compare").addEventListener("toggle", () => { if (byId("compare").open && entry.path) sideBySide.show(entry.path, ink); });
    new MutationObserver(() => {
      view.paint();
      gallery.paint();
      if (maps) compute();
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    new ResizeObserver(placeInspector).observe(app);

    Object.assign(digit.page, { compute, open, state: () => ({ network, snapshot, maps, outcome, ink, unit, own: own.length }) });
    const names = digit.loading.networks().map((e) => e.name);
    listNetworks();
    if (!names.length) byId("said").textContent = "This site was built without recorded weights. Open a network of your own below.";
    const first = names.includes("six-models/steplr") ? "six-models/steplr" : names[names.length - 1];
    if (first) {
      byId("network").value = first;
      chooseNetwork(first);
    }
  }

  digit.page = { milliseconds: 0, followed: 0 }; // of the last result, and of what follows it
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})(window);
