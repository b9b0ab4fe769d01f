/* Numbers as pictures, in the book's colours: ink is white on the dark ground of pixels, on every page; above zero is
   vermilion, below zero teal, and zero the colour of the paper. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});
  const SCREEN = [14, 21, 30], PIXEL = [244, 247, 250];
  const LIGHT = { paper: [255, 255, 255], above: [192, 64, 15], below: [11, 114, 105], line: "#6f7d8c" };
  const DARK = { paper: [19, 26, 34], above: [255, 156, 115], below: [82, 208, 194], line: "#8494a5" };

  const isDark = () => document.documentElement.dataset.theme === "dark";
  const palette = () => (isDark() ? DARK : LIGHT);

  function mixed(from, to, share, out, at) {
    for (let k = 0; k < 3; k++) out[at + k] = from[k] + (to[k] - from[k]) * share;
    out[at + 3] = 255;
  }

  /* Colours in STEPS shades, each as the four bytes of a pixel; made once for a mode. `ink` goes from the screen to
     the pixel, `signed` from the lowest over paper in the middle to the highest; NONE is for what is no number. */
  const STEPS = 255, NONE = [128, 128, 128, 255], made = new Map();

  function shades() {
    const now = palette();
    if (!made.has(now)) {
      const ink = new Uint8ClampedArray(4 * (STEPS + 1)), signed = new Uint8ClampedArray(4 * (2 * STEPS + 2));
      for (let i = 0; i <= STEPS; i++) {
        mixed(SCREEN, PIXEL, i / STEPS, ink, 4 * i);
        mixed(now.paper, now.above, i / STEPS, signed, 4 * (STEPS + i));
        mixed(now.paper, now.below, i / STEPS, signed, 4 * (STEPS - i));
      }
      signed.set(NONE, 4 * (2 * STEPS + 1));
      made.set(now, { ink: new Uint32Array(ink.buffer), signed: new Uint32Array(signed.buffer) });
    }
    return made.get(now);
  }

  /* An off-screen picture with a pixel a number. There is one for each size, so it has to be used at once. */
  const sheets = new Map();

  function raster(width, height, paint) {
    const key = `${width} ${height}`;
    if (!sheets.has(key)) {
      if (sheets.size > 60) sheets.clear();
      const canvas = document.createElement("canvas");
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext("2d", { willReadFrequently: true }), image = context.createImageData(width, height);
      sheets.set(key, { canvas, context, image, pixels: new Uint32Array(image.data.buffer) });
    }
    const { canvas, context, image, pixels } = sheets.get(key);
    paint(pixels);
    context.putImageData(image, 0, 0);
    return canvas;
  }

  /* Ink from 0 to `full`, or signed values against `limit`. */
  function inkRaster(ink, side, full = 1) {
    const shade = shades().ink;
    return raster(side, side, (out) => { for (let i = 0; i < ink.length; i++) out[i] = shade[Math.round((STEPS / full) * ink[i])]; });
  }

  function signedRaster(values, width, height, limit) {
    const shade = shades().signed, factor = limit ? STEPS / limit : 0;
    return raster(width, height, (out) => {
      for (let i = 0; i < out.length; i++) {
        const at = Math.round(values[i] * factor);
        out[i] = shade[Number.isNaN(at) ? 2 * STEPS + 1 : STEPS + Math.min(STEPS, Math.max(-STEPS, at))];
      }
    });
  }

  function largest(values) {
    let limit = 0;
    for (let i = 0; i < values.length; i++) {
      const size = Math.abs(values[i]);
      if (size > limit && size < Infinity) limit = size;
    }
    return limit;
  }

  /* Draws a raster over the whole canvas, pixel by pixel, without smoothing. */
  function show(canvas, picture) {
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return context;
  }

  /* A frame that is seen on any ground: a dark line between two light ones. */
  function frame(context, x, y, width, height) {
    for (const [colour, line] of [["#ffffff", 4], ["#000000", 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(x, y, width, height);
    }
  }

  /* Frames, in gold, the pixels of a field {top, bottom, left, right} on a canvas that shows 28 × 28 of them. */
  function frameField(canvas, field) {
    const unit = canvas.width / 28;
    frame(canvas.getContext("2d"), field.left * unit + 1, field.top * unit + 1,
          (field.right - field.left + 1) * unit - 2, (field.bottom - field.top + 1) * unit - 2);
  }

  /* Pales all that lies outside a field. */
  function paleOutside(canvas, field) {
    const unit = canvas.width / 28, context = canvas.getContext("2d");
    context.fillStyle = `rgba(${SCREEN}, 0.7)`;
    const [x, y] = [field.left * unit, field.top * unit];
    const [right, bottom] = [(field.right + 1) * unit, (field.bottom + 1) * unit];
    context.fillRect(0, 0, canvas.width, y);
    context.fillRect(0, bottom, canvas.width, canvas.height - bottom);
    context.fillRect(0, y, x, bottom - y);
    context.fillRect(right, y, canvas.width - right, bottom - y);
  }

  /* The background and the text of a cell that holds a number, legible on each other. */
  function cellStyle(value, limit) {
    const { paper, above, below } = palette(), out = [0, 0, 0, 0];
    if (!Number.isFinite(value)) return "";
    mixed(paper, value > 0 ? above : below, limit ? 0.55 * Math.min(1, Math.abs(value) / limit) : 0, out, 0);
    return `background: rgb(${out.slice(0, 3).map(Math.round)}); color: ${isDark() ? "#ffffff" : "#000000"}`;
  }

  parts.pictures = { palette, inkRaster, signedRaster, largest, show, frame, frameField, paleOutside, cellStyle };
})(window);
