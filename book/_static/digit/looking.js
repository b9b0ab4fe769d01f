/* The unit that is looked at: pointed at for a moment, or picked to stay; its panel beside it, and the lines to it. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { pictures } = root.bookParts, { calm, say } = root.bookParts.dom, { sliced, afterPause } = root.bookParts.work;
  const WIDE = 700; // CSS pixels of the maps from which the panel stands beside the unit
  const APART = 24, TOP = 72; // between unit and panel; what the page's header covers

  /* `now()` is what the page shows, {network, snapshot, maps, placed}; `pad` the drawing, `seen` the canvas of the
     28 × 28 pixels, `live` a paragraph for those who hear it. */
  function create({ container, panel, seen, live, pad }, now) {
    let picked = null, pointed = null, resting = null, brought = null; // `brought`: the picked one that was moved into view
    const inspector = digit.inspector.create(panel, close);
    const atlas = digit.maps.create(container, pick, () => flow.join());
    const flow = digit.flow.create(container, atlas);
    const announce = afterPause(() => say(live, picked ? picked.sentence || "" : ""), 400);
    const wide = () => container.clientWidth >= WIDE;
    const unit = () => picked || pointed || resting;
    const working = sliced(steps, () => {});

    function pick(at, number, how) {
      if (how === "pick") {
        [picked, pointed] = [{ at, number }, null];
        announce();
      } else if (picked || !wide()) return;
      else if (how === "leave") pointed = null;
      else if (pointed && pointed.at === at && pointed.number === number) return;
      else pointed = { at, number };
      working.ask();
    }

    function close() {
      if (!picked) return;
      const { canvas } = atlas.viewAt(picked.at);
      if (panel.contains(document.activeElement)) canvas.focus({ preventScroll: true });
      resting = picked;
      picked = null;
      working.ask();
    }

    /* Works the unit out, and shows it; unasked, only the lines and frames among the maps. */
    function* steps() {
      const state = now(), looked = unit();
      if (!looked || !state.maps || looked.at > state.network.layers.length) return;
      const boxes = digit.flow.boxesOf(state.network, looked.at, looked.number);
      atlas.mark(boxes);
      yield;
      if (looked === resting) hide();
      else {
        const told = yield* inspector.stepsOf({ ...state, ink: state.placed.image, at: looked.at, unit: looked.number, brief: looked === pointed });
        if (unit() !== looked) return;
        looked.sentence = told.sentence;
        place(looked, boxes);
        if (looked === picked && looked !== brought) panel.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
        brought = picked;
        frame(told.field, state);
      }
      flow.follow(boxes, looked.at);
    }

    function frame(field, { placed, ink }) {
      pad.showField(ink ? field : null, placed);
      pictures.show(seen, pictures.inkRaster(placed.image, 28));
      if (field) pictures.frameField(seen, field);
    }

    function hide() {
      const shown = !panel.hidden;
      panel.hidden = true;
      if (shown) frame(null, now());
      if (shown && !wide()) flow.join();
    }

    /* Beside the unit where there is room, else below the card that was touched. */
    function place(looked, boxes) {
      const { card } = atlas.viewAt(looked.at), moved = panel.hidden || card.nextElementSibling !== panel;
      if (card.nextElementSibling !== panel) card.after(panel);
      panel.hidden = false;
      panel.classList.toggle("digit-beside", wide());
      panel.classList.toggle("digit-brief", looked === pointed);
      if (!wide()) {
        panel.style.left = panel.style.top = "";
        if (moved) flow.join();
        return;
      }
      const box = boxes.find(([level]) => level === looked.at);
      if (!box) return;
      const [x, y, width, height] = atlas.whereOn(box), across = panel.offsetWidth, tall = panel.offsetHeight;
      const origin = container.getBoundingClientRect(), right = x + width + APART, left = x - across - APART;
      const beside = right + across <= origin.width || left >= 0;
      const highest = TOP - origin.top, lowest = Math.max(highest, root.innerHeight - 12 - origin.top - tall);
      panel.style.left = `${right + across <= origin.width ? right : left >= 0 ? left : origin.width - across}px`;
      panel.style.top = `${beside ? Math.min(lowest, Math.max(highest, y - 60)) : y + height + APART}px`;
    }

    /* New cards for another network, in steps, with a unit in the middle of one of the first layers to begin with. */
    function* openSteps(network) {
      working.drop();
      panel.hidden = true;
      container.after(panel); // it stands among the cards, which are about to go
      picked = pointed = null;
      atlas.show(network);
      flow.open(network);
      const at = Math.min(3, network.layers.length), shape = network.shapes[at];
      resting = { at, number: Math.floor(shape.height / 2) * shape.width + Math.floor(shape.width / 2) };
      yield; // the frame lays the cards out, and the lines find them where they lie
      flow.join();
    }

    /* The drawing has changed: the panel follows when the pen rests. */
    const follow = afterPause(() => { if (unit() !== resting) working.ask(); }, 150);

    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && picked) close(); });
    return { openSteps, follow, begin: working.ask, paintSteps: atlas.paintSteps, repaint: () => { atlas.repaint(); working.ask(); },
             unit, busy: working.busy, whereOn: atlas.whereOn };
  }

  digit.looking = { create };
})(window);
