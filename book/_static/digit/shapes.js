/* What each layer does to the shape of the maps, and which units its windows read.

   A map is {channels, height, width, data}, data channel by channel and row by row, as in PyTorch. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { windowSize, reachOf, paddedReach } = root.bookParts.windows;

  /* Windows: what a convolution or a pooling layer reads along both axes. */
  const WINDOWS = ["conv2d", "max_pool", "avg_pool", "global_avg_pool"];
  const isMean = (layer) => layer.type === "avg_pool" || layer.type === "global_avg_pool";

  /* The window along one axis (0 down, 1 across), as parts/windows.js takes it. */
  function windowAlong(layer, shape, axis) {
    if (layer.type === "global_avg_pool") return { kernel: axis ? shape.width : shape.height };
    return { kernel: layer.kernel[axis], stride: layer.stride[axis], padding: layer.padding[axis],
             dilation: layer.dilation ? layer.dilation[axis] : 1, ceil: Boolean(layer.ceil) };
  }

  /* The reach of a layer along one axis, {size, taps(i)}; null for layers that move nothing. */
  function reachAlong(layer, shape, axis) {
    const size = axis ? shape.width : shape.height;
    if (WINDOWS.includes(layer.type)) return reachOf(size, windowAlong(layer, shape, axis));
    if (layer.type === "zero_pad") return paddedReach(size, layer.padding[2 * axis], layer.padding[2 * axis + 1]);
    return null;
  }

  /* The shape behind a layer; throws an Error that says what does not fit. */
  function shapeAfter(layer, shape) {
    const { channels, height, width } = shape;
    const expect = (good, text) => { if (!good) throw new Error(text); };
    const numbers = (name, wanted) =>
      expect(wanted === channels, `it takes ${wanted} ${name}, and gets ${channels}`);
    if (WINDOWS.includes(layer.type)) {
      if (layer.type === "conv2d") numbers("channels", layer.in_channels);
      const [high, wide] = [0, 1].map((axis) => windowSize(axis ? width : height, windowAlong(layer, shape, axis)));
      expect(Math.min(high, wide) > 0, `its window does not fit into maps of ${height} × ${width}`);
      return { channels: layer.type === "conv2d" ? layer.out_channels : channels, height: high, width: wide };
    }
    if (layer.type === "zero_pad") {
      const [high, wide] = [0, 1].map((axis) => reachAlong(layer, shape, axis).size);
      expect(Math.min(high, wide) > 0, `it crops all of maps of ${height} × ${width}`);
      return { channels, height: high, width: wide };
    }
    if (layer.type === "flatten") return { channels: channels * height * width, height: 1, width: 1 };
    if (layer.type === "linear") {
      expect(height === 1 && width === 1, "it takes a row of numbers, and gets maps; flatten before it");
      numbers("numbers", layer.in_features);
      return { channels: layer.out_features, height: 1, width: 1 };
    }
    if (layer.type === "batchnorm") numbers("channels", layer.channels);
    if (layer.type === "prelu" && layer.channels !== 1) numbers("channels", layer.channels);
    return { channels, height, width };
  }

  /* For each unit along one axis: the taps inside the map, and how many a mean with padding divides by. */
  function insideAlong(layer, x, axis) {
    const size = axis ? x.width : x.height, { kernel, stride = 1, padding = 0 } = windowAlong(layer, x, axis);
    const reach = reachAlong(layer, x, axis);
    return Array.from({ length: reach.size }, (_, i) => {
      const from = i * stride - padding;
      return { taps: reach.taps(i).filter((tap) => tap >= 0 && tap < size), counted: Math.min(from + kernel, size + padding) - from };
    });
  }

  /* What one unit's window covers: [{row, column, outside}, …], how many columns it has, and the divisor of a mean. */
  function windowAt(layer, x, row, column) {
    const [down, across] = [[0, row], [1, column]].map(([axis, at]) => reachAlong(layer, x, axis).taps(at));
    const inside = (at, size) => at >= 0 && at < size;
    const taps = down.flatMap((r) => across.map((c) => ({ row: r, column: c, outside: !inside(r, x.height) || !inside(c, x.width) })));
    const [rows, columns] = [insideAlong(layer, x, 0)[row], insideAlong(layer, x, 1)[column]];
    return { taps, columns: across.length, divisor: meanOver(layer, rows, columns) };
  }

  const meanOver = (layer, rows, columns) =>
    (layer.count_padding ? rows.counted * columns.counted : rows.taps.length * columns.taps.length);

  /* Multiplications and comparisons of a layer, about: what its time goes with. */
  function workOf(layer, before, after) {
    const units = after.channels * after.height * after.width;
    if (layer.type === "linear") return units * before.channels;
    if (!WINDOWS.includes(layer.type)) return units;
    const area = windowAlong(layer, before, 0).kernel * windowAlong(layer, before, 1).kernel;
    return units * area * (layer.type === "conv2d" ? layer.in_channels / layer.groups : 1);
  }

  digit.shapes = { WINDOWS, isMean, reachAlong, insideAlong, meanOver, windowAt, shapeAfter, workOf };
})(typeof window === "undefined" ? globalThis : window);
