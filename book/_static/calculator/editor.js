/* The list of layers that is edited: its cards, what their buttons do, and what is wrong with each.
 *
 * `editor(host, {change})` calls change(layers, {moment, said, focus}) with a new list: `moment` names
 * the field being typed in (one step back in the history for all its letters), null for one act.
 */
(function (calculator) {
  "use strict";

  const { layers, dom } = calculator;
  const ADD = {
    conv: "Convolution",
    tconv: "Transposed",
    max: "Max pooling",
    avg: "Average pooling",
    global: "Global",
  };
  let lastKey = 0;

  /** A layer with a key, by which its card is found again when the list is made anew. */
  function keyed(layer) {
    return layer.key ? layer : { ...layer, key: ++lastKey };
  }

  function editor(host, { change }) {
    let list = [];
    const cards = new Map(); // by key, as card.js makes them
    const items = dom.make("ol", { class: "fc-list" });
    host.append(
      items,
      dom.make(
        "div",
        { class: "fc-add", role: "group", "aria-label": "Add a layer" },
        dom.make("span", { class: "fc-hint" }, "Add:"),
        ...Object.entries(ADD).map(([type, label]) =>
          dom.button(label, { "data-add": type, onclick: () => add(type) }),
        ),
      ),
    );

    function add(type) {
      const layer = keyed(layers.newLayer(type));
      const focus = layers.TYPES[type].fields[0] || "type";
      act([...list, layer], `${layers.TYPES[type].label} added at the end`, layer.key, focus);
    }

    function act(next, said, key, control) {
      change(next, { moment: null, said, focus: () => focusOn(key, control) });
    }

    function focusOn(key, control) {
      const found = key && cards.get(key);
      const target = found
        ? found.card.querySelector(`[data-control="${control}"]`)
        : host.querySelector("[data-add]");
      if (target) target.focus();
    }

    function move(key, by) {
      const from = list.findIndex((layer) => layer.key === key),
        to = from + by;
      if (to < 0 || to >= list.length) return;
      const next = [...list];
      next.splice(to, 0, ...next.splice(from, 1));
      act(next, `Moved to place ${to + 1} of ${list.length}`, key, by < 0 ? "up" : "down");
    }

    function duplicate(key) {
      const from = list.findIndex((layer) => layer.key === key),
        copy = keyed({ ...list[from], key: 0 });
      act(
        [...list.slice(0, from + 1), copy, ...list.slice(from + 1)],
        "Layer duplicated",
        copy.key,
        "duplicate",
      );
    }

    function remove(key) {
      const from = list.findIndex((layer) => layer.key === key),
        next = list.filter((layer) => layer.key !== key);
      const near = next[Math.min(from, next.length - 1)];
      act(next, `Layer removed, ${next.length} left`, near && near.key, "remove");
    }

    function retype(key, type) {
      const next = list.map((layer) => (layer.key === key ? { ...layers.retyped(layer, type), key } : layer));
      act(next, `Now ${layers.TYPES[type].label.toLowerCase()}`, key, "type");
    }

    function edit(key, field, value, moment) {
      const next = list.map((layer) => (layer.key === key ? { ...layer, [field]: value } : layer));
      change(next, moment ? { moment } : { moment: null, focus: () => focusOn(key, field) });
    }

    const acts = { edit, move, duplicate, remove, retype };

    // Alt with an arrow moves the layer whose field has the focus.
    items.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!event.altKey || !by) return;
      event.preventDefault();
      const found = [...cards].find(([, { card }]) => card.contains(event.target));
      if (found) move(found[0], by);
    });

    /** Show another list; the fields are made anew. */
    function show(next) {
      list = next;
      cards.clear();
      for (const layer of list) cards.set(layer.key, calculator.card.cardOf(layer, acts));
      items.replaceChildren(...[...cards.values()].map(({ card }) => dom.make("li", {}, card)));
      for (const [place, layer] of list.entries()) {
        const { up, down } = cards.get(layer.key).buttons;
        up.setAttribute("aria-disabled", place === 0);
        down.setAttribute("aria-disabled", place === list.length - 1);
      }
    }

    /** Take over a list that differs in one field only, which shows it already. */
    function keep(next) {
      list = next;
    }

    /** Write beside each layer what `table` says of it. */
    function report(table) {
      const counts = {};
      list.forEach((layer, place) => {
        const { card, inputs, result, heading } = cards.get(layer.key),
          row = table.rows[place];
        const { op } = layers.TYPES[layer.type],
          both = calculator.exports.both;
        counts[op] = (counts[op] || 0) + 1;
        dom.say(heading, `${place + 1}. ${op}${counts[op]}`);
        const wrong = table.problems.filter((p) => p.row === place),
          warned = table.warnings.filter((w) => w.row === place);
        for (const [field, { input, said }] of Object.entries(inputs)) {
          const problem = wrong.find((p) => p.field === field),
            warning = warned.find((w) => w.field === field);
          dom.wrong(input, !!problem);
          dom.say(said, (problem || warning || { message: "" }).message);
          said.classList.toggle("fc-warning", !problem && !!warning);
        }
        card.classList.toggle("fc-wrong", wrong.length > 0);
        dom.say(
          result,
          !row
            ? ""
            : `map ${row.output[0].size} × ${row.output[1].size}, field ` +
                `${both(row.output.map((m) => m.field))}, jump ${both(row.output.map(calculator.geometry.jump))}`,
        );
      });
    }

    return { show, keep, report };
  }

  calculator.editor = { editor, keyed };
})((window.fieldCalculator = window.fieldCalculator || {}));
