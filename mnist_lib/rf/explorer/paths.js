/* The paths that come together before a unit: what it sees through each of them. No DOM here. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const { windows } = root.bookParts;

  /* The nearest layer, at the row or before it, in which several paths meet, and which of its units are read:
     {row, units: a list for each dimension}; null where there is none or the way to it is not told by windows. */
  function meeting(model, number, unit) {
    let units = unit.map((i) => [i]);
    for (let r = number; r >= 0;) {
      const row = model.rows[r];
      if (row.sources.length > 1) return { row, units };
      const what = explorer.doing(model, row), [source] = row.sources;
      if (source === undefined || source < 0 || what.kind === "other") return null;
      const shape = explorer.shapeOf(model, source);
      if (what.kind === "window") units = units.map((list, d) => windows.readBy(list, windows.reachOf(shape[d], what.windows[d]), shape[d]));
      if (what.kind === "whole") units = shape.map((size) => Array.from({ length: size }, (_, i) => i));
      r = source;
    }
    return null;
  }

  const MOST = 20000; // units of a path that are looked through
  const tuples = (lists) => lists.reduce((all, list) => all.flatMap((front) => list.map((i) => [...front, i])), [[]]);

  /* {row: where they meet, paths: [{name, row, ends: [first, last] for each axis}], apart: notes}, or null. */
  function pathsTo(model, number, unit) {
    const found = meeting(model, number, unit);
    if (!found) return null;
    const { row, units } = found;
    const paths = row.sources.map((source) => {
      if (source < 0) {
        const input = model.data.inputs[-1 - source];
        return { name: input.name, row: null, ends: model.data.pixels.map((_, axis) => {
          const d = input.group.indexOf(axis);
          return d < 0 || units.length !== input.group.length ? null : [units[d][0], units[d][units[d].length - 1]];
        }) };
      }
      const before = model.rows[source];
      if (before.shape.length !== row.shape.length) return null;
      const read = before.shape.map((size, d) => (size === row.shape[d] ? units[d] : size === 1 ? [0] : null));
      if (read.includes(null)) return null;
      if (read.reduce((all, list) => all * list.length, 1) > MOST) return null;
      const each = tuples(read);
      const ends = model.data.pixels.map((_, axis) => each.reduce((hull, place) => {
        const seen = model.seen(before, axis, place);
        if (!seen) return hull;
        return hull ? [Math.min(hull[0], seen[0]), Math.max(hull[1], seen[1])] : seen;
      }, null));
      return { name: before.name, row: source, ends };
    });
    if (paths.includes(null) || paths.length < 2) return null;
    return { row, paths, apart: (row.notes || []).filter((note) => note.startsWith("misaligned")) };
  }

  explorer.pathsTo = pathsTo;
})(typeof window === "undefined" ? globalThis : window);
