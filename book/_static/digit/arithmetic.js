/* How one unit came to its value: the steps from the last layer that looks at several numbers up to it. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { windowAt, WINDOWS, isMean } = digit.shapes;
  const MIXING = [...WINDOWS, "linear", "softmax", "log_softmax"];

  /* Patches of a convolution: for each input map that it reads, the numbers, the kernel and the sum of products. */
  function convolution(layer, [weight, bias], x, place, value) {
    const { taps, columns } = windowAt(layer, x, place.row, place.column);
    const area = taps.length, groupIn = layer.in_channels / layer.groups;
    const first = Math.floor(place.channel / (layer.out_channels / layer.groups)) * groupIn;
    const parts = [];
    for (let g = 0; g < groupIn; g++) {
      const base = (first + g) * x.height * x.width, from = (place.channel * groupIn + g) * area;
      const patch = taps.map((t) => (t.outside ? 0 : x.data[base + t.row * x.width + t.column]));
      const kernel = Array.from(weight.subarray(from, from + area));
      parts.push({ map: first + g, patch, kernel, sum: patch.reduce((sum, v, i) => sum + v * kernel[i], 0) });
    }
    return { kind: "conv2d", layer, parts, columns, outside: taps.map((t) => t.outside),
             bias: bias ? bias[place.channel] : null, value };
  }

  function pooling(layer, x, place, value) {
    const { taps, divisor, columns } = windowAt(layer, x, place.row, place.column);
    const base = place.channel * x.height * x.width;
    const patch = taps.map((t) => (t.outside ? (isMean(layer) ? 0 : -Infinity) : x.data[base + t.row * x.width + t.column]));
    const outside = taps.map((t) => t.outside), map = place.channel;
    if (!isMean(layer)) return { kind: "max", layer, map, patch, outside, columns, best: digit.network.bestOf(patch), value };
    return { kind: "mean", layer, map, patch, outside, columns, divisor, sum: patch.reduce((a, b) => a + b, 0), value };
  }

  function linear(layer, [weight, bias], x, unit, value) {
    const products = Array.from(x.data, (input, i) => {
      const factor = weight[unit * x.channels + i];
      return { from: i, input, factor, product: input * factor };
    });
    return { kind: "linear", layer, products, sum: products.reduce((sum, p) => sum + p.product, 0),
             bias: bias ? bias[unit] : null, value };
  }

  function single(layer, tensors, x, channel, before, value) {
    if (layer.type === "batchnorm") {
      const [scale, shift, mean, variance] = tensors.map((t) => t[channel]);
      return { kind: "batchnorm", layer, before, scale, shift, mean, variance, eps: layer.eps, value };
    }
    if (layer.type === "prelu") {
      return { kind: "prelu", layer, before, slope: tensors[0][tensors[0].length === 1 ? 0 : channel], value };
    }
    return { kind: layer.type, layer, before, value };
  }

  /* The steps, in the order they are computed; the last one's `value` is the unit's. */
  function explain(network, snapshot, maps, at, unit) {
    const steps = [];
    for (let i = at - 1; i >= 0; i--) {
      const layer = network.layers[i], tensors = snapshot.tensors[i], x = maps[i];
      const place = digit.network.placeOf(maps[i + 1], unit), value = maps[i + 1].data[unit];
      if (MIXING.includes(layer.type)) {
        if (layer.type === "conv2d") steps.unshift(convolution(layer, tensors, x, place, value));
        else if (layer.type === "linear") steps.unshift(linear(layer, tensors, x, unit, value));
        else if (WINDOWS.includes(layer.type)) steps.unshift(pooling(layer, x, place, value));
        else {
          const top = x.data.reduce((a, b) => Math.max(a, b), -Infinity), sum = x.data.reduce((total, v) => total + Math.exp(v - top), 0);
          steps.unshift({ kind: layer.type, layer, before: x.data[unit], logSum: top + Math.log(sum), value });
        }
        return steps;
      }
      if (layer.type === "flatten") {
        steps.unshift({ kind: "flatten", layer, place: digit.network.placeOf(x, unit), value });
      } else if (layer.type === "zero_pad") {
        const row = place.row - layer.padding[0], column = place.column - layer.padding[2];
        const outside = row < 0 || column < 0 || row >= x.height || column >= x.width;
        steps.unshift({ kind: "zero_pad", layer, outside, value });
        if (outside) return steps;
        unit = (place.channel * x.height + row) * x.width + column;
      } else steps.unshift(single(layer, tensors, x, place.channel, x.data[unit], value));
    }
    steps.unshift({ kind: "image", ink: maps[0].data[unit] * network.std + network.mean, mean: network.mean,
                    std: network.std, value: maps[0].data[unit] });
    return steps;
  }

  digit.arithmetic = { explain };
})(typeof window === "undefined" ? globalThis : window);
