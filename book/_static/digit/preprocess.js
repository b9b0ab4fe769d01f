/* From a drawing to 28 × 28 numbers, by the procedure MNIST was made with: the ink is fitted into
   20 × 20 pixels, with its proportions kept and its edges anti-aliased, and then moved by whole
   pixels until its centre of mass is in the middle of the image. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const SIZE = 28, BOX = 20, MIDDLE = 14; // of the test digits' centres of mass, every one rounds to pixel 14

  /* The rectangle that holds all ink (side × side numbers), in drawn pixels, [from, to); null on empty paper. */
  function bounds(ink, side) {
    let top = side, bottom = -1, left = side, right = -1;
    for (let row = 0, i = 0; row < side; row++) {
      for (let column = 0; column < side; column++, i++) {
        if (ink[i] <= 0) continue;
        if (row < top) top = row;
        bottom = row + 1;
        if (column < left) left = column;
        if (column >= right) right = column + 1;
      }
    }
    return bottom < 0 ? null : { top, bottom, left, right };
  }

  /* The mean of `ink` over [y0, y1) × [x0, x1), cells cut by the edge counted in part. */
  function mean(ink, side, y0, y1, x0, x1) {
    let sum = 0;
    for (let y = Math.max(0, Math.floor(y0)); y < Math.min(side, y1); y++) {
      const height = Math.min(y + 1, y1) - Math.max(y, y0);
      for (let x = Math.max(0, Math.floor(x0)); x < Math.min(side, x1); x++) {
        sum += height * (Math.min(x + 1, x1) - Math.max(x, x0)) * ink[y * side + x];
      }
    }
    return sum / ((y1 - y0) * (x1 - x0));
  }

  /* The drawing as it is, only coarser; `full` is what stands for ink without paper. */
  function coarse(ink, side, full = 1) {
    const step = side / SIZE, image = new Float32Array(SIZE * SIZE);
    for (let i = 0; i < image.length; i++) {
      const y = Math.floor(i / SIZE) * step, x = (i % SIZE) * step;
      image[i] = mean(ink, side, y, y + step, x, x + step) / full;
    }
    return { image, scale: step, top: 0, left: 0 };
  }

  /* By MNIST's procedure. Besides the image: `scale`, drawn pixels a pixel, and `top`, `left`, the drawn
     place of the image's corner, so that what is found in the image can be shown on the drawing. */
  function centred(ink, side, full = 1) {
    const box = bounds(ink, side);
    if (!box) return coarse(ink, side, full);
    const scale = Math.max(box.bottom - box.top, box.right - box.left) / BOX;
    const height = (box.bottom - box.top) / scale, width = (box.right - box.left) / scale;
    const rows = Math.ceil(height - 1e-9), columns = Math.ceil(width - 1e-9);
    const top = box.top - ((rows - height) / 2) * scale, left = box.left - ((columns - width) / 2) * scale;
    const fitted = new Float64Array(rows * columns);
    let sum = 0, ys = 0, xs = 0;
    for (let i = 0; i < fitted.length; i++) {
      const r = Math.floor(i / columns), c = i % columns;
      fitted[i] = mean(ink, side, top + r * scale, top + (r + 1) * scale, left + c * scale, left + (c + 1) * scale) / full;
      sum += fitted[i];
      ys += fitted[i] * r;
      xs += fitted[i] * c;
    }
    const down = Math.round(MIDDLE - ys / sum), across = Math.round(MIDDLE - xs / sum);
    const image = new Float32Array(SIZE * SIZE);
    for (let i = 0; i < fitted.length; i++) {
      const r = Math.floor(i / columns) + down, c = (i % columns) + across;
      if (r >= 0 && r < SIZE && c >= 0 && c < SIZE) image[r * SIZE + c] = fitted[i];
    }
    return { image, scale, top: top - down * scale, left: left - across * scale };
  }

  digit.preprocess = { SIZE, BOX, bounds, coarse, centred };
})(typeof window === "undefined" ? globalThis : window);
