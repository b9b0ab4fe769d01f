/* The drawing pad: 280 × 280 numbers of ink from 0 to 255, drawn with mouse, finger, pen or keyboard. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { pictures } = root.bookParts, { oncePerFrame } = root.bookParts.work;
  const FULL = 255, SIDE = 280, PIXEL = SIDE / 28, RADIUS = 11, UNDOS = 60;
  const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  /* Inks everything within RADIUS of the line between two points, with a soft edge. */
  function line(ink, x0, y0, x1, y1) {
    const dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
    const from = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - RADIUS - 1));
    const to = (a, b) => Math.min(SIDE - 1, Math.ceil(Math.max(a, b) + RADIUS + 1));
    for (let y = from(y0, y1); y <= to(y0, y1); y++) {
      for (let x = from(x0, x1); x <= to(x0, x1); x++) {
        const px = x + 0.5 - x0, py = y + 0.5 - y0;
        const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
        const cover = RADIUS + 0.5 - Math.hypot(px - along * dx, py - along * dy);
        if (cover > 0) ink[y * SIDE + x] = Math.max(ink[y * SIDE + x], Math.round(FULL * Math.min(1, cover)));
      }
    }
  }

  /* A pad on a canvas. `changed()` is called after every stroke, undo and clear, `moved(text)` with a
     sentence for those who cannot see the keyboard's cursor. With `tapFirst` a finger scrolls the page until it
     has tapped the pad, and again when something else is touched. */
  function create(canvas, changed, moved, { tapFirst = false } = {}) {
    let ink = new Uint8Array(SIDE * SIDE), base = null, outline = null, undos = [];
    let pen = null, cursor = null, down = false;
    const paint = oncePerFrame(paintNow);
    canvas.width = canvas.height = SIDE;

    function paintNow() {
      const context = pictures.show(canvas, pictures.inkRaster(base ? withBase() : ink, SIDE, FULL));
      if (outline) pictures.frame(context, outline.x, outline.y, outline.width, outline.height);
      if (cursor) pictures.frame(context, cursor[0] - PIXEL / 2, cursor[1] - PIXEL / 2, PIXEL, PIXEL);
    }

    const shown = new Uint8Array(SIDE * SIDE);

    function withBase() { // strokes over a test digit
      for (let i = 0, row = 0; row < SIDE; row++) {
        const from = 28 * Math.floor(row / PIXEL);
        for (let column = 0; column < SIDE; column++, i++) {
          shown[i] = Math.max(ink[i], FULL * base.image[from + Math.floor(column / PIXEL)]);
        }
      }
      return shown;
    }

    /* Before a stroke: what is there can come back, and a digit that was only an example gives way. */
    function begin() {
      remember();
      if (base && base.example) base = null;
    }

    function remember() {
      undos.push({ ink: ink.slice(), base });
      if (undos.length > UNDOS) undos.shift();
    }

    function update() {
      paint();
      changed();
    }

    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
    };

    if (tapFirst) {
      canvas.addEventListener("click", () => canvas.classList.add("tapped"));
      document.addEventListener("pointerdown", ({ target }) => { if (target !== canvas) canvas.classList.remove("tapped"); });
    }
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || pen) return;
      if (tapFirst && event.pointerType === "touch" && !canvas.classList.contains("tapped")) return;
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      cursor = null;
      begin();
      pen = { id: event.pointerId, at: place(event) };
      line(ink, ...pen.at, ...pen.at);
      update();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!pen || event.pointerId !== pen.id) return;
      const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const e of events.length ? events : [event]) {
        const at = place(e);
        line(ink, ...pen.at, ...at);
        pen.at = at;
      }
      update();
    });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(name, (event) => { if (pen && event.pointerId === pen.id) pen = null; });
    }

    const held = new Set();
    canvas.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") undo();
      else if (event.ctrlKey || event.metaKey || event.altKey) return;
      else if (ARROWS[event.key]) move(...ARROWS[event.key]);
      else if (event.key === " ") { if (!event.repeat) dot(); held.add(" "); }
      else if (event.key === "Enter") { if (!event.repeat) toggle(); }
      else if (event.key === "Backspace" || event.key === "Delete") clear();
      else return;
      event.preventDefault();
    });
    canvas.addEventListener("keyup", (event) => held.delete(event.key));
    canvas.addEventListener("focus", () => {
      if (!pen && canvas.matches(":focus-visible")) { cursor = cursor || [SIDE / 2 + PIXEL / 2, SIDE / 2 + PIXEL / 2]; paint(); }
    });
    canvas.addEventListener("blur", () => { held.clear(); down = false; cursor = null; lastCursor = null; paint(); });
    let lastCursor = null;

    const where = () => `row ${Math.floor(cursor[1] / PIXEL) + 1}, column ${Math.floor(cursor[0] / PIXEL) + 1}`;

    function ready() { cursor = cursor || lastCursor || [SIDE / 2 + PIXEL / 2, SIDE / 2 + PIXEL / 2]; }

    function dot() {
      ready();
      begin();
      line(ink, ...cursor, ...cursor);
      moved(`Ink at ${where()}`);
      update();
    }

    function toggle() {
      down = !down;
      if (down) dot();
      moved(down ? `Pen down at ${where()}: the arrow keys draw` : "Pen up");
    }

    function move(dx, dy) {
      ready();
      const keep = (v) => Math.min(SIDE - PIXEL / 2, Math.max(PIXEL / 2, v));
      const at = [keep(cursor[0] + dx * PIXEL), keep(cursor[1] + dy * PIXEL)];
      const drawing = down || held.has(" ");
      if (drawing) {
        begin();
        line(ink, ...cursor, ...at);
      }
      cursor = lastCursor = at;
      moved(`${drawing ? "Ink to" : "Cursor at"} ${where()}`);
      if (drawing) update();
      else paint();
    }

    function undo() {
      const last = undos.pop();
      if (!last) return moved("Nothing to undo");
      ({ ink, base } = last);
      moved("Undone");
      update();
    }

    function clear() {
      if (isEmpty()) return;
      remember();
      ink = new Uint8Array(SIDE * SIDE);
      base = null;
      down = false;
      moved("The pad is empty");
      update();
    }

    /* Lays a test digit under the strokes to come, {image: 784 numbers of ink, example, …}; an example gives
       way to the first stroke. */
    function lay(what) {
      if (base || !isEmpty()) remember();
      ink = new Uint8Array(SIDE * SIDE);
      base = what;
      update();
    }

    const isEmpty = () => !base && !ink.some(Boolean);

    /* The 28 × 28 numbers: a test digit stays where MNIST has put it, with the strokes over it. */
    function image(centring) {
      if (!base) return digit.preprocess[centring ? "centred" : "coarse"](ink, SIDE, FULL);
      const strokes = digit.preprocess.coarse(ink, SIDE, FULL);
      return { ...strokes, image: strokes.image.map((v, i) => Math.max(v, base.image[i])) };
    }

    /* Shows a field of the image on the drawing; null takes it away. */
    function showField(field, { scale, top, left }) {
      outline = field && { x: left + field.left * scale, y: top + field.top * scale,
                           width: (field.right - field.left + 1) * scale, height: (field.bottom - field.top + 1) * scale };
      paint();
    }

    paintNow();
    return { image, undo, clear, lay, isEmpty, showField, paint, base: () => base, canUndo: () => undos.length > 0, drawing: () => Boolean(pen),
             touched: () => ink.some(Boolean) };
  }

  digit.pad = { create, line, SIDE, PIXEL };
})(window);
