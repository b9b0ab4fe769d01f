/* One unit and what it sees: the stage, the maps, the controls that choose the unit, the sentence. */
(function (calculator) {
  "use strict";

  const { dom, geometry, dependence, network } = calculator;
  const { span, grouped } = window.bookParts.numbers;
  const PACE = 650; // milliseconds a layer while the field grows by itself

  /** Everything the drawing says of unit [row, column] of map `level`. */
  function look({ size, rows }, level, unit) {
    const maps = level ? rows[level - 1].output : [geometry.image(size[1]), geometry.image(size[2])];
    const shape = maps.map((map) => map.size);
    const sizes = [0, 1].map((axis) => [size[axis + 1], ...rows.map((row) => row.output[axis].size)]);
    const read = [0, 1].map((axis) =>
      dependence.readBy(
        unit[axis],
        level,
        sizes[axis],
        rows.map((row) => row.windows[axis]),
      ),
    );
    const perMap = Array.from({ length: level + 1 }, (_, i) => [read[0][i], read[1][i]]);
    const pair = (intervals) => (intervals.every(Boolean) ? intervals : null);
    const before = perMap
      .slice(1, level)
      .map((units, i) =>
        units.every((u) => u.length)
          ? pair(
              rows[i].output.map((map, axis) =>
                geometry.sees(map, units[axis][Math.floor(units[axis].length / 2)]),
              ),
            )
          : null,
      );
    return {
      size,
      rows,
      level,
      unit,
      shape,
      read: perMap,
      last: rows.length,
      name: level ? rows[level - 1].name : "image",
      whole: pair(maps.map((map, axis) => geometry.sees(map, unit[axis]))),
      inside: pair([0, 1].map((axis) => dependence.seenBy(network.extentsOf(size, rows)[axis][level], unit[axis]))),
      before: before.filter(Boolean),
    };
  }

  const spans = ([rows, columns]) =>
    `${rows[0] === rows[1] ? "row" : "rows"} ${span(rows)} and ${columns[0] === columns[1] ? "column" : "columns"} ${span(columns)}`;
  const extent = (both) => both.map(([first, last]) => last - first + 1);
  const area = (both) => extent(both).join(" × ");

  /** The sentence beside the drawing: which unit, and which part of the image it sees. */
  function sentence({ level, unit, name, shape, whole, inside, read }) {
    const which = level
      ? `Unit (${unit.join(", ")}) of ${name}, a map of ${shape.join(" × ")},`
      : `Pixel (${unit.join(", ")}) of the image`;
    if (!inside)
      return `${which} sees nothing of the image: ${whole ? "all it reads is padding" : "no tap leads to it"}.`;
    const told = [`${which} sees ${spans(inside)} of the image`];
    const outside = whole && JSON.stringify(whole) !== JSON.stringify(inside);
    if (outside) {
      told[0] = `${which} has a field of ${area(whole)} pixels, ${spans(whole)}. Inside the image it sees ${spans(inside)}`;
    } else if (level) told[0] += `, a field of ${area(inside)} pixels`;
    const count = read[0][0].length * read[0][1].length,
      all = extent(inside).reduce((a, b) => a * b);
    if (count < all)
      told.push(
        `It reads ${grouped(count)} of these ${grouped(all)} pixels; the others lie in gaps between taps`,
      );
    return told.join(". ") + ".";
  }

  /** The unit of another map that stands where `unit` stands, as a share of the map's sides. */
  function samePlace(unit, shape, next) {
    return unit.map((u, axis) => Math.min(next[axis] - 1, Math.floor(((u + 0.5) / shape[axis]) * next[axis])));
  }

  /** `show(table, unit, digit)` draws into `host`, with its controls in `more`; `picked([level, row, column])`
   *  and `chosen(digit)` tell what was picked. */
  function drawing(host, more, { picked, chosen }) {
    let table = null,
      now = null,
      digit = 0,
      playing = null;
    const told = dom.make("p", { class: "fc-sentence", id: "fc-sentence", "aria-live": "polite" });
    const layer = dom.make("input", {
      type: "range",
      id: "fc-level",
      min: "0",
      step: "1",
      oninput: () => {
        stop();
        pick(Number(layer.value), null);
      },
    });
    const layerName = dom.make("output", { for: "fc-level", class: "fc-levelname" });
    const number = (id, axis) =>
      dom.make("input", {
        type: "number",
        id,
        class: "fc-input fc-number",
        min: "0",
        step: "1",
        oninput: (event) => {
          if (!/^\d+$/.test(event.target.value) || Number(event.target.value) >= now.shape[axis]) return;
          const unit = [...now.unit];
          unit[axis] = Number(event.target.value);
          pick(now.level, ...unit);
        },
        onchange: (event) => {
          event.target.value = now.unit[axis];
        },
      });
    const places = [number("fc-row", 0), number("fc-column", 1)];
    const play = dom.button("Grow", { class: "fc-button", onclick: () => (playing ? stop() : start()) });
    const select = dom.make(
      "select",
      { id: "fc-digit", class: "fc-input", onchange: () => chosen(Number(select.value)) },
      ...calculator.digits.map(({ label }) => dom.make("option", { value: label }, String(label))),
    );
    const labelled = (label, control) =>
      dom.make("div", { class: "fc-field" }, dom.make("label", { for: control.id }, label), control);
    const panes = dom.make("div", { class: "fc-panes" });
    host.append(panes);
    more.append(
      told,
      dom.make(
        "div",
        { class: "fc-row" },
        dom.make(
          "div",
          { class: "fc-field fc-wide" },
          dom.make("label", { for: "fc-level" }, "layer ", layerName),
          layer,
        ),
        play,
        labelled("row", places[0]),
        labelled("column", places[1]),
        labelled("digit", select),
      ),
    );
    const left = dom.make("div", { class: "fc-pane" }),
      right = dom.make("div", { class: "fc-pane fc-pickerpane" });
    const pickerName = dom.make("p", { class: "fc-hint" });
    panes.append(left, right);
    left.append(dom.make("p", { class: "fc-hint" }, "the image"));
    right.append(pickerName);
    const stage = calculator.stage.stage(left, "fc-sentence"),
      picker = calculator.maps.picker(right, (...unit) => {
        stop();
        pick(...unit);
      });
    const strip = calculator.maps.strip(more, (...unit) => {
      stop();
      pick(...unit);
    });

    function pick(level, row, column) {
      const next = level ? table.rows[level - 1].output.map((map) => map.size) : table.size.slice(1);
      picked([
        level,
        ...(row === null || row === undefined ? samePlace(now.unit, now.shape, next) : [row, column]),
      ]);
    }

    function stop() {
      clearInterval(playing);
      playing = null;
      dom.say(play, "Grow");
    }

    function start() {
      pick(now.level === now.last ? 0 : now.level, null);
      dom.say(play, "Stop");
      playing = setInterval(() => {
        if (now.level < now.last) pick(now.level + 1, null);
        if (now.level === now.last) stop();
      }, PACE);
    }

    function show(next, [level, row, column], nextDigit) {
      if (next !== table) {
        stop();
        strip.build(next.size, next.rows);
      }
      [table, digit] = [next, nextDigit];
      now = look(table, level, [row, column]);
      layer.max = table.rows.length;
      layer.value = level;
      layer.setAttribute("aria-valuetext", now.name);
      dom.say(layerName, now.name);
      dom.say(pickerName, `${now.name}: pick a unit`);
      places.forEach((input, axis) => {
        input.max = now.shape[axis] - 1;
        if (document.activeElement !== input) input.value = now.unit[axis];
      });
      select.value = digit;
      stage.show(now, calculator.digits[digit]);
      picker.show(now);
      strip.show(now);
      dom.say(told, sentence(now));
    }

    return { show };
  }

  calculator.drawing = { drawing, look, sentence, samePlace };
})((window.fieldCalculator = window.fieldCalculator || {}));
