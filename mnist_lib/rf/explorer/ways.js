/* In how many ways each pixel leads to one unit: the windows followed backwards through all branches. No DOM here.

   Counts are exact where every layer on the way reads by windows, passes units on, or reads its whole map; else
   `stop` names the first layer that does something else. Channels are not counted: a way is one of places. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const { windows } = root.bookParts;
  const product = (sizes) => sizes.reduce((all, n) => all * n, 1);
  const same = (a, b) => a.length === b.length && a.every((n, i) => n === b[i]);

  /* What a row does with its units: {kind: "window", windows}, "same", "whole", or "other". */
  function doing(model, row) {
    const axes = model.data.pixels.length, shapes = row.sources.map((source) => shapeOf(model, source));
    if (product(row.shape) === 1 && !(row.kernel && row.shape.length === axes)) return { kind: "whole" };
    if (Array.isArray(row.kernel) && row.sources.length === 1 && row.shape.length === row.kernel.length && shapes[0].length === row.shape.length &&
        ["stride", "padding", "dilation"].every((name) => Array.isArray(row[name] || [])) && /^(conv|max_pool|avg_pool|lp_pool)/.test(row.op)) {
      return { kind: "window", windows: row.kernel.map((kernel, d) => ({ kernel, stride: (row.stride || [])[d] || 1, padding: (row.padding || [])[d] || 0,
        dilation: (row.dilation || [])[d] || 1, transposed: /transpose/.test(row.op) })) };
    }
    const few = shapes.every((shape) => same(shape, row.shape) || product(shape) === 1);
    if (few && (row.plain || model.isMerge(row))) return { kind: "same" };
    return { kind: product(row.shape) === 1 ? "whole" : "other" };
  }

  const shapeOf = (model, source) => (source >= 0 ? model.rows[source].shape : model.data.inputs[-1 - source].group.map((axis) => model.data.pixels[axis]));

  /* Spreads a map along one axis from what a layer wrote to what it read. */
  function back(values, shape, axis, size, window) {
    const after = [...shape], inner = product(shape.slice(axis + 1)), outer = product(shape.slice(0, axis));
    after[axis] = size;
    const found = new Float64Array(product(after)), reach = windows.reachOf(size, window);
    for (let i = 0; i < shape[axis]; i++) {
      const taps = reach.taps(i).filter((tap) => tap >= 0 && tap < size);
      for (let o = 0; o < outer; o++) {
        const from = (o * shape[axis] + i) * inner;
        for (let k = 0; k < inner; k++) {
          const value = values[from + k];
          if (value) for (const tap of taps) found[(o * size + tap) * inner + k] += value;
        }
      }
    }
    return found;
  }

  /* {counts: a map for each input} of a row's unit, or {stop: the row at which they cannot be told}. */
  function waysTo(model, number, unit) {
    const maps = new Map(), inputs = new Map();
    const start = model.rows[number];
    const first = new Float64Array(product(start.shape));
    first[start.shape.reduce((place, size, d) => place * size + unit[d], 0)] = 1;
    maps.set(number, first);
    for (let r = number; r >= 0; r--) {
      const values = maps.get(r);
      if (!values) continue;
      maps.delete(r);
      const row = model.rows[r], what = doing(model, row);
      if (what.kind === "other") return { stop: row };
      for (const source of row.sources) {
        const shape = shapeOf(model, source), goal = source >= 0 ? maps : inputs;
        let spread = values;
        if (what.kind === "window") {
          const sizes = [...row.shape];
          what.windows.forEach((window, axis) => { spread = back(spread, sizes, axis, shape[axis], window); sizes[axis] = shape[axis]; });
        } else if (what.kind === "whole" || !same(shape, row.shape)) {
          spread = new Float64Array(product(shape)).fill(values.reduce((sum, v) => sum + v, 0));
        }
        const there = goal.get(source);
        if (!there) goal.set(source, spread === values ? values.slice() : spread);
        else spread.forEach((v, i) => { there[i] += v; });
      }
    }
    const counts = model.data.inputs.map((input, i) => inputs.get(-1 - i) || new Float64Array(product(input.group.map((axis) => model.data.pixels[axis]))));
    return agrees(model, start, unit, counts) ? { counts } : { stop: start };
  }

  /* Whether the pixels that were found are those of the table: the outermost along each axis. */
  function agrees(model, row, unit, counts) {
    return model.data.inputs.every((input, i) => {
      const shape = input.group.map((axis) => model.data.pixels[axis]), ends = shape.map(() => [Infinity, -Infinity]);
      for (let place = 0; place < counts[i].length; place++) {
        if (!counts[i][place]) continue;
        let rest = place;
        for (let d = shape.length - 1; d >= 0; d--) {
          const at = rest % shape[d];
          rest = (rest - at) / shape[d];
          if (at < ends[d][0]) ends[d][0] = at;
          if (at > ends[d][1]) ends[d][1] = at;
        }
      }
      return input.group.every((axis, d) => {
        const told = model.seen(row, axis, unit);
        return told ? ends[d][0] === told[0] && ends[d][1] === told[1] : ends[d][0] === Infinity;
      });
    });
  }

  Object.assign(explorer, { waysTo, doing, shapeOf });
})(typeof window === "undefined" ? globalThis : window);
