/* From the list as it was typed to its table: names, maps, channels, parameters, and what is wrong.
 *
 * A state is {input: {channels, height, width}, layers: [layer, ...]}, all texts. No DOM here.
 */
(function (calculator) {
  "use strict";

  const { geometry, layers, dependence } = calculator;
  const { grouped } = window.bookParts.numbers;
  const MOST_UNITS = 20000; // a side of a map, so that every unit can be looked at

  /** The settings of one layer along one axis, as geometry.js takes them. */
  function along(layer, settings, maps, axis) {
    if (layer.type === "global") {
      return { kernel: maps[axis].size, stride: maps[axis].size, padding: 0, dilation: 1 };
    }
    return {
      kernel: settings.kernel[axis],
      stride: settings.stride[axis],
      padding: settings.padding[axis],
      dilation: settings.dilation[axis],
      ceil: layer.ceil,
      transposed: layer.type === "tconv",
      outputPadding: settings.outputPadding ? settings.outputPadding[axis] : 0,
    };
  }

  function parseInput(input) {
    const size = {},
      problems = [];
    for (const field of Object.keys(layers.INPUT)) {
      const { value, problem } = layers.parseSize(input[field], layers.INPUT[field]);
      if (problem) problems.push({ row: -1, field, message: problem });
      else size[field] = value[0];
    }
    return { size: [size.channels, size.height, size.width], problems };
  }

  /** Parameters and multiply-adds of a layer, and the parameters of what follows it. */
  function costs(layer, settings, chIn, chOut, before, after) {
    const extra = settings.then.filter(({ op }) => op === "batchnorm").length * 2 * chOut;
    if (!settings.channels) return { parameters: 0, multiplyAdds: 0, extra };
    const weights = settings.kernel[0] * settings.kernel[1] * chIn * chOut;
    const places = layer.type === "tconv" ? before : after;
    return {
      parameters: weights + (layer.bias ? chOut : 0),
      extra,
      multiplyAdds: weights * places[0].size * places[1].size,
    };
  }

  /** One row, or throws geometry.Impossible with the setting at fault; takes its steps from `work`. */
  function row(layer, settings, maps, chIn, work) {
    const windows = [0, 1].map((axis) => along(layer, settings, maps, axis));
    const output = windows.map((w, axis) => geometry.through(maps[axis], w, work));
    if (Math.max(output[0].size, output[1].size) > MOST_UNITS) {
      throw new geometry.Impossible(
        layer.type === "tconv" ? "stride" : "padding",
        `A map of ${output[0].size} × ${output[1].size} units is too large for this page (${MOST_UNITS} a side).`,
      );
    }
    const taps = windows.reduce((sum, w, axis) => sum + w.kernel * output[axis].size, 0);
    geometry.spend(
      work,
      taps,
      "kernel",
      `The units of this map read ${grouped(taps)} places, too many to be counted on a page with those of the layers ` +
        "before: use a smaller kernel or image, or python -m mnist_lib rf.",
    );
    const chOut = settings.channels || chIn;
    return {
      type: layer.type,
      op: layers.TYPES[layer.type].op,
      windows,
      input: maps,
      output,
      chIn,
      chOut,
      bias: layer.bias,
      ceil: layer.ceil,
      then: settings.then,
      ...costs(layer, settings, chIn, chOut, maps, output),
    };
  }

  /** {size, rows, problems, warnings}; rows end before the first layer that cannot be, and then there are
   *  problems: each says {row, field, message}, row -1 for the input. */
  function compute(state) {
    const { size, problems } = parseInput(state.input);
    const parsed = state.layers.map((layer, i) => {
      const found = layers.parseLayer(layer);
      for (const problem of found.problems) problems.push({ row: i, ...problem });
      return found.settings;
    });
    if (state.layers.length > layers.MOST_LAYERS) {
      problems.push({
        row: -1,
        field: "list",
        message: `A list may have ${layers.MOST_LAYERS} layers on this page.`,
      });
    }
    const rows = [],
      warnings = [],
      counts = {};
    if (problems.some(({ row: at }) => at < 0)) return { size, rows, problems, warnings };
    const wrong = new Set(problems.map(({ row: at }) => at));
    const work = { left: geometry.MOST_WORK };
    let maps = [geometry.image(size[1]), geometry.image(size[2])],
      channels = size[0];
    for (const [i, layer] of state.layers.entries()) {
      if (wrong.has(i)) break;
      try {
        const next = row(layer, parsed[i], maps, channels, work);
        counts[next.op] = (counts[next.op] || 0) + 1;
        rows.push({ name: next.op + counts[next.op], ...next });
        [maps, channels] = [next.output, next.chOut];
      } catch (error) {
        if (!(error instanceof geometry.Impossible)) throw error;
        const field = layers.TYPES[layer.type].fields.includes(error.field) ? error.field : "type";
        problems.push({ row: i, field, message: error.message });
        break;
      }
      const warning = layer.type !== "global" && layers.refusedByTorch(layer, parsed[i]);
      if (warning) warnings.push({ row: i, ...warning });
    }
    problems.sort((a, b) => a.row - b.row);
    return { size, rows, problems, warnings };
  }

  const kept = new WeakMap(); // of each table: what every unit sees, worked out once

  /** For both axes: what every unit of every map sees inside the image, as dependence.extents. */
  function extentsOf(size, rows) {
    if (!kept.has(rows)) {
      const plans = [0, 1].map((axis) => rows.map((r) => r.windows[axis]));
      const alike = size[1] === size[2] && JSON.stringify(plans[0]) === JSON.stringify(plans[1]);
      const first = dependence.extents(size[1], plans[0]);
      kept.set(rows, [first, alike ? first : dependence.extents(size[2], plans[1])]);
    }
    return kept.get(rows);
  }

  /** [height, width] of the largest part of a field inside the image, for each row. */
  function insideOf(size, rows) {
    const both = extentsOf(size, rows);
    return rows.map((_, i) => both.map((maps) => dependence.widest(maps[i + 1])));
  }

  calculator.network = { compute, extentsOf, insideOf };
})((window.fieldCalculator = window.fieldCalculator || {}));
