/* The values behind one layer. Sums are made in double precision and kept in single.

   Each layer is a generator: it rests after a little work, so that a large network is computed in slices. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { ACTIVATIONS } = digit;
  const { insideAlong, meanOver, isMean } = digit.shapes;

  /* The maps with their padding around them, so that no product needs to ask where it is. */
  function padded(x, [over, aside]) {
    const height = x.height + 2 * over, width = x.width + 2 * aside;
    if (!over && !aside) return { height, width, data: x.data };
    const data = new Float32Array(x.channels * height * width);
    for (let row = 0; row < x.channels * x.height; row++) {
      const channel = Math.floor(row / x.height), to = (channel * height + (row % x.height) + over) * width + aside;
      data.set(x.data.subarray(row * x.width, (row + 1) * x.width), to);
    }
    return { height, width, data };
  }

  /* Adds to `sum` (rows × columns) what one map gives through a kernel of 3 × 3: most of the work of most
     networks, and with all nine factors at hand several times as fast as tap by tap. */
  function addThree(sum, data, corner, width, weight, k, rows, columns, [down, across], [dy, dx]) {
    const a = weight[k], b = weight[k + 1], c = weight[k + 2], d = weight[k + 3], e = weight[k + 4];
    const f = weight[k + 5], g = weight[k + 6], h = weight[k + 7], i = weight[k + 8];
    for (let r = 0, to = 0; r < rows; r++) {
      let p = corner + r * down * width, q = p + dy * width, s = q + dy * width;
      for (let n = 0; n < columns; n++, p += across, q += across, s += across) {
        sum[to++] += a * data[p] + b * data[p + dx] + c * data[p + 2 * dx] + d * data[q] + e * data[q + dx]
          + f * data[q + 2 * dx] + g * data[s] + h * data[s + dx] + i * data[s + 2 * dx];
      }
    }
  }

  function addAny(sum, data, corner, width, weight, k, rows, columns, [down, across], [dy, dx], [high, wide]) {
    for (let ky = 0; ky < high; ky++) {
      for (let kx = 0; kx < wide; kx++, k++) {
        const factor = weight[k], start = corner + ky * dy * width + kx * dx;
        for (let r = 0, to = 0; r < rows; r++) {
          for (let c = 0, from = start + r * down * width; c < columns; c++, from += across) sum[to++] += factor * data[from];
        }
      }
    }
  }

  function* convolve(layer, [weight, bias], x, y) {
    const { kernel, stride, dilation, groups } = layer, { height, width, data } = padded(x, layer.padding);
    const area = kernel[0] * kernel[1], sum = new Float64Array(y.height * y.width);
    const groupIn = x.channels / groups, groupOut = y.channels / groups;
    const add = kernel[0] === 3 && kernel[1] === 3 ? addThree : addAny;
    for (let o = 0; o < y.channels; o++) {
      sum.fill(bias ? bias[o] : 0);
      for (let g = 0; g < groupIn; g++) {
        const plane = (Math.floor(o / groupOut) * groupIn + g) * height * width;
        add(sum, data, plane, width, weight, (o * groupIn + g) * area, y.height, y.width, stride, dilation, kernel);
        if (area * sum.length > 50_000) yield;
      }
      y.data.set(sum, o * sum.length);
      yield;
    }
  }

  /* visit(places, start of the map before, place behind, divisor) for every window of every map. */
  function* eachWindow(layer, x, y, visit) {
    const down = insideAlong(layer, x, 0), across = insideAlong(layer, x, 1), planeX = x.height * x.width;
    for (let row = 0; row < y.height; row++) {
      for (let column = 0; column < y.width; column++) {
        const places = down[row].taps.flatMap((r) => across[column].taps.map((c) => r * x.width + c));
        const divisor = meanOver(layer, down[row], across[column]);
        for (let c = 0; c < y.channels; c++) visit(places, c * planeX, (c * y.height + row) * y.width + column, divisor);
        if (places.length * y.channels > 1000) yield;
      }
      yield;
    }
  }

  function largest(places, base, data) { // the first of equals, as in PyTorch; what is no number comes through
    let best = base + places[0];
    for (const p of places) if (data[base + p] > data[best] || Number.isNaN(data[base + p])) best = base + p;
    return best;
  }

  function* linear([weight, bias], x, y) {
    for (let o = 0; o < y.channels; o++) {
      let sum = bias ? bias[o] : 0;
      for (let i = 0, k = o * x.channels; i < x.channels; i++, k++) sum += weight[k] * x.data[i];
      y.data[o] = sum;
      if (o % 32 === 31) yield;
    }
  }

  function normalizeBatch(layer, [scale, shift, mean, variance], x, y) {
    const plane = x.height * x.width;
    for (let c = 0, i = 0; c < x.channels; c++) {
      const factor = scale[c] / Math.sqrt(variance[c] + layer.eps);
      for (let n = 0; n < plane; n++, i++) y.data[i] = (x.data[i] - mean[c]) * factor + shift[c];
    }
  }

  /* Zeros around the maps; where a padding is below 0, it crops them. */
  function zeroPad([over, , aside], x, y) {
    const first = Math.max(0, -aside), last = Math.min(x.width, y.width - aside);
    y.data.fill(0);
    for (let c = 0; c < x.channels; c++) {
      for (let r = Math.max(0, -over); r < Math.min(x.height, y.height - over); r++) {
        const from = (c * x.height + r) * x.width;
        if (first < last) y.data.set(x.data.subarray(from + first, from + last), (c * y.height + r + over) * y.width + first + aside);
      }
    }
  }

  /* The slope of a PReLU at number i of its maps. */
  function slopeOf(tensors, x) {
    const plane = x.height * x.width, slopes = tensors[0];
    return (i) => slopes[slopes.length === 1 ? 0 : Math.floor(i / plane)];
  }

  function prelu(tensors, x, y) {
    const slope = slopeOf(tensors, x);
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] > 0 ? x.data[i] : slope(i) * x.data[i];
  }

  function softmax(layer, x, y) {
    const top = x.data.reduce((a, b) => Math.max(a, b), -Infinity), sum = x.data.reduce((total, v) => total + Math.exp(v - top), 0);
    for (let i = 0; i < y.data.length; i++) {
      y.data[i] = layer.type === "softmax" ? Math.exp(x.data[i] - top) / sum : x.data[i] - top - Math.log(sum);
    }
  }

  /* Writes what a layer makes of the maps x into y. */
  function* forward(layer, tensors, x, y) {
    const kind = layer.type;
    if (kind === "conv2d") yield* convolve(layer, tensors, x, y);
    else if (kind === "max_pool") yield* eachWindow(layer, x, y, (places, base, to) => { y.data[to] = x.data[largest(places, base, x.data)]; });
    else if (isMean(layer)) {
      yield* eachWindow(layer, x, y, (places, base, to, divisor) => {
        let sum = 0;
        for (const p of places) sum += x.data[base + p];
        y.data[to] = sum / divisor;
      });
    } else if (kind === "linear") yield* linear(tensors, x, y);
    else if (kind === "batchnorm") normalizeBatch(layer, tensors, x, y);
    else if (kind === "zero_pad") zeroPad(layer.padding, x, y);
    else if (kind === "flatten") y.data.set(x.data);
    else if (kind === "prelu") prelu(tensors, x, y);
    else if (kind === "softmax" || kind === "log_softmax") softmax(layer, x, y);
    else {
      const { f } = ACTIVATIONS[kind];
      for (let i = 0; i < y.data.length; i++) y.data[i] = f(x.data[i], layer);
    }
    yield;
  }

  digit.forward = { forward, eachWindow, largest, slopeOf };
})(typeof window === "undefined" ? globalThis : window);
