/* What single units really read, along one axis: counted tap by tap, with the edges of every map.
 *
 * The recurrence of geometry.js speaks of intervals and knows no edge. Here a tap that lands in the
 * padding reads nothing, as in `Table.interval` of mnist_lib, and gaps between taps are seen.
 * A plan is the list of the layers' settings along one axis, as geometry.js takes them. No DOM here.
 */
(function (calculator) {
  "use strict";

  /** For each map, the image first: [first, last] pixel inside the image that each unit sees, or null. */
  function extents(size, plan) {
    let units = Array.from({ length: size }, (_, i) => [i, i]);
    const maps = [units];
    for (const w of plan) {
      const reach = calculator.geometry.reachOf(units.length, w),
        before = units;
      units = Array.from({ length: reach.size }, (_, i) => {
        let first = Infinity,
          last = -Infinity;
        for (const tap of reach.taps(i)) {
          const seen = before[tap]; // undefined in the padding
          if (!seen) continue;
          first = Math.min(first, seen[0]);
          last = Math.max(last, seen[1]);
        }
        return first <= last ? [first, last] : null;
      });
      maps.push(units);
    }
    return maps;
  }

  /** For map 0 (the image) up to map `depth`: the units that `unit` of map `depth` depends on, ascending. */
  function readBy(unit, depth, sizes, plan) {
    const maps = [];
    let units = [unit];
    maps[depth] = units;
    for (let level = depth; level > 0; level--) {
      const reach = calculator.geometry.reachOf(sizes[level - 1], plan[level - 1]),
        found = new Set();
      for (const i of units) {
        for (const tap of reach.taps(i)) if (tap >= 0 && tap < sizes[level - 1]) found.add(tap);
      }
      units = [...found].sort((a, b) => a - b);
      maps[level - 1] = units;
    }
    return maps;
  }

  /** [first, last] of each run of neighbours in an ascending list. */
  function runs(units) {
    const found = [];
    for (const unit of units) {
      if (found.length && found[found.length - 1][1] === unit - 1) found[found.length - 1][1] = unit;
      else found.push([unit, unit]);
    }
    return found;
  }

  /** The largest number of pixels, first to last, that any unit of a map sees inside the image. */
  function widest(units) {
    return units.reduce((most, seen) => (seen ? Math.max(most, seen[1] - seen[0] + 1) : most), 0);
  }

  calculator.dependence = { extents, readBy, runs, widest };
})((window.fieldCalculator = window.fieldCalculator || {}));
