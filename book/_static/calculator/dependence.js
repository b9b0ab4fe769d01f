/* What single units really read, along one axis: counted tap by tap, with the edges of every map.
 *
 * The recurrence of geometry.js speaks of intervals and knows no edge. Here a tap that lands in the
 * padding reads nothing, as in `Table.interval` of mnist_lib, and gaps between taps are seen.
 * A plan is the list of the layers' settings along one axis, as parts/windows.js takes them. No DOM here.
 */
(function (calculator) {
  "use strict";

  const { windows } = window.bookParts;

  /** For each map, the image first: {first, last}, the pixels inside the image that each unit sees from
   *  first[i] to last[i]; nothing where first is larger. */
  function extents(size, plan) {
    let map = { first: Int32Array.from({ length: size }, (_, i) => i) };
    map.last = map.first;
    const maps = [map];
    for (const w of plan) {
      const before = map,
        units = before.first.length,
        reach = windows.reachOf(units, w);
      map = { first: new Int32Array(reach.size).fill(size), last: new Int32Array(reach.size).fill(-1) };
      for (let i = 0; i < reach.size; i++) {
        for (const tap of reach.taps(i)) {
          if (tap < 0 || tap >= units) continue;
          if (before.first[tap] < map.first[i]) map.first[i] = before.first[tap];
          if (before.last[tap] > map.last[i]) map.last[i] = before.last[tap];
        }
      }
      maps.push(map);
    }
    return maps;
  }

  /** [first, last] of what one unit of such a map sees, or null. */
  function seenBy({ first, last }, unit) {
    return first[unit] <= last[unit] ? [first[unit], last[unit]] : null;
  }

  /** For map 0 (the image) up to map `depth`: the units that `unit` of map `depth` depends on, ascending. */
  function readBy(unit, depth, sizes, plan) {
    const maps = [];
    maps[depth] = [unit];
    for (let level = depth; level > 0; level--) {
      const size = sizes[level - 1];
      maps[level - 1] = windows.readBy(maps[level], windows.reachOf(size, plan[level - 1]), size);
    }
    return maps;
  }

  /** The largest number of pixels, first to last, that any unit of a map sees inside the image. */
  function widest({ first, last }) {
    let most = 0;
    for (let i = 0; i < first.length; i++) most = Math.max(most, last[i] - first[i] + 1);
    return most;
  }

  calculator.dependence = { extents, seenBy, readBy, widest };
})((window.fieldCalculator = window.fieldCalculator || {}));
