/* What each unit of a layer reads along one axis: the taps of mnist_lib, for every page.

   A window is {kernel, stride, padding, dilation, ceil, transposed, outputPadding}, along one axis; what
   is left out is as usual. A reach is {size, taps(i), period}: `size` units, of which unit i reads the
   units taps(i) of its input, ascending, also where they lie in the padding; going period[0] units on
   moves the taps period[1] on. tests/site/test_windows.py holds it to the library. No DOM here. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});

  /* n_out of a window. In ceil mode the last window may hang over, but must start on the map. */
  function windowSize(size, { kernel, stride = 1, padding = 0, dilation = 1, ceil = false }) {
    const room = size + 2 * padding - dilation * (kernel - 1) - 1;
    if (!ceil) return room < 0 ? 0 : Math.floor(room / stride) + 1;
    const outputs = Math.ceil(room / stride) + 1;
    return (outputs - 1) * stride >= size + padding ? outputs - 1 : outputs;
  }

  /* Convolution and pooling: unit i reads i s - p + t d for t = 0 ... k - 1. */
  function windowReach(size, w) {
    const { kernel, stride = 1, padding = 0, dilation = 1 } = w;
    return {
      size: windowSize(size, w),
      taps: (i) => Array.from({ length: kernel }, (_, t) => i * stride - padding + t * dilation),
      period: [1, stride],
    };
  }

  /* Transposed convolution: unit i reads every j with j s - p + t d = i for some tap t. */
  function transposedReach(size, { kernel, stride = 1, padding = 0, dilation = 1, outputPadding = 0 }) {
    function taps(i) {
      const found = [];
      for (let t = kernel - 1; t >= 0; t--) {
        const place = i + padding - t * dilation;
        if (place % stride === 0) found.push(place / stride);
      }
      return found;
    }
    return { size: (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + outputPadding + 1, taps, period: [stride, 1] };
  }

  const reachOf = (size, w) => (w.transposed ? transposedReach(size, w) : windowReach(size, w));

  /* Padding with zeros: unit i reads i - before. */
  const paddedReach = (size, before, after) =>
    ({ size: size + before + after, taps: (i) => [i - before], period: [1, 1] });

  /* The units of an input of `size` that `units` read through a reach, ascending. */
  function readBy(units, reach, size) {
    const seen = new Uint8Array(size), found = [];
    for (const unit of units) {
      for (const tap of reach.taps(unit)) if (tap >= 0 && tap < size) seen[tap] = 1;
    }
    for (let i = 0; i < size; i++) if (seen[i]) found.push(i);
    return found;
  }

  /* [first, last] of each run of neighbours in an ascending list. */
  function runs(units) {
    const found = [];
    for (const unit of units) {
      if (found.length && found[found.length - 1][1] === unit - 1) found[found.length - 1][1] = unit;
      else found.push([unit, unit]);
    }
    return found;
  }

  parts.windows = { windowSize, reachOf, paddedReach, readBy, runs };
})(typeof window === "undefined" ? globalThis : window);
