/* The page: its parts, the state they share, and the address that carries it.
 *
 * The state is {input, layers, unit, digit}. What is typed goes into `list` and the address at once; a
 * list without a problem becomes `good`, which the table, the drawing and the copies show.
 */
(function (calculator) {
  "use strict";

  const { dom, address, network } = calculator;
  const { OWN, EMPTY } = calculator.start;
  const FIRST = "six-models/steplr";
  const QUIET = 400; // milliseconds without a letter after which a problem is spoken

  function begin(host) {
    const presets = new Map(calculator.presets.map((preset) => [preset.name, preset]));
    const names = new Map(calculator.presets.map((preset) => [address.encodeNetwork(preset), preset.name]));
    let list = null,
      good = null,
      moment = null,
      written = null,
      speaking = null;

    const part = (title, id) =>
      dom.make(
        "section",
        { class: `fc-part fc-part-${id}`, "aria-labelledby": `fc-title-${id}` },
        dom.make("h3", { id: `fc-title-${id}` }, title),
      );
    const [listed, drawn, tabled, copied] = [
      part("Layers", "layers"),
      part("Drawing", "drawing"),
      part("Table", "table"),
      part("Take it along", "copy"),
    ];
    const spoken = dom.make("p", { class: "fc-spoken", role: "status" });
    const stale = () => dom.make("p", { class: "fc-stale", hidden: true });
    const notes = [drawn, tabled, copied].map((section) => section.appendChild(stale()));
    const bodies = [drawn, tabled, copied].map((section) => section.appendChild(dom.make("div")));
    const top = dom.make("div");
    const more = dom.make("div", { class: "fc-more" }); // of the drawing: what need not stay in view on a phone
    host.replaceChildren(
      top,
      dom.make(
        "div",
        { class: "fc-columns" },
        dom.make("div", { class: "fc-side" }, dom.make("div", { class: "fc-sides" }, drawn, more)),
        listed,
      ),
      tabled,
      copied,
      spoken,
    );
    bodies.push(more);

    const start = calculator.start.start(top, {
      chosen: load,
      typed: (field, text) =>
        change({ ...list, input: { ...list.input, [field]: text } }, { moment: `input ${field}` }),
    });
    const editor = calculator.editor.editor(listed, {
      change: (next, how) => change({ ...list, layers: next }, how),
      problems: (layers) => network.compute({ ...list, layers }).problems,
      channels: (place) => (good && place < good.table.rows.length ? good.table.rows[place].chOut : 8),
    });
    const drawing = calculator.drawing.drawing(bodies[0], more, {
      picked: (unit) => settle({ ...good, unit }, "unit"),
      chosen: (digit) => settle({ ...good, digit }, "digit"),
    });
    const table = calculator.results.resultTable(bodies[1]);
    calculator.results.copying(bodies[2], {
      current: () => good.table,
      link: () => `${location.href.split("#")[0]}#${written}`,
    });

    /** The unit to begin with: the central one of the last map that has more than one. */
    function firstUnit({ size, rows }) {
      let level = rows.length;
      while (level > 0 && rows[level - 1].output.every((map) => map.size === 1)) level--;
      const shape = level ? rows[level - 1].output.map((map) => map.size) : size.slice(1);
      return [level, ...shape.map((n) => Math.floor(n / 2))];
    }

    function fitting(unit, found) {
      if (!unit) return firstUnit(found);
      const level = Math.min(unit[0], found.rows.length);
      const shape = level ? found.rows[level - 1].output.map((map) => map.size) : found.size.slice(1);
      return [level, ...shape.map((n, axis) => Math.min(unit[axis + 1], n - 1))];
    }

    /** Another list or image: `how` is {moment, said, focus} as editor.js gives it. */
    function change(next, how) {
      const structural = !how.moment || next.layers.length !== list.layers.length;
      list = { ...next, layers: next.layers.map(calculator.editor.keyed) };
      if (structural) editor.show(list.layers);
      else editor.keep(list.layers);
      refresh(how.moment, how.said);
      if (how.focus) how.focus();
    }

    function refresh(kind, said = "") {
      const found = network.compute(list);
      editor.report(found);
      start.report(list.input, found.problems);
      if (!found.problems.length) {
        const { unit, digit } = good || list;
        const picked = fitting(list.unit === undefined ? unit : list.unit, found);
        delete list.unit;
        settle({ ...list, table: found, unit: picked, digit: list.digit ?? digit ?? 7 }, kind);
        delete list.digit;
      } else write(kind);
      mark(found.problems);
      speak(said, found.problems);
    }

    /** Show a good state, and let the address carry it. */
    function settle(next, kind) {
      const other = !good || good.table !== next.table,
        moved = !good || good.unit[0] !== next.unit[0];
      good = next;
      if (moved || kind === "unit") editor.select(good.unit[0] - 1);
      if (other) table.show(good.table, good.unit[0]);
      else table.mark(good.unit[0]);
      drawing.show(good.table, good.unit, good.digit);
      start.name(good.layers.length ? names.get(address.encodeNetwork(good)) || OWN : EMPTY);
      write(kind);
    }

    /** A new entry in the history for an act and for the first letter in a field, also where the list is
     *  wrong; else the last is replaced. */
    function write(kind) {
      const unit = list.unit === undefined && good ? good.unit : list.unit,
        digit = list.digit ?? (good ? good.digit : null);
      const text = address.encode({ ...list, unit, digit }),
        first = written === null; // opening the page writes no address
      const replace = kind === "unit" || kind === "digit" || (kind && kind === moment);
      if (kind !== "unit" && kind !== "digit") moment = kind;
      if (text === written) return;
      written = text;
      if (first) return;
      if (replace) location.replace(`#${text}`);
      else location.hash = text;
    }

    /** Say that what is shown is older than what is typed, and where the fault is. */
    function mark(problems) {
      const first = problems[0];
      host.classList.toggle("fc-old", !!first && !!good);
      const where = first && (first.row < 0 ? "the image size or the list" : `layer ${first.row + 1}`);
      for (const note of notes) {
        note.hidden = !first;
        const shown = good ? "The last good result" : "Nothing to show yet";
        dom.say(note, first ? `${shown}: there is a mistake in ${where}.` : "");
      }
      for (const body of bodies) body.hidden = !good;
    }

    function speak(said, problems) {
      clearTimeout(speaking);
      const faults = problems.map((p) => (p.row < 0 ? p.message : `Layer ${p.row + 1}: ${p.message}`));
      const text = [said, ...faults.slice(0, 1)].filter(Boolean).join(". ");
      speaking = setTimeout(() => dom.say(spoken, text), said ? 0 : QUIET);
    }

    function load(name) {
      if (name === OWN) return;
      const { input, layers: chosen } = presets.get(name) || { input: list.input, layers: [] };
      const kind = moment === "preset" ? "preset" : null; // one entry for walking through the list of networks
      list = {
        input: { ...input },
        layers: chosen.map((layer) => calculator.editor.keyed({ ...layer })),
        unit: null,
      };
      editor.show(list.layers);
      refresh(kind, `${name === EMPTY ? "An empty list" : name}, ${list.layers.length} layers`);
      moment = "preset";
    }

    /** Take the state from the address; false where it carries none. */
    function open() {
      const found = address.decode(location.hash);
      if (!found) return false;
      if (found.problem) {
        if (!list) load(FIRST);
        start.tell(
          `The address could not be read: ${found.problem}. ${good ? "The list below is not from it." : ""}`,
        );
        return true;
      }
      list = { ...found.state, layers: found.state.layers.map(calculator.editor.keyed) };
      written = location.hash.slice(1);
      moment = null;
      editor.show(list.layers);
      refresh("unit"); // in the address already: no new entry
      return true;
    }

    host.addEventListener("focusout", () => {
      if (moment !== "preset") moment = null; // typed again later: another change
    });
    window.addEventListener("hashchange", () => {
      if (location.hash.slice(1) === written) return;
      if (location.hash.length > 1) return void open();
      written = null; // back to where the page was opened
      load(FIRST);
    });
    if (!open()) load(FIRST);
  }

  const host = document.getElementById("field-calculator");
  if (host) begin(host);
})((window.fieldCalculator = window.fieldCalculator || {}));
