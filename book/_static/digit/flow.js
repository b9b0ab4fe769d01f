/* The lines that join the maps: which maps a layer reads, and what the picked unit reads of them. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { draw } = root.bookParts.dom;
  const { around, traced } = digit.network;
  const MOST = 600, FEW = 64; // lines between two layers, and from one unit

  /* The boxes to frame for a unit, [at, map, {top, bottom, left, right}]: itself, what it reads of the maps before it,
     and its field on the image. */
  function boxesOf(network, at, unit) {
    const steps = traced(network, at, unit), found = [];
    for (const level of new Set([at, Math.max(0, at - 1), 0])) {
      const box = around(steps[level]);
      if (!box) continue;
      const channels = steps[level].channels || Array.from({ length: Math.min(FEW, network.shapes[level].channels) }, (_, c) => c);
      for (const map of channels.slice(0, FEW)) found.push([level, map, box]);
    }
    return found;
  }

  /* Which maps the first layer of a card reads: pairs [map before, map behind] of the maps that are shown, MOST at most. */
  function pairsOf(layer, [before, shownBefore], [after, shownAfter]) {
    const mixes = layer.type === "conv2d" || layer.type === "linear", groups = layer.groups || 1;
    const ins = mixes ? before.channels / groups : 1, outs = mixes ? after.channels / groups : 1;
    const pairs = [], all = shownAfter * ins, every = Math.ceil(all / MOST);
    for (let n = 0; n < all; n += every) {
      const to = Math.floor(n / ins), from = Math.floor(to / outs) * ins + (n % ins);
      if (from < shownBefore) pairs.push([from, to]);
    }
    return pairs;
  }

  const curve = (x0, y0, x1, y1) => `M${x0} ${y0}C${x0} ${(y0 + y1) / 2} ${x1} ${(y0 + y1) / 2} ${x1} ${y1}`;

  /* Lines over the maps in `container`, drawn by `atlas`. */
  function create(container, atlas) {
    const still = draw("path", { class: "digit-still" }), moving = draw("path", { class: "digit-moving" });
    const svg = draw("svg", { class: "digit-flow", "aria-hidden": "true" }, still, moving);
    let network = null;

    const whole = (at) => ({ top: 0, left: 0, bottom: network.shapes[at].height - 1, right: network.shapes[at].width - 1 });

    /* Another network's maps stand there: its lines come with the next `join()`. */
    function open(next) {
      network = next;
      for (const path of [still, moving]) path.setAttribute("d", "");
      container.append(svg);
    }

    /* The middles of a layer's maps, from the left edge. */
    const middles = (view) => Array.from({ length: view.channels }, (_, map) => {
      const [x, , width] = atlas.whereOn([view.at, map, whole(view.at)]);
      return x + width / 2;
    });

    /* Between each card and the next: from the lower edges of the maps above to the upper edges of those below. */
    function join() {
      if (!network) return;
      moving.setAttribute("d", "");
      const views = atlas.views(), parts = [];
      for (const view of views.slice(1)) {
        const before = views[view.at - 1];
        if (before.card === view.card) continue;
        const pairs = pairsOf(network.layers[view.at - 1], [network.shapes[before.at], before.channels],
                              [network.shapes[view.at], view.channels]);
        const [above, below] = [before.card.offsetTop + before.card.offsetHeight, view.card.offsetTop];
        const [starts, ends] = [middles(before), middles(view)];
        for (const [from, to] of pairs) parts.push(curve(starts[from], above, ends[to], below));
      }
      still.setAttribute("d", parts.join(""));
    }

    /* From what the picked unit reads to the unit. */
    function follow(boxes, at) {
      const unit = boxes.find(([level]) => level === at);
      if (!unit || !at) return moving.setAttribute("d", "");
      const [x, y, width] = atlas.whereOn(unit), shown = (box) => box[1] < atlas.viewAt(box[0]).channels;
      moving.setAttribute("d", boxes.filter((box) => box[0] === at - 1 && shown(box)).map((box) => {
        const [left, top, wide, high] = atlas.whereOn(box);
        return curve(left + wide / 2, top + high, x + width / 2, y);
      }).join(""));
    }

    return { open, join, follow };
  }

  digit.flow = { create, boxesOf };
})(window);
