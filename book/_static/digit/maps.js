/* Every layer's feature maps: a sheet a layer, a card for each group of layers that follow one convolution,
   pooling or linear layer. Point at a unit, or walk to it with the arrow keys. What is on the screen is
   painted, and nothing else. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { pictures } = root.bookParts, { make } = root.bookParts.dom, { fixed } = root.bookParts.numbers;
  const { cornerOf, unitAt, placeOn } = root.bookParts.units;
  const { describe, sizeText, groupsOf } = digit.describe;
  const GAP = 4, EDGE = 2, SIDE = 52, LEAST = 30, MOST = 64; // CSS pixels; maps of a layer shown at first

  /* How `channels` maps of a shape lie on a sheet, for a width in CSS pixels. */
  function layoutOf(shape, channels, room) {
    const single = shape.height * shape.width === 1, longest = Math.max(shape.height, shape.width);
    const tile = (columns) => Math.min(SIDE, (room + GAP) / columns - GAP), least = single && channels > 64 ? 14 : LEAST;
    let rows = Math.ceil(channels / 32);
    while (rows < channels && tile(Math.ceil(channels / rows)) < least) rows += 1;
    const columns = Math.ceil(channels / rows), side = single ? least : Math.max(least, tile(columns));
    const unit = single ? least : Math.max(1, Math.floor((4 * side) / longest) / 4);
    const [high, wide] = [shape.height * unit, shape.width * unit];
    return { shape: [shape.height, shape.width], size: [high, wide], count: channels, columns, gap: GAP, edge: EDGE, unit,
             total: [columns * (wide + GAP) - GAP + 2 * EDGE, rows * (high + GAP) - GAP + 2 * EDGE] };
  }

  /* `picked(at, unit, how)` is called with how = "point" (hovering), "pick" (click, tap, key) or "leave";
     `moved()` when the sheets lie elsewhere. */
  function create(container, picked, moved) {
    let network = null, maps = null, views = [], frames = new Map();
    const onScreen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const view = views.find((v) => v.canvas === entry.target);
        if (!view) continue;
        view.visible = entry.isIntersecting;
        if (view.visible && view.stale && maps) paintView(view);
      }
    }, { rootMargin: "80px 0px" });

    /* Gives a sheet its size, for the `room` that all have. */
    function place(view, room = roomNow()) {
      const ratio = root.devicePixelRatio || 1, next = layoutOf(network.shapes[view.at], view.channels, room);
      if (view.layout && String(view.layout.total) === String(next.total)) return;
      view.layout = next;
      const [width, height] = next.total;
      view.canvas.width = Math.round(width * ratio);
      view.canvas.height = Math.round(height * ratio);
      view.canvas.style.width = `${width}px`;
      view.canvas.style.height = `${height}px`;
      view.stale = true;
    }

    const roomNow = () => Math.max(120, container.clientWidth - 30);

    function placeAll() {
      const room = roomNow(); // asked once: each answer after a change would lay the page out anew
      for (const view of views) place(view, room);
    }

    function paintView(view) {
      const map = maps[view.at], { canvas, layout } = view, ratio = canvas.width / layout.total[0];
      const limit = pictures.largest(map.data), plane = map.height * map.width, [high, wide] = layout.size;
      const values = view.channels === map.channels ? map.data : map.data.subarray(0, view.channels * plane);
      const sheet = pictures.signedRaster(values, map.width, map.height * view.channels, limit);
      const context = canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.imageSmoothingEnabled = false;
      context.clearRect(0, 0, ...layout.total);
      context.strokeStyle = pictures.palette().line;
      context.lineWidth = 1;
      context.beginPath();
      for (let c = 0; c < view.channels; c++) {
        const [x, y] = cornerOf(layout, c);
        context.drawImage(sheet, 0, c * map.height, map.width, map.height, x, y, wide, high);
        context.rect(x - 0.5, y - 0.5, wide + 1, high + 1);
      }
      context.stroke();
      for (const box of frames.get(view.at) || []) pictures.frame(context, ...box);
      view.scale.data = limit ? `full colour: ±${fixed(limit, 2)}` : "all zero";
      view.stale = false;
    }

    /* The box [x, y, width, height] on its sheet that holds units of one map, from row and column to row and column. */
    function boxOf({ layout }, map, { top, bottom, left, right }) {
      const [x, y] = cornerOf(layout, map), { unit } = layout;
      return [x + left * unit, y + top * unit, (right - left + 1) * unit, (bottom - top + 1) * unit];
    }

    function unitUnder(view, event) {
      const found = unitAt(placeOn(event, view.canvas), view.layout), { height, width } = network.shapes[view.at];
      return found && (found.map * height + found.row) * width + found.column;
    }

    /* One step of the keyboard; past a map's edge lies the next map. */
    function step(view, key) {
      const shape = network.shapes[view.at], plane = shape.height * shape.width, { columns } = view.layout;
      let { channel, row, column } = digit.network.placeOf(shape, view.unit);
      if (key === "PageDown") channel += 1;
      else if (key === "PageUp") channel -= 1;
      else if (key === "Home") row = column = 0;
      else if (key === "End") [row, column] = [shape.height - 1, shape.width - 1];
      else if (key === "ArrowRight" && ++column === shape.width) [column, channel] = [0, channel + 1];
      else if (key === "ArrowLeft" && --column < 0) [column, channel] = [shape.width - 1, channel - 1];
      else if (key === "ArrowDown" && ++row === shape.height) [row, channel] = [0, channel + columns];
      else if (key === "ArrowUp" && --row < 0) [row, channel] = [shape.height - 1, channel - columns];
      if (channel < 0 || channel >= view.channels) return;
      view.unit = channel * plane + row * shape.width + column;
    }

    const KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End", "Enter", " "];

    function listen(view) {
      const { canvas } = view;
      const pick = () => picked(view.at, view.unit, "pick");
      canvas.addEventListener("pointermove", (event) => {
        if (event.pointerType === "touch") return;
        const unit = unitUnder(view, event);
        picked(view.at, unit, unit === null ? "leave" : "point");
      });
      canvas.addEventListener("pointerleave", () => picked(view.at, null, "leave"));
      canvas.addEventListener("click", (event) => {
        const unit = unitUnder(view, event);
        if (unit === null) return;
        view.unit = unit;
        pick();
      });
      canvas.addEventListener("keydown", (event) => {
        if (!KEYS.includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        step(view, event.key);
        pick();
      });
      canvas.addEventListener("focus", () => { if (canvas.matches(":focus-visible")) pick(); });
    }

    function viewOf(at) {
      const layer = at ? network.layers[at - 1] : null, shape = network.shapes[at];
      const name = layer ? layer.name : "the image", what = layer ? describe(layer) : "normalized";
      const canvas = make("canvas", { tabindex: 0, role: "application", "aria-roledescription": "feature maps",
        "aria-label": `${name}, ${what}: ${sizeText(shape)}`, "aria-describedby": "digit-maps-help" });
      const view = { at, canvas, scale: new Text("full colour: ±0.00"), channels: Math.min(shape.channels, MOST), visible: false, stale: true,
                     unit: Math.floor(shape.height / 2) * shape.width + Math.floor(shape.width / 2) };
      const more = shape.channels > MOST ? make("button", { type: "button", onclick: () => showAll(view, more) }, `Show all ${shape.channels}`) : null;
      view.element = make("figure", { class: "digit-layer" },
        make("figcaption", {}, make("strong", {}, name), " ", what, " · ", sizeText(shape), " ",
          make("span", { class: "digit-scale" }, view.scale), more ? " " : null, more),
        canvas);
      listen(view);
      return view;
    }

    function showAll(view, button) {
      view.channels = network.shapes[view.at].channels;
      button.remove();
      place(view);
      paintView(view);
      moved();
    }

    /* New cards, for another network. */
    function show(next) {
      [network, maps] = [next, null];
      onScreen.disconnect();
      frames = new Map();
      views = [];
      const cards = groupsOf(network).map((group) => {
        const ofGroup = group.map(viewOf);
        views.push(...ofGroup);
        const card = make("div", { class: "digit-card", role: "group",
          "aria-label": group[0] ? network.layers[group[0] - 1].name : "the image" }, ofGroup.map((view) => view.element));
        for (const view of ofGroup) view.card = card;
        return card;
      });
      placeAll();
      container.replaceChildren(...cards);
      for (const view of views) onScreen.observe(view.canvas);
    }

    /* The maps have changed: paints, in steps, the sheets on the screen; the others when they come there. */
    function* paintSteps(next) {
      maps = next;
      for (const view of views) view.stale = true;
      for (const view of views) {
        if (!view.visible || !view.stale) continue;
        paintView(view);
        yield;
      }
    }

    /* Frames what a unit and the maps before it stand for: `boxes` are [at, map, {top, bottom, left, right}]. */
    function mark(boxes) {
      const before = frames;
      frames = new Map();
      for (const [at, map, box] of boxes) {
        const view = views[at];
        if (map < view.channels) frames.set(at, [...(frames.get(at) || []), boxOf(view, map, box)]);
      }
      for (const view of views) {
        if (!maps || !(before.has(view.at) || frames.has(view.at))) continue;
        if (view.visible) paintView(view);
        else view.stale = true;
      }
    }

    /* Where such a box lies on the page, as [x, y, width, height] from the corner of the container. */
    function whereOn([at, map, box]) {
      const view = views[at], [x, y, width, height] = boxOf(view, map, box), { canvas } = view;
      return [canvas.offsetLeft + x, canvas.offsetTop + y, width, height];
    }

    function arrange() {
      if (!network) return;
      placeAll();
      for (const view of views) if (maps && view.visible) paintView(view);
      moved();
    }

    let room = container.clientWidth;
    new ResizeObserver(() => {
      if (container.clientWidth === room) return;
      room = container.clientWidth;
      arrange();
    }).observe(container);
    const repaint = () => { for (const view of views) if (maps && view.visible) paintView(view); else view.stale = true; };
    return { show, paintSteps, mark, whereOn, repaint, viewAt: (at) => views[at], views: () => views };
  }

  digit.maps = { create, layoutOf };
})(window);
