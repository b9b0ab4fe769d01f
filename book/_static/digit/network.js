/* A network as a chain of layers: every map for one image, what drove a unit, and what it sees. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { shapeAfter, reachAlong, WINDOWS } = digit.shapes;
  const { atOnce } = root.bookParts.work;
  const { readBy } = root.bookParts.windows;
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

  /* Empty maps for a network, to be filled again and again: a stroke makes no litter. */
  const blank = (network) => network.shapes.map((s) => ({ ...s, data: new Float32Array(s.channels * s.height * s.width) }));

  /* All maps for one image, in slices: maps[0] is the normalized image, maps[i + 1] what layer i gives.
     `ink` is 784 numbers, 0 paper to 1. */
  function* runSteps(network, snapshot, ink, maps = blank(network)) {
    for (let i = 0; i < ink.length; i++) maps[0].data[i] = (ink[i] - network.mean) / network.std;
    for (const [i, layer] of network.layers.entries()) yield* digit.forward.forward(layer, snapshot.tensors[i], maps[i], maps[i + 1]);
    return maps;
  }

  const run = (network, snapshot, ink, maps) => atOnce(runSteps(network, snapshot, ink, maps));

  /* What the last layer gives (10 numbers), and the probabilities that stand for it; `sound` is false where
     a number on the way was too large to be one, and there are no probabilities then. */
  function results(network, maps) {
    const scores = maps[maps.length - 1].data, last = network.layers[network.layers.length - 1].type;
    if (last === "softmax") {
      const probabilities = Float64Array.from(scores);
      return { scores, probabilities, sound: probabilities.every(Number.isFinite) };
    }
    const top = Math.max(...scores);
    const powers = Float64Array.from(scores, (v) => Math.exp(v - top));
    const sum = powers.reduce((a, b) => a + b, 0), probabilities = powers.map((v) => v / sum);
    return { scores, probabilities, sound: probabilities.every(Number.isFinite) };
  }

  function bestOf(numbers) {
    let best = 0;
    for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
    return best;
  }

  /* The gradient of one unit, number `unit` of maps[at], with respect to each of the 784 inputs, times the
     input; in slices. */
  function* drivenSteps(network, snapshot, maps, at, unit) {
    let g = new Float64Array(maps[at].data.length);
    g[unit] = 1;
    for (let i = at - 1; i >= 0; i--) {
      const before = new Float64Array(maps[i].data.length);
      yield* digit.backward(network.layers[i], snapshot.tensors[i], maps[i], maps[i + 1], g, before);
      g = before;
    }
    return g.map((v, i) => v * maps[0].data[i]);
  }

  const gradientTimesInput = (network, snapshot, maps, at, unit) => atOnce(drivenSteps(network, snapshot, maps, at, unit));

  function placeOf(shape, unit) {
    const plane = shape.height * shape.width;
    return { channel: Math.floor(unit / plane), row: Math.floor((unit % plane) / shape.width), column: unit % shape.width };
  }

  const all = (n) => Array.from({ length: n }, (_, i) => i);

  /* What the units {channels, rows, columns} behind layer i read before it, in the same form; null stands for
     every channel. Rows and columns are sets, so that gaps stay gaps. */
  function readThrough(network, i, { channels, rows, columns }) {
    const layer = network.layers[i], before = network.shapes[i];
    if (WINDOWS.includes(layer.type) || layer.type === "zero_pad") {
      const read = [[rows, before.height], [columns, before.width]].map(([units, size], axis) =>
        readBy(units, reachAlong(layer, before, axis), size));
      return { channels: layer.type === "conv2d" ? readBySome(layer, channels) : channels, rows: read[0], columns: read[1] };
    }
    if (layer.type === "flatten") {
      const from = channels && channels.length === 1 ? placeOf(before, channels[0]) : null;
      if (!from) return { channels: null, rows: all(before.height), columns: all(before.width) };
      return { channels: [from.channel], rows: [from.row], columns: [from.column] };
    }
    if (["linear", "softmax", "log_softmax"].includes(layer.type)) return { channels: null, rows, columns };
    return { channels, rows, columns };
  }

  function readBySome(layer, channels) {
    if (layer.groups === 1 || !channels || channels.length > 1) return null;
    const size = layer.in_channels / layer.groups, first = Math.floor(channels[0] / (layer.out_channels / layer.groups)) * size;
    return all(size).map((c) => first + c);
  }

  /* What unit number `unit` of maps[at] depends on in each map before it, the image first: {channels, rows, columns}. */
  function traced(network, at, unit) {
    const place = placeOf(network.shapes[at], unit), found = [];
    found[at] = { channels: [place.channel], rows: [place.row], columns: [place.column] };
    for (let i = at - 1; i >= 0; i--) found[i] = readThrough(network, i, found[i + 1]);
    return found;
  }

  /* The rectangle around rows and columns, {top, bottom, left, right}, inclusive; null around nothing. */
  function around({ rows, columns }) {
    if (!rows.length || !columns.length) return null;
    return { top: rows[0], bottom: rows[rows.length - 1], left: columns[0], right: columns[columns.length - 1] };
  }

  /* The pixels that a unit depends on, as such a rectangle inside the image; null if it sees nothing of it. */
  const field = (network, at, unit) => around(traced(network, at, unit)[0]);

  digit.network = { IMAGE, shapesOf, blank, runSteps, run, results, bestOf, drivenSteps, gradientTimesInput, placeOf, traced, around, field };
})(typeof window === "undefined" ? globalThis : window);
