/* The receptive-field recurrence along one axis, as the library's geometry has it, for the page.
 *
 * A map is {size, jump, field, start, phases}, as `Geometry` there: unit 0 is centred at `start`
 * pixels from the image's edge, the next unit looks `jump` pixels further on, each looks at `field`
 * pixels. A jump is a fraction {n, d}. Where up-sampled units do not all see alike, `phases` holds
 * what each unit of one period sees, [first, last] or null, and is empty otherwise.
 *
 * What a layer's unit reads of its input, its reach, comes from parts/windows.js. Counting taps is work,
 * and the work of a whole list is bounded: `work` is {left}, the steps that it may still take. No DOM here.
 */
(function (calculator) {
  "use strict";

  const { reachOf } = window.bookParts.windows;
  const { grouped } = window.bookParts.numbers;
  const MOST_WORK = 3e6; // taps that are counted for a list: beyond it a page would stand still

  /** A layer that cannot be: `field` is the setting to blame, `message` says what to do next. */
  class Impossible extends Error {
    constructor(field, message) {
      super(message);
      this.field = field;
    }
  }

  /** Take `steps` from the work that is left; throws Impossible where there is less. */
  function spend(work, steps, field, message) {
    work.left -= steps;
    if (work.left < 0) throw new Impossible(field, `${message} This page counts up to ${grouped(MOST_WORK)} for a list.`);
  }

  function gcd(a, b) {
    while (b) [a, b] = [b, a % b];
    return Math.abs(a);
  }

  function fraction(n, d) {
    const common = gcd(n, d) || 1;
    if (!Number.isSafeInteger(n) || !Number.isSafeInteger(d)) {
      throw new Impossible("stride", "The jump is too large a number for this page. Use smaller strides.");
    }
    return { n: n / common, d: d / common };
  }

  /** The image itself, `size` pixels along this axis. */
  function image(size) {
    return { size, jump: { n: 1, d: 1 }, field: 1, start: 0.5, phases: [] };
  }

  /** [first, last] pixel that a unit sees, the image's edge not regarded; null if it sees nothing. */
  function sees(map, unit) {
    if (!map.phases.length) {
      const first = Math.trunc(map.start - map.field / 2) + unit * map.jump.n;
      return [first, first + map.field - 1];
    }
    const count = map.phases.length,
      period = Math.floor(unit / count);
    const phase = map.phases[unit - period * count];
    const shift = Math.trunc((map.jump.n * count) / map.jump.d) * period;
    return phase && [phase[0] + shift, phase[1] + shift];
  }

  function hull(intervals) {
    let found = null;
    for (const interval of intervals) {
      if (!interval) continue;
      found = found ? [Math.min(found[0], interval[0]), Math.max(found[1], interval[1])] : [...interval];
    }
    return found;
  }

  function fromPhases(size, jump, phases) {
    const seen = phases.map((p, i) => p && [i, ...p]).filter(Boolean);
    if (!seen.length) {
      throw new Impossible(
        "kernel",
        "No unit of this map looks at the image: every one falls between " +
          "the taps of a transposed convolution. Use a larger kernel.",
      );
    }
    if (jump.d === 1 && seen.length === phases.length) {
      const [, first, last] = seen[0];
      if (seen.every(([i, a, b]) => a === first + i * jump.n && b === last + i * jump.n)) {
        return { size, jump, field: last - first + 1, start: (first + last + 1) / 2, phases: [] };
      }
    }
    const twice = seen.reduce((sum, [i, a, b]) => sum + (a + b + 1) * jump.d - 2 * i * jump.n, 0);
    const field = seen.reduce((most, [i, a, b]) => (i < size ? Math.max(most, b - a + 1) : most), 0);
    return { size, jump, field, start: twice / (2 * jump.d * seen.length), phases };
  }

  /** The map whose unit i reads the units reach.taps(i) of this one. */
  function read(map, reach, kernel, work) {
    const [outputs, inputs] = reach.period,
      before = map.phases.length || 1;
    const period = (outputs * before) / gcd(before, inputs);
    spend(
      work,
      period * kernel,
      "stride",
      `The units of this map see in ${grouped(period)} different ways, too many to be counted on a page: ` +
        "use smaller strides, or python -m mnist_lib rf.",
    );
    const phases = [];
    for (let unit = 0; unit < period; unit++) phases.push(hull(reach.taps(unit).map((tap) => sees(map, tap))));
    return fromPhases(reach.size, fraction(map.jump.n * inputs, map.jump.d * outputs), phases);
  }

  /** The map behind a layer; throws Impossible where nothing is left of it. */
  function through(map, w, work) {
    const reach = reachOf(map.size, w);
    if (reach.size < 1) {
      throw w.transposed
        ? new Impossible(
            "padding",
            `A map of ${map.size} is cropped to nothing by padding ${w.padding}. Use less.`,
          )
        : new Impossible(
            "kernel",
            `A window of ${w.dilation * (w.kernel - 1) + 1} does not fit into a map of ` +
              `${map.size} with padding ${w.padding}. Use a smaller window or more padding.`,
          );
    }
    if (w.transposed || map.phases.length) return read(map, reach, w.kernel, work);
    const span = w.dilation * (w.kernel - 1),
      jump = map.jump.n;
    const after = {
      size: reach.size,
      jump: fraction(jump * w.stride, 1),
      field: map.field + span * jump,
      start: map.start + (span / 2 - w.padding) * jump,
      phases: [],
    };
    if (!Number.isSafeInteger(after.field) || Math.abs(after.start) > 2 ** 50) {
      throw new Impossible("kernel", "The field is too large a number for this page. Use smaller settings.");
    }
    return after;
  }

  calculator.geometry = { Impossible, MOST_WORK, spend, image, through, sees, jump: (map) => map.jump.n / map.jump.d };
})((window.fieldCalculator = window.fieldCalculator || {}));
