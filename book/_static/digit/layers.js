/* One layer at a time: the shape behind it, its values, and the gradient back through it.

   A map is {channels, height, width, data}, data channel by channel and row by row, as in
   PyTorch. Sums are made in double precision and kept in single. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { ACTIVATIONS } = digit;

  /* Windows: what a convolution or a pooling layer reads along both axes. */
  const WINDOWS = ["conv2d", "max_pool", "avg_pool", "global_avg_pool"];

  function windowOf(layer, shape) {
    if (layer.type === "global_avg_pool") {
      return { kernel: [shape.height, shape.width], stride: [1, 1], padding: [0, 0], dilation: [1, 1], ceil: false };
    }
    return { kernel: layer.kernel, stride: layer.stride, padding: layer.padding, dilation: layer.dilation || [1, 1],
             ceil: Boolean(layer.ceil) };
  }

  function outputs(size, w, axis) {
    const span = size + 2 * w.padding[axis] - w.dilation[axis] * (w.kernel[axis] - 1) - 1;
    let n = (w.ceil ? Math.ceil : Math.floor)(span / w.stride[axis]) + 1;
    if (w.ceil && (n - 1) * w.stride[axis] >= size + w.padding[axis]) n -= 1; // a window must begin inside
    return span < 0 ? 0 : n;
  }

  /* The shape behind a layer; throws an Error that says what does not fit. */
  function shapeAfter(layer, shape) {
    const { channels, height, width } = shape;
    const flat = height === 1 && width === 1;
    const expect = (good, text) => { if (!good) throw new Error(text); };
    const numbers = (name, wanted) =>
      expect(wanted === channels, `it takes ${wanted} ${name}, and gets ${channels}`);
    if (WINDOWS.includes(layer.type)) {
      if (layer.type === "conv2d") numbers("channels", layer.in_channels);
      const w = windowOf(layer, shape);
      const size = [outputs(height, w, 0), outputs(width, w, 1)];
      expect(Math.min(...size) > 0, `its window does not fit into maps of ${height} × ${width}`);
      return { channels: layer.type === "conv2d" ? layer.out_channels : channels, height: size[0], width: size[1] };
    }
    if (layer.type === "zero_pad") {
      const [top, bottom, left, right] = layer.padding;
      return { channels, height: height + top + bottom, width: width + left + right };
    }
    if (layer.type === "flatten") return { channels: channels * height * width, height: 1, width: 1 };
    if (layer.type === "linear") {
      expect(flat, "it takes a row of numbers, and gets maps; flatten before it");
      numbers("numbers", layer.in_features);
      return { channels: layer.out_features, height: 1, width: 1 };
    }
    if (layer.type === "batchnorm") numbers("channels", layer.channels);
    if (layer.type === "prelu" && layer.channels !== 1) numbers("channels", layer.channels);
    return { channels, height, width };
  }

  /* The maps with their padding around them, in double precision, so that no product needs to ask where it is. */
  function padded(x, w) {
    const height = x.height + 2 * w.padding[0], width = x.width + 2 * w.padding[1];
    const data = new Float64Array(x.channels * height * width);
    for (let c = 0; c < x.channels; c++) {
      for (let r = 0; r < x.height; r++) {
        const from = (c * x.height + r) * x.width;
        data.set(x.data.subarray(from, from + x.width), (c * height + r + w.padding[0]) * width + w.padding[1]);
      }
    }
    return { height, width, data };
  }

  function convolve(layer, [weight, bias], x, y) {
    const w = windowOf(layer, x), { height, width, data } = padded(x, w), [high, wide] = w.kernel;
    const [down, across] = w.stride, rows = y.height, columns = y.width, sum = new Float64Array(rows * columns);
    const groupIn = x.channels / layer.groups, groupOut = y.channels / layer.groups;
    for (let o = 0; o < y.channels; o++) {
      sum.fill(bias ? bias[o] : 0);
      for (let g = 0, k = o * groupIn * high * wide; g < groupIn; g++) {
        const plane = (Math.floor(o / groupOut) * groupIn + g) * height * width;
        for (let ky = 0; ky < high; ky++) {
          for (let kx = 0; kx < wide; kx++, k++) {
            const factor = weight[k], corner = plane + ky * w.dilation[0] * width + kx * w.dilation[1];
            for (let r = 0, to = 0; r < rows; r++) {
              for (let c = 0, from = corner + r * down * width; c < columns; c++, from += across) sum[to++] += factor * data[from];
            }
          }
        }
      }
      y.data.set(sum, o * rows * columns);
    }
  }

  function convolveBack(layer, [weight], x, y, gy, gx) {
    const w = windowOf(layer, x), [high, wide] = w.kernel, [down, across] = w.stride, rows = y.height, columns = y.width;
    const height = x.height + 2 * w.padding[0], width = x.width + 2 * w.padding[1];
    const sum = new Float64Array(x.channels * height * width);
    const groupIn = x.channels / layer.groups, groupOut = y.channels / layer.groups;
    for (let o = 0; o < y.channels; o++) {
      const arriving = gy.subarray(o * rows * columns, (o + 1) * rows * columns);
      if (!arriving.some(Boolean)) continue;
      for (let g = 0, k = o * groupIn * high * wide; g < groupIn; g++) {
        const plane = (Math.floor(o / groupOut) * groupIn + g) * height * width;
        for (let ky = 0; ky < high; ky++) {
          for (let kx = 0; kx < wide; kx++, k++) {
            const factor = weight[k], corner = plane + ky * w.dilation[0] * width + kx * w.dilation[1];
            for (let r = 0, at = 0; r < rows; r++) {
              for (let c = 0, to = corner + r * down * width; c < columns; c++, to += across) sum[to] += factor * arriving[at++];
            }
          }
        }
      }
    }
    for (let i = 0; i < gx.length; i++) {
      const row = Math.floor(i / x.width), c = Math.floor(row / x.height);
      gx[i] += sum[(c * height + (row % x.height) + w.padding[0]) * width + w.padding[1] + (i % x.width)];
    }
  }

  /* The places inside the map that one unit's window covers: [[row, column, tap], …], and the divisor of a mean. */
  function windowAt(layer, x, row, column) {
    const w = windowOf(layer, x), taps = [];
    for (let ky = 0; ky < w.kernel[0]; ky++) {
      const r = row * w.stride[0] - w.padding[0] + ky * w.dilation[0];
      for (let kx = 0; kx < w.kernel[1]; kx++) {
        const c = column * w.stride[1] - w.padding[1] + kx * w.dilation[1];
        const outside = r < 0 || c < 0 || r >= x.height || c >= x.width;
        taps.push({ row: r, column: c, tap: ky * w.kernel[1] + kx, outside });
      }
    }
    const cut = (axis, at, size) => Math.min(at * w.stride[axis] - w.padding[axis] + w.kernel[axis],
                                             size + w.padding[axis]) - (at * w.stride[axis] - w.padding[axis]);
    const counted = layer.count_padding
      ? cut(0, row, x.height) * cut(1, column, x.width) : taps.filter((t) => !t.outside).length;
    return { taps, divisor: counted, window: w };
  }

  function eachWindow(layer, x, y, visit) {
    const planeX = x.height * x.width, planeY = y.height * y.width;
    for (let row = 0; row < y.height; row++) {
      for (let column = 0; column < y.width; column++) {
        const { taps, divisor } = windowAt(layer, x, row, column);
        const places = taps.filter((t) => !t.outside).map((t) => t.row * x.width + t.column);
        for (let c = 0; c < y.channels; c++) visit(places, c * planeX, c * planeY + row * y.width + column, divisor);
      }
    }
  }

  function largest(places, base, data) { // the first of equals, as in PyTorch
    let best = base + places[0];
    for (const p of places) if (data[base + p] > data[best]) best = base + p;
    return best;
  }

  const isMean = (layer) => layer.type === "avg_pool" || layer.type === "global_avg_pool";

  function slopeOf(layer, tensors, x) {
    const plane = x.height * x.width, slopes = tensors[0];
    return (i) => slopes[slopes.length === 1 ? 0 : Math.floor(i / plane)];
  }

  function forward(layer, tensors, x, y) {
    const kind = layer.type, plane = x.height * x.width;
    if (kind === "conv2d") convolve(layer, tensors, x, y);
    else if (kind === "max_pool") eachWindow(layer, x, y, (places, base, to) => { y.data[to] = x.data[largest(places, base, x.data)]; });
    else if (isMean(layer)) {
      eachWindow(layer, x, y, (places, base, to, divisor) => {
        let sum = 0;
        for (const p of places) sum += x.data[base + p];
        y.data[to] = sum / divisor;
      });
    } else if (kind === "linear") {
      const [weight, bias] = tensors;
      for (let o = 0; o < y.channels; o++) {
        let sum = bias ? bias[o] : 0;
        for (let i = 0, k = o * x.channels; i < x.channels; i++, k++) sum += weight[k] * x.data[i];
        y.data[o] = sum;
      }
    } else if (kind === "batchnorm") {
      const [scale, shift, mean, variance] = tensors;
      for (let i = 0; i < y.data.length; i++) {
        const c = Math.floor(i / plane);
        y.data[i] = ((x.data[i] - mean[c]) / Math.sqrt(variance[c] + layer.eps)) * scale[c] + shift[c];
      }
    } else if (kind === "zero_pad") {
      const [top, , left] = layer.padding;
      for (let c = 0; c < x.channels; c++) {
        for (let r = 0; r < x.height; r++) {
          const from = c * plane + r * x.width;
          y.data.set(x.data.subarray(from, from + x.width), (c * y.height + r + top) * y.width + left);
        }
      }
    } else if (kind === "flatten") y.data.set(x.data);
    else if (kind === "prelu") {
      const slope = slopeOf(layer, tensors, x);
      for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] > 0 ? x.data[i] : slope(i) * x.data[i];
    } else if (kind === "softmax" || kind === "log_softmax") {
      const top = Math.max(...x.data), sum = x.data.reduce((total, v) => total + Math.exp(v - top), 0);
      for (let i = 0; i < y.data.length; i++) {
        y.data[i] = kind === "softmax" ? Math.exp(x.data[i] - top) / sum : x.data[i] - top - Math.log(sum);
      }
    } else {
      const { f } = ACTIVATIONS[kind];
      for (let i = 0; i < y.data.length; i++) y.data[i] = f(x.data[i], layer);
    }
  }

  /* Adds to gx what reaches the input x when gy arrives at the output y. */
  function backward(layer, tensors, x, y, gy, gx) {
    const kind = layer.type, plane = x.height * x.width;
    if (kind === "conv2d") convolveBack(layer, tensors, x, y, gy, gx);
    else if (kind === "max_pool") eachWindow(layer, x, y, (places, base, to) => { gx[largest(places, base, x.data)] += gy[to]; });
    else if (isMean(layer)) {
      eachWindow(layer, x, y, (places, base, to, divisor) => {
        if (gy[to]) for (const p of places) gx[base + p] += gy[to] / divisor;
      });
    } else if (kind === "linear") {
      for (let o = 0; o < y.channels; o++) {
        if (gy[o]) for (let i = 0, k = o * x.channels; i < x.channels; i++, k++) gx[i] += tensors[0][k] * gy[o];
      }
    } else if (kind === "batchnorm") {
      const [scale, , , variance] = tensors;
      for (let i = 0; i < gy.length; i++) {
        const c = Math.floor(i / plane);
        gx[i] += (gy[i] * scale[c]) / Math.sqrt(variance[c] + layer.eps);
      }
    } else if (kind === "zero_pad") {
      const [top, , left] = layer.padding;
      for (let i = 0; i < gx.length; i++) {
        const c = Math.floor(i / plane), r = Math.floor((i % plane) / x.width);
        gx[i] += gy[(c * y.height + r + top) * y.width + left + (i % x.width)];
      }
    } else if (kind === "flatten") for (let i = 0; i < gx.length; i++) gx[i] += gy[i];
    else if (kind === "prelu") {
      const slope = slopeOf(layer, tensors, x);
      for (let i = 0; i < gx.length; i++) gx[i] += gy[i] * (x.data[i] > 0 ? 1 : slope(i));
    } else if (kind === "softmax" || kind === "log_softmax") {
      const p = kind === "softmax" ? y.data : y.data.map(Math.exp);
      let all = 0;
      for (let i = 0; i < p.length; i++) all += kind === "softmax" ? gy[i] * p[i] : gy[i];
      for (let i = 0; i < p.length; i++) gx[i] += kind === "softmax" ? p[i] * (gy[i] - all) : gy[i] - p[i] * all;
    } else {
      const { d } = ACTIVATIONS[kind];
      for (let i = 0; i < gx.length; i++) if (gy[i]) gx[i] += gy[i] * d(x.data[i], layer);
    }
  }

  digit.layers = { WINDOWS, shapeAfter, windowAt, forward, backward, isMean };
})(typeof window === "undefined" ? globalThis : window);
