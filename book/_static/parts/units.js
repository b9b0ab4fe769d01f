/* Maps drawn side by side, and the unit of them at a place. No DOM here.

   A sheet is {shape: [height, width] in units, size: [height, width] of a map in CSS pixels, count: maps,
   columns: maps in a row, gap between maps, edge around them}. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});

  /* The upper left corner [x, y] of a map. */
  function cornerOf({ size: [high, wide], columns = 1, gap = 0, edge = 0 }, map) {
    return [edge + (map % columns) * (wide + gap), edge + Math.floor(map / columns) * (high + gap)];
  }

  /* {map, row, column} at [x, y]; null between the maps. With `clip` a place outside counts as the nearest unit. */
  function unitAt([x, y], sheet, clip = false) {
    const { shape: [rows, width], size: [high, wide], count = 1, columns = 1, gap = 0, edge = 0 } = sheet;
    const keep = (v, n) => (clip ? Math.min(n - 1, Math.max(0, v)) : v);
    const [across, down] = [keep(Math.floor((x - edge) / (wide + gap)), columns), keep(Math.floor((y - edge) / (high + gap)), Math.ceil(count / columns))];
    const map = keep(down * columns + across, count), [left, top] = cornerOf(sheet, map);
    const column = keep(Math.floor(((x - left) * width) / wide), width), row = keep(Math.floor(((y - top) * rows) / high), rows);
    if (across < 0 || across >= columns || map < 0 || map >= count || row < 0 || row >= rows || column < 0 || column >= width) return null;
    return { map, row, column };
  }

  /* The place of a pointer on an element that shows the sheet at its own size. */
  function placeOn(event, element) {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  parts.units = { cornerOf, unitAt, placeOn };
})(typeof window === "undefined" ? globalThis : window);
