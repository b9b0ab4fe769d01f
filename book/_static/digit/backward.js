/* The gradient back through one layer, in slices as forward.js. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { ACTIVATIONS } = digit;
  const { isMean } = digit.shapes;
  const { eachWindow, largest, slopeOf } = digit.forward;

  function* convolveBack(layer, [weight], x, y, gy, gx) {
    const { kernel: [high, wide], stride: [down, across], dilation: [dy, dx], padding: [over, aside] } = layer;
    const height = x.height + 2 * over, width = x.width + 2 * aside, rows = y.height, columns = y.width;
    const sum = new Float64Array(x.channels * height * width);
    const groupIn = x.channels / layer.groups, groupOut = y.channels / layer.groups;
    for (let o = 0; o < y.channels; o++) {
      const arriving = gy.subarray(o * rows * columns, (o + 1) * rows * columns);
      if (!arriving.some(Boolean)) continue;
      for (let g = 0, k = o * groupIn * high * wide; g < groupIn; g++) {
        const plane = (Math.floor(o / groupOut) * groupIn + g) * height * width;
        for (let ky = 0; ky < high; ky++) {
          for (let kx = 0; kx < wide; kx++, k++) {
            const factor = weight[k], corner = plane + ky * dy * width + kx * dx;
            for (let r = 0, at = 0; r < rows; r++) {
              for (let c = 0, to = corner + r * down * width; c < columns; c++, to += across) sum[to] += factor * arriving[at++];
            }
          }
        }
        if (high * wide * rows * columns > 50_000) yield;
      }
      yield;
    }
    for (let i = 0; i < gx.length; i++) {
      const row = Math.floor(i / x.width), c = Math.floor(row / x.height);
      gx[i] += sum[(c * height + (row % x.height) + over) * width + aside + (i % x.width)];
    }
  }

  function softmaxBack(kind, y, gy, gx) {
    const p = kind === "softmax" ? y.data : y.data.map(Math.exp);
    let all = 0;
    for (let i = 0; i < p.length; i++) all += kind === "softmax" ? gy[i] * p[i] : gy[i];
    for (let i = 0; i < p.length; i++) gx[i] += kind === "softmax" ? p[i] * (gy[i] - all) : gy[i] - p[i] * all;
  }

  function* linearBack([weight], x, y, gy, gx) {
    for (let o = 0; o < y.channels; o++) {
      if (gy[o]) for (let i = 0, k = o * x.channels; i < x.channels; i++, k++) gx[i] += weight[k] * gy[o];
      if (o % 32 === 31) yield;
    }
  }

  /* Adds to gx what reaches the input x when gy arrives at the output y. */
  function* backward(layer, tensors, x, y, gy, gx) {
    const kind = layer.type, plane = x.height * x.width;
    if (kind === "conv2d") yield* convolveBack(layer, tensors, x, y, gy, gx);
    else if (kind === "max_pool") yield* eachWindow(layer, x, y, (places, base, to) => { if (gy[to]) gx[largest(places, base, x.data)] += gy[to]; });
    else if (isMean(layer)) {
      yield* eachWindow(layer, x, y, (places, base, to, divisor) => {
        if (gy[to]) for (const p of places) gx[base + p] += gy[to] / divisor;
      });
    } else if (kind === "linear") yield* linearBack(tensors, x, y, gy, gx);
    else if (kind === "batchnorm") {
      const [scale, , , variance] = tensors;
      for (let i = 0; i < gy.length; i++) {
        const c = Math.floor(i / plane);
        gx[i] += (gy[i] * scale[c]) / Math.sqrt(variance[c] + layer.eps);
      }
    } else if (kind === "zero_pad") {
      const [top, , left] = layer.padding;
      for (let i = 0; i < gx.length; i++) {
        const c = Math.floor(i / plane), r = Math.floor((i % plane) / x.width) + top, column = (i % x.width) + left;
        const kept = r >= 0 && r < y.height && column >= 0 && column < y.width;
        if (kept) gx[i] += gy[(c * y.height + r) * y.width + column];
      }
    } else if (kind === "flatten") for (let i = 0; i < gx.length; i++) gx[i] += gy[i];
    else if (kind === "prelu") {
      const slope = slopeOf(tensors, x);
      for (let i = 0; i < gx.length; i++) gx[i] += gy[i] * (x.data[i] > 0 ? 1 : slope(i));
    } else if (kind === "softmax" || kind === "log_softmax") softmaxBack(kind, y, gy, gx);
    else {
      const { d } = ACTIVATIONS[kind];
      for (let i = 0; i < gx.length; i++) if (gy[i]) gx[i] += gy[i] * d(x.data[i], layer);
    }
    yield;
  }

  digit.backward = backward;
})(typeof window === "undefined" ? globalThis : window);
