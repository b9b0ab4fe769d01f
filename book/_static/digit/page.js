/* The page: one drawing, one network, one unit that is looked at, and everything that is shown of them.

   A stroke sets off one piece of work, in slices of a few milliseconds a frame: the 28 × 28 pixels, all maps,
   the result, the sheets on the screen. What follows from it waits until the pen rests. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { pictures } = root.bookParts, { say } = root.bookParts.dom, { count } = root.bookParts.numbers;
  const { sliced, afterPause } = root.bookParts.work;
  const byId = (id) => document.getElementById(`digit-${id}`);
  const FIRST = "six-models/steplr", EXAMPLE = 7; // network and digit that the page opens with
  const LONG = 400; // milliseconds of work after which the page says that it is computing

  function start() {
    const app = byId("app");
    if (!app) return;
    byId("without-script").remove();
    app.hidden = false;

    let wanted = null; // {network, entry, snapshot}: what the next image is read with
    let now = { maps: null, spare: null }; // what is shown: wanted, and {maps, ink, placed, outcome}
    let whole = null; // the entry of which everything is shown

    const pad = digit.pad.create(byId("pad"), () => { markDigit(); reading.ask(); }, (text) => say(byId("pad-said"), text));
    const result = digit.result.create({ bars: byId("bars"), sentence: byId("sentence"), live: byId("live") });
    const looking = digit.looking.create({ container: byId("maps"), panel: byId("inspector"), seen: byId("seen"), live: byId("unit-live"), pad }, () => now);
    const gallery = digit.chooser.create(byId("digits"), (chosen) => { pad.lay(chosen); markDigit(); });
    const sideBySide = digit.compare.create({ list: byId("compare-list"), cards: byId("compare-cards"), message: byId("compare-said") },
      (name) => networks.choose(name));
    const epochs = digit.epochs.create({ box: byId("epochs"), slider: byId("epoch"), text: byId("epoch-text"), strip: byId("history"), row: byId("history-row") },
      (network, snapshot) => { wanted = { ...wanted, network, snapshot }; reading.ask(); });
    const networks = digit.networks.create({ select: byId("network"), said: byId("said"), file: byId("file"), fileSaid: byId("file-said"), app, zone: byId("drop") }, choose);

    /* From the pad to the result --------------------------------------------------------------- */

    let begun = 0;

    function* readSteps() {
      if (!wanted) return;
      begun = root.performance.now();
      const { network, entry, snapshot } = wanted, opened = entry !== whole || network.layers.length !== now.network.layers.length;
      const placed = pad.image(byId("centring").checked), ink = pad.isEmpty() ? null : placed.image;
      yield;
      let maps = network === now.network ? now.spare : digit.network.blank(network);
      const weights = network.snapshots[snapshot];
      for (const _ of digit.network.runSteps(network, weights, placed.image, maps)) {
        if (root.performance.now() - begun > LONG) result.wait();
        yield;
      }
      const outcome = digit.network.results(network, maps);
      const spare = network === now.network ? now.maps : digit.network.blank(network);
      now = { network, entry, snapshot: weights, number: snapshot, maps, spare, ink, placed, outcome };
      result.show(ink ? outcome : null, labelOf());
      pictures.show(byId("seen"), pictures.inkRaster(placed.image, 28));
      yield;
      if (opened) yield* showSteps();
      yield* looking.paintSteps(maps);
      maps = null;
      whole = entry;
      if (opened) looking.begin();
    }

    const reading = sliced(readSteps, (_, spent) => {
      digit.page.milliseconds = spent;
      byId("undo").disabled = !pad.canUndo();
      looking.follow();
      compareSoon();
      epochs.follow(now.ink);
    });
    const compareSoon = afterPause(() => {
      if (byId("compare").open && now.entry && now.entry.path) sideBySide.show(now.entry.path, now.ink);
    }, 150);

    const labelOf = () => (pad.base() && !pad.touched() ? pad.base().label : null);

    /* Another network -------------------------------------------------------------------------- */

    function choose(network, entry) {
      wanted = { network, entry, snapshot: network.snapshots.length - 1 };
      reading.drop();
      reading.ask();
    }

    /* What belongs to the network itself, once its first result is there. */
    function* showSteps() {
      const { network, entry, snapshot } = now;
      const { accuracy } = snapshot;
      say(byId("about"), [entry.own ? network.name : null, network.about, count(network.parameters, "parameter"),
        count(network.layers.length, "layer"), accuracy === null ? null : `${accuracy.toFixed(2)} % of the test images`].filter(Boolean).join(" · "));
      byId("compare").hidden = Boolean(entry.own);
      byId("wrong-choice").hidden = !entry.wrong;
      if (!entry.wrong) byId("sample").checked = true;
      epochs.open(network, entry);
      yield* looking.openSteps(network);
      yield;
      showDigits();
    }

    /* Test digits ----------------------------------------------------------------------------- */

    async function showDigits() {
      const { entry } = now, only = byId("wrong").checked && entry.wrong;
      say(byId("wrong-count"), entry.wrong ? `(${entry.wrong.length} of 10,000)` : "");
      try {
        const all = await (only ? digit.loading.allDigits() : digit.loading.sample());
        if (entry !== now.entry || only !== (byId("wrong").checked && entry.wrong)) return;
        gallery.show(only ? entry.wrong.map(([index, says]) => ({ ...all.get(index), said: says })) : [...all.values()]);
        markDigit();
      } catch (error) {
        say(byId("said"), error.message);
      }
    }

    function markDigit() { gallery.mark(pad.base() ? pad.base().index : -1); }

    /* Controls -------------------------------------------------------------------------------- */

    byId("undo").addEventListener("click", pad.undo);
    byId("clear").addEventListener("click", pad.clear);
    byId("centring").addEventListener("change", reading.ask);
    byId("sample").addEventListener("change", showDigits);
    byId("wrong").addEventListener("change", showDigits);
    byId("compare").addEventListener("toggle", compareSoon);
    new MutationObserver(() => {
      pad.paint();
      gallery.paint();
      looking.repaint();
      reading.ask();
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

    const busy = () => reading.busy() || looking.busy() || gallery.busy();
    Object.assign(digit.page, { open: networks.open, busy, whereOn: looking.whereOn,
      state: () => ({ ...now, snapshot: now.number, unit: looking.unit(), own: networks.own() }) });
    const example = [...digit.loading.sample().values()].find(({ label }) => label === EXAMPLE);
    if (example) pad.lay({ ...example, example: true });
    networks.begin(FIRST);
  }

  digit.page = { milliseconds: 0 }; // of the last reading, from the pad to what is on the screen
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})(window);
