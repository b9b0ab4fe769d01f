/* Every layer's feature maps: a canvas a layer, a card for each group of layers that follow one
   convolution, pooling or linear layer. Point at a unit, or walk to it with the arrow keys. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { el, say, count } = digit.dom;
  const GAP = 4, SIDE = 52, MOST = 64; // CSS pixels between maps and of a map, about; maps shown at first
  const BEGINS = [...digit.layers.WINDOWS, "linear", "softmax", "log_softmax"];
  const WORDS = {
    conv2d: "convolution", linear: "linear layer", batchnorm: "batch normalization", max_pool: "max pooling",
    avg_pool: "average pooling", global_avg_pool: "global average pooling", zero_pad: "zero padding", flatten: "flattening",
    relu: "ReLU", leaky_relu: "leaky ReLU", prelu: "PReLU", elu: "ELU", gelu: "GELU", silu: "SiLU", sigmoid: "sigmoid",
    tanh: "tanh", hardswish: "hardswish", hardtanh: "hardtanh", softmax: "softmax", log_softmax: "log softmax",
  };

  /* "convolution 3 × 3, padding 1": a layer in a few words. */
  function describe(layer) {
    const pair = ([a, b]) => (a === b ? a : `${a} × ${b}`), words = [WORDS[layer.type]];
    if (layer.kernel) words[0] += ` ${layer.kernel[0]} × ${layer.kernel[1]}`;
    if (layer.type === "conv2d" ? layer.stride.some((s) => s > 1) : layer.stride) words.push(`stride ${pair(layer.stride)}`);
    if (layer.padding && layer.kernel && layer.padding.some(Boolean)) words.push(`padding ${pair(layer.padding)}`);
    if (layer.dilation && layer.dilation.some((d) => d > 1)) words.push(`dilation ${pair(layer.dilation)}`);
    if (layer.groups > 1) words.push(`${layer.groups} groups`);
    return words.join(", ");
  }

  const sizeText = ({ channels, height, width }) => (height * width === 1
    ? count(channels, "number") : `${count(channels, "map")} of ${height} × ${width}`);

  /* "map 3, row 5, column 7", or "number 4" where a map is a single number; for people, from 1 (digits from 0). */
  function unitText(network, at, unit) {
    const shape = network.shapes[at], place = digit.network.placeOf(shape, unit);
    if (at === network.shapes.length - 1) return `the score of digit ${unit}`;
    if (shape.height * shape.width === 1) return `number ${unit + 1}`;
    const where = `row ${place.row + 1}, column ${place.column + 1}`;
    return at === 0 ? `pixel in ${where}` : `map ${place.channel + 1}, ${where}`;
  }

  /* Layers in groups: [[0], [1, 2, 3], …], numbers of maps; 0 is the image. */
  function groupsOf(network) {
    const groups = [[0]];
    network.layers.forEach((layer, i) => {
      if (BEGINS.includes(layer.type) || groups.length === 1) groups.push([i + 1]);
      else groups[groups.length - 1].push(i + 1);
    });
    return groups;
  }

  /* How the maps of one layer lie on its canvas, for a width in CSS pixels. */
  function layoutOf(shape, channels, room) {
    const scale = Math.max(1, Math.round(SIDE / Math.max(shape.height, shape.width)));
    const single = shape.height * shape.width === 1, unit = single ? (shape.channels > 64 ? 14 : 30) : scale;
    const width = shape.width * unit, height = shape.height * unit;
    const wanted = channels <= 4 ? channels : channels === 10 ? 5 : channels <= 20 ? 4 : 8;
    const columns = Math.max(1, Math.min(single && channels > 20 ? 16 : wanted, Math.floor((room + GAP) / (width + GAP))));
    const rows = Math.ceil(channels / columns);
    return { unit, width, height, columns, total: [columns * (width + GAP) - GAP + 4, rows * (height + GAP) - GAP + 4] };
  }

  /* `picked(at, unit, how)` is called with how = "point" (hovering), "pick" (click, tap, key) or "leave". */
  function create(container, picked) {
    let network = null, maps = null, views = [], selected = null;

    function cornerOf(view, channel) {
      const { width, height, columns } = view.layout;
      return [2 + (channel % columns) * (width + GAP), 2 + Math.floor(channel / columns) * (height + GAP)];
    }

    function place(view) {
      const ratio = root.devicePixelRatio || 1;
      view.layout = layoutOf(network.shapes[view.at], view.channels, Math.max(120, container.clientWidth - 40));
      const [width, height] = view.layout.total;
      view.canvas.width = Math.round(width * ratio);
      view.canvas.height = Math.round(height * ratio);
      view.canvas.style.width = `${width}px`;
      view.canvas.style.height = `${height}px`;
    }

    function paintView(view) {
      const map = maps[view.at], { canvas, layout } = view, ratio = canvas.width / layout.total[0];
      const limit = digit.pictures.largest(map.data), plane = map.height * map.width;
      const sheet = digit.pictures.signedRaster(map.data.subarray(0, view.channels * plane), map.width, map.height * view.channels, limit);
      const context = canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.imageSmoothingEnabled = false;
      context.clearRect(0, 0, ...layout.total);
      context.strokeStyle = digit.pictures.palette().line;
      context.lineWidth = 1;
      for (let c = 0; c < view.channels; c++) {
        const [x, y] = cornerOf(view, c);
        context.drawImage(sheet, 0, c * map.height, map.width, map.height, x, y, layout.width, layout.height);
        context.strokeRect(x - 0.5, y - 0.5, layout.width + 1, layout.height + 1);
      }
      if (selected && selected.at === view.at) {
        const { channel, row, column } = digit.network.placeOf(map, selected.unit);
        if (channel < view.channels) {
          const [x, y] = cornerOf(view, channel);
          digit.pictures.frame(context, x + column * layout.unit, y + row * layout.unit, layout.unit, layout.unit);
        }
      }
      view.scale.textContent = limit ? `full colour: ±${say(limit, 2)}` : "all zero";
    }

    function unitAt(view, event) {
      const box = view.canvas.getBoundingClientRect(), { unit, width, height, columns } = view.layout;
      const [x, y] = [event.clientX - box.left - 2, event.clientY - box.top - 2];
      const [column, row] = [Math.floor(x / (width + GAP)), Math.floor(y / (height + GAP))];
      const channel = row * columns + column, shape = network.shapes[view.at];
      const [c, r] = [Math.floor((x - column * (width + GAP)) / unit), Math.floor((y - row * (height + GAP)) / unit)];
      if (x < 0 || y < 0 || column >= columns || channel >= view.channels || c >= shape.width || r >= shape.height) return null;
      return (channel * shape.height + r) * shape.width + c;
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
      const pick = (how) => picked(view.at, view.unit, how);
      canvas.addEventListener("pointermove", (event) => {
        if (event.pointerType === "touch") return;
        const unit = unitAt(view, event);
        if (unit === null) picked(view.at, null, "leave");
        else picked(view.at, unit, "point");
      });
      canvas.addEventListener("pointerleave", () => picked(view.at, null, "leave"));
      canvas.addEventListener("click", (event) => {
        const unit = unitAt(view, event);
        if (unit === null) return;
        view.unit = unit;
        pick("pick");
      });
      canvas.addEventListener("keydown", (event) => {
        if (!KEYS.includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        step(view, event.key);
        pick("pick");
      });
      canvas.addEventListener("focus", () => { if (canvas.matches(":focus-visible")) pick("pick"); });
    }

    function viewOf(at) {
      const layer = at ? network.layers[at - 1] : null, shape = network.shapes[at];
      const name = layer ? layer.name : "the image", what = layer ? describe(layer) : "normalized";
      const canvas = el("canvas", { tabindex: 0, role: "application", "aria-roledescription": "feature maps",
        "aria-label": `${name}, ${what}: ${sizeText(shape)}`, "aria-describedby": "digit-maps-help" });
      const view = { at, canvas, scale: el("span", { class: "digit-scale" }), channels: Math.min(shape.channels, MOST),
                     unit: Math.floor(shape.height / 2) * shape.width + Math.floor(shape.width / 2) };
      const more = shape.channels > MOST && el("button", { type: "button" }, `Show all ${shape.channels}`);
      if (more) {
        more.addEventListener("click", () => {
          view.channels = shape.channels;
          more.remove();
          place(view);
          paintView(view);
        });
      }
      view.element = el("figure", { class: "digit-layer" },
        el("figcaption", {}, el("strong", {}, name), el("br"), what, el("br"), sizeText(shape)), canvas, view.scale, more || null);
      listen(view);
      return view;
    }

    /* New cards, for another network. */
    function show(next) {
      network = next;
      views = [];
      selected = null;
      const cards = groupsOf(network).map((group) => {
        const ofGroup = group.map(viewOf);
        views.push(...ofGroup);
        return el("div", { class: "digit-card", role: "group",
                           "aria-label": group[0] ? network.layers[group[0] - 1].name : "the image" },
                  ofGroup.map((view) => view.element));
      });
      container.replaceChildren(...cards);
      views.forEach(place);
    }

    function paint(next) {
      maps = next;
      views.forEach(paintView);
    }

    /* Frames a unit; returns the card that it is in. */
    function select(at, unit) {
      const before = selected;
      selected = unit === null ? null : { at, unit };
      for (const view of views) if ((before && before.at === view.at) || view.at === at) paintView(view);
      const view = views.find((v) => v.at === at);
      return view && view.element.parentElement;
    }

    function arrange() {
      if (!maps) return;
      views.forEach(place);
      views.forEach(paintView);
    }

    let room = container.clientWidth;
    new ResizeObserver(() => {
      if (container.clientWidth === room) return;
      room = container.clientWidth;
      arrange();
    }).observe(container);
    return { show, paint, select, repaint: () => maps && views.forEach(paintView) };
  }

  digit.maps = { create, describe, unitText, sizeText, groupsOf, layoutOf };
})(window);
