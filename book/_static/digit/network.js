/* A network as a chain of layers: every map for one image, what drove a unit, and what it sees. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { shapeAfter, forward: through, backward: back, windowAt, WINDOWS } = digit.layers;
  const IMAGE = { channels: 1, height: 28, width: 28 };

  /* The shapes of all maps, the image first; throws an Error that names the layer which does not fit. */
  function shapesOf(layers) {
    const shapes = [IMAGE];
    for (const layer of layers) {
      try {
        shapes.push(shapeAfter(layer, shapes[shapes.length - 1]));
      } catch (error) {
        throw new Error(`the layer “${layer.name}” does not fit: ${error.message}`);
      }
    }
    return shapes;
  }

  /* The ink (784 numbers, 0 paper to 1) as the network takes it. */
  function normalize(network, ink) {
    return Float32Array.from(ink, (v) => (v - network.mean) / network.std);
  }

  /* All maps for one image: maps[0] is the normalized image, maps[i + 1] what layer i gives. */
  function run(network, snapshot, ink) {
    const maps = [{ ...IMAGE, data: normalize(network, ink) }];
    network.layers.forEach((layer, i) => {
      const shape = network.shapes[i + 1];
      const y = { ...shape, data: new Float32Array(shape.channels * shape.height * shape.width) };
      through(layer, snapshot.tensors[i], maps[i], y);
      maps.push(y);
    });
    return maps;
  }

  /* What the last layer gives (10 numbers), and the probabilities that stand for it. */
  function results(network, maps) {
    const scores = maps[maps.length - 1].data, last = network.layers[network.layers.length - 1].type;
    if (last === "softmax") return { scores, probabilities: Float64Array.from(scores) };
    const top = Math.max(...scores);
    const powers = Float64Array.from(scores, (v) => Math.exp(v - top));
    const sum = powers.reduce((a, b) => a + b, 0);
    return { scores, probabilities: powers.map((v) => v / sum) };
  }

  function bestOf(numbers) {
    let best = 0;
    for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
    return best;
  }

  /* The gradient of one unit, number `unit` of maps[at], with respect to each of the 784 inputs. */
  function gradient(network, snapshot, maps, at, unit) {
    let g = new Float64Array(maps[at].data.length);
    g[unit] = 1;
    for (let i = at - 1; i >= 0; i--) {
      const before = new Float64Array(maps[i].data.length);
      back(network.layers[i], snapshot.tensors[i], maps[i], maps[i + 1], g, before);
      g = before;
    }
    return g;
  }

  function gradientTimesInput(network, snapshot, maps, at, unit) {
    return gradient(network, snapshot, maps, at, unit).map((g, i) => g * maps[0].data[i]);
  }

  function placeOf(shape, unit) {
    const plane = shape.height * shape.width;
    return { channel: Math.floor(unit / plane), row: Math.floor((unit % plane) / shape.width), column: unit % shape.width };
  }

  /* The pixels that a unit of maps[at] depends on, {top, bottom, left, right}, inclusive and inside the
     image; null if it sees nothing of it. Rows and columns are followed as sets, so that gaps stay gaps. */
  function field(network, at, unit) {
    const place = placeOf(network.shapes[at], unit);
    let rows = new Set([place.row]), columns = new Set([place.column]), channel = place.channel;
    const all = (n) => new Set(Array.from({ length: n }, (_, i) => i));
    for (let i = at - 1; i >= 0; i--) {
      const layer = network.layers[i], before = network.shapes[i];
      if (WINDOWS.includes(layer.type)) {
        const seen = [new Set(), new Set()];
        const look = (positions, axis) => positions.forEach((p) =>
          windowAt(layer, before, axis ? 0 : p, axis ? p : 0).taps.forEach((t) => {
            const at = axis ? t.column : t.row, size = axis ? before.width : before.height;
            if (at >= 0 && at < size) seen[axis].add(at);
          }));
        look(rows, 0);
        look(columns, 1);
        [rows, columns] = seen;
        if (layer.type === "conv2d") channel = null;
      } else if (layer.type === "zero_pad") {
        const [top, , left] = layer.padding, cut = (set, by, size) =>
          new Set([...set].map((p) => p - by).filter((p) => p >= 0 && p < size));
        rows = cut(rows, top, before.height);
        columns = cut(columns, left, before.width);
      } else if (layer.type === "flatten") {
        const from = channel === null ? null : placeOf(before, channel);
        rows = from ? new Set([from.row]) : all(before.height);
        columns = from ? new Set([from.column]) : all(before.width);
        channel = from ? from.channel : null;
      } else if (["linear", "softmax", "log_softmax"].includes(layer.type)) channel = null;
    }
    if (!rows.size || !columns.size) return null;
    return { top: Math.min(...rows), bottom: Math.max(...rows), left: Math.min(...columns), right: Math.max(...columns) };
  }

  digit.network = { IMAGE, shapesOf, normalize, run, results, bestOf, gradient, gradientTimesInput, placeOf, field };
})(typeof window === "undefined" ? globalThis : window);
