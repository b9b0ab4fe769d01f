/* The list of layers that is edited: its cards, what their buttons do, and what is wrong with each.
 *
 * `editor(host, {change, problems, channels})` calls change(layers, {moment, said, focus}) with a new
 * list: `moment` names the field being typed in (one step back in the history for all its letters), null
 * for one act. `problems(layers)` tells what is wrong with a list, `channels(place)` how many maps a layer gives.
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
  const FIRST = 0; // in place of a key: before all layers
  let lastKey = 0;

  /** A layer with a key, by which its card is found again when the list is made anew. */
  function keyed(layer) {
    return layer.key ? layer : { ...layer, key: ++lastKey };
  }

  function editor(host, { change, problems, channels }) {
    let list = [],
      selected = FIRST; // key of the layer behind which another is added
    const cards = new Map(); // by key, as card.js makes them
    const items = dom.make("ol", { class: "fc-list", "aria-describedby": "fc-keys" });
    const where = dom.make("span", { class: "fc-hint", id: "fc-where" }, "Add:");
    host.append(
      dom.make(
        "p",
        { class: "fc-hint fc-keys", id: "fc-keys" },
        "Keys: ← → move in a layer, ↑ ↓ from layer to layer, Alt with ↑ ↓ moves it.",
      ),
      items,
      dom.make(
        "div",
        { class: "fc-add", role: "group", "aria-labelledby": "fc-where" },
        where,
        ...Object.entries(ADD).map(([type, label]) =>
          dom.button(label, { "data-add": type, onclick: () => add(type) }),
        ),
      ),
    );

    const placeOf = (key) => list.findIndex((layer) => layer.key === key);

    /** The list with a layer of that type behind `place`, as the first of the proposals that does no harm; or null. */
    function fitted(type, place) {
      const wrong = problems(list).length;
      for (const proposed of layers.proposals(type, place < 0 ? 8 : channels(place))) {
        const layer = keyed(proposed),
          next = [...list.slice(0, place + 1), layer, ...list.slice(place + 1)],
          found = problems(next);
        if (found.length <= wrong && !found.some(({ row }) => row === place + 1)) return { next, layer };
      }
      return null;
    }

    function add(type) {
      const label = layers.TYPES[type].label,
        focus = layers.TYPES[type].fields[0] || "type",
        here = placeOf(selected);
      let place = here,
        found = fitted(type, here);
      if (!found) [place, found] = [list.length - 1, fitted(type, list.length - 1)];
      if (!found) {
        const layer = keyed(layers.newLayer(type));
        found = { layer, next: [...list, layer] };
      }
      const told = place < 0 ? "as the first layer" : `after layer ${place + 1}`;
      act(
        found.next,
        `${label} added ${told}${place === here ? "" : `: it does not fit after layer ${here + 1}`}`,
        found.layer.key,
        focus,
      );
    }

    /** Layers are added behind the one at `place` from now on. */
    function select(place) {
      selected = list[place] ? list[place].key : FIRST;
      showSelected();
    }

    function showSelected() {
      if (selected !== FIRST && !cards.has(selected)) selected = list.length ? list[list.length - 1].key : FIRST;
      for (const [key, { card }] of cards) card.classList.toggle("fc-selected", key === selected);
      const { heading } = cards.get(selected) || {};
      dom.say(where, heading ? `Add after ${heading.textContent}:` : "Add as the first layer:");
    }

    function act(next, said, key, control) {
      change(next, { moment: null, said, focus: () => focusOn(key, control) });
    }

    function focusOn(key, control) {
      const found = key && cards.get(key);
      if (found) found.focus(control);
      else host.querySelector("[data-add]").focus();
    }

    function move(key, by) {
      const from = placeOf(key),
        to = from + by;
      if (to < 0 || to >= list.length) return;
      const next = [...list];
      next.splice(to, 0, ...next.splice(from, 1));
      act(next, `Moved to place ${to + 1} of ${list.length}`, key, by < 0 ? "up" : "down");
    }

    function duplicate(key) {
      const from = placeOf(key),
        copy = keyed({ ...list[from], key: 0 });
      act(
        [...list.slice(0, from + 1), copy, ...list.slice(from + 1)],
        "Layer duplicated",
        copy.key,
        "duplicate",
      );
    }

    function remove(key) {
      const from = placeOf(key),
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

    const keyAt = (target) => [...cards].find(([, { card }]) => card.contains(target))?.[0];

    // Up and down go to the same control of the next layer; with Alt they move the layer itself.
    items.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key],
        key = keyAt(event.target);
      if (!by || !key || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (!event.altKey && event.target.localName === "select") return;
      event.preventDefault();
      if (event.altKey) return move(key, by);
      const next = list[placeOf(key) + by];
      if (next) cards.get(next.key).focus(event.target.dataset.control);
    });
    items.addEventListener("focusin", (event) => {
      selected = keyAt(event.target) ?? selected;
      showSelected();
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
          { both } = window.bookParts.numbers;
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
      showSelected();
    }

    return { show, keep, report, select };
  }

  calculator.editor = { editor, keyed };
})((window.fieldCalculator = window.fieldCalculator || {}));
