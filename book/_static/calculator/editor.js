/* The list of layers that is edited: a card a layer, its fields, its buttons, and what is wrong with it.
 *
 * `editor(host, {change})` calls change(layers, {moment, said, focus}) with a new list: `moment` names
 * the field being typed in (one step back in the history for all its letters), null for one act.
 */
(function (calculator) {
  "use strict";

  const { layers, dom } = calculator;
  const ADD = { conv: "Convolution", tconv: "Transposed", max: "Max pooling", avg: "Average pooling", global: "Global" };
  let lastKey = 0;

  /** The sign of the button that duplicates: fonts do not agree on a letter for it. */
  function twoSheets() {
    return dom.draw("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true", class: "fc-sign" },
      dom.draw("path", { d: "M2 2h8v3M2 2v8h3M6 6h8v8H6z" }));
  }

  /** A layer with a key, by which its card is found again when the list is made anew. */
  function keyed(layer) {
    return layer.key ? layer : { ...layer, key: ++lastKey };
  }

  function editor(host, { change }) {
    let list = [];
    const cards = new Map(); // by key: {card, inputs, messages, result, heading}
    const items = dom.make("ol", { class: "fc-list" });
    host.append(items, dom.make("div", { class: "fc-add", role: "group", "aria-label": "Add a layer" },
      dom.make("span", { class: "fc-hint" }, "Add:"),
      ...Object.entries(ADD).map(([type, label]) => dom.button(label, { "data-add": type, onclick: () => add(type) }))));

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
      const target = found ? found.card.querySelector(`[data-control="${control}"]`) : host.querySelector("[data-add]");
      if (target) target.focus();
    }

    function move(key, by) {
      const from = list.findIndex((layer) => layer.key === key), to = from + by;
      if (to < 0 || to >= list.length) return;
      const next = [...list];
      next.splice(to, 0, ...next.splice(from, 1));
      act(next, `Moved to place ${to + 1} of ${list.length}`, key, by < 0 ? "up" : "down");
    }

    function duplicate(key) {
      const from = list.findIndex((layer) => layer.key === key), copy = keyed({ ...list[from], key: 0 });
      act([...list.slice(0, from + 1), copy, ...list.slice(from + 1)], "Layer duplicated", copy.key, "duplicate");
    }

    function remove(key) {
      const from = list.findIndex((layer) => layer.key === key), next = list.filter((layer) => layer.key !== key);
      const near = next[Math.min(from, next.length - 1)];
      act(next, `Layer removed, ${next.length} left`, near && near.key, "remove");
    }

    function edit(key, field, value, moment) {
      const next = list.map((layer) => (layer.key === key ? { ...layer, [field]: value } : layer));
      change(next, moment ? { moment } : { moment: null, focus: () => focusOn(key, field) });
    }

    function textField(layer, field, label, id) {
      const input = dom.make("input", {
        id, class: `fc-input fc-${field}`, value: layer[field], "data-control": field, autocomplete: "off", spellcheck: "false",
        autocapitalize: "none", inputmode: field === "channels" ? "numeric" : "text", "aria-describedby": `${id}-said`,
        placeholder: field === "stride" && layers.TYPES[layer.type].ceil ? "= k" : field === "then" ? "relu batchnorm …" : null,
        oninput: () => edit(layer.key, field, input.value, `${layer.key} ${field}`),
      });
      const said = dom.make("p", { class: "fc-said", id: `${id}-said` });
      return { input, said, node: dom.make("div", { class: `fc-field fc-for-${field}` }, dom.make("label", { for: id }, label), input) };
    }

    function checkBox(layer, field, label, id) {
      const box = dom.make("input", { type: "checkbox", id, checked: layer[field], "data-control": field,
                                      onchange: () => edit(layer.key, field, box.checked, null) });
      return dom.make("div", { class: "fc-check" }, box, dom.make("label", { for: id }, label));
    }

    function cardOf(layer) {
      const type = layers.TYPES[layer.type], id = (name) => `fc-${layer.key}-${name}`, inputs = {};
      const heading = dom.make("span", { class: "fc-name", id: id("name") });
      const select = dom.make("select", {
        id: id("type"), "aria-label": "kind of layer", class: "fc-input", "data-control": "type", "aria-describedby": `${id("type")}-said`,
        onchange: () => act(list.map((l) => (l.key === layer.key ? { ...layers.retyped(l, select.value), key: l.key } : l)),
                            `Now ${layers.TYPES[select.value].label.toLowerCase()}`, layer.key, "type"),
      }, ...Object.entries(layers.TYPES).map(([value, { label }]) =>
        dom.make("option", { value, selected: value === layer.type }, label)));
      inputs.type = { input: select, said: dom.make("p", { class: "fc-said", id: `${id("type")}-said` }) };
      for (const field of type.fields) inputs[field] = textField(layer, field, layers.FIELDS[field].label, id(field));
      inputs.then = textField(layer, "then", "followed by", id("then"));
      const fields = Object.values(inputs).map(({ node }) => node).filter(Boolean);
      const icon = (control, label, sign, act_) => dom.button(label, { "data-control": control, class: "fc-button fc-icon", onclick: act_ }, sign);
      const buttons = {
        up: icon("up", "Move up", "↑", () => move(layer.key, -1)), down: icon("down", "Move down", "↓", () => move(layer.key, 1)),
      };
      const result = dom.make("p", { class: "fc-result" });
      const card = dom.make("div", { class: "fc-card", role: "group", "aria-labelledby": id("name") },
        dom.make("div", { class: "fc-head" }, heading, select,
          dom.make("span", { class: "fc-buttons" }, buttons.up, buttons.down,
            icon("duplicate", "Duplicate", twoSheets(), () => duplicate(layer.key)), icon("remove", "Remove", "✕", () => remove(layer.key)))),
        dom.make("div", { class: "fc-fields" }, ...fields,
          type.bias ? checkBox(layer, "bias", "bias", id("bias")) : null,
          type.ceil ? checkBox(layer, "ceil", "ceil mode", id("ceil")) : null, result),
        ...Object.values(inputs).map(({ said }) => said));
      cards.set(layer.key, { card, inputs, result, heading, buttons });
      return dom.make("li", {}, card);
    }

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
      items.replaceChildren(...list.map(cardOf));
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
        const { card, inputs, result, heading } = cards.get(layer.key), row = table.rows[place];
        const { op } = layers.TYPES[layer.type], both = calculator.exports.both;
        counts[op] = (counts[op] || 0) + 1;
        dom.say(heading, `${place + 1}. ${op}${counts[op]}`);
        const wrong = table.problems.filter((p) => p.row === place), warned = table.warnings.filter((w) => w.row === place);
        for (const [field, { input, said }] of Object.entries(inputs)) {
          const problem = wrong.find((p) => p.field === field), warning = warned.find((w) => w.field === field);
          if (problem) input.setAttribute("aria-invalid", "true");
          else input.removeAttribute("aria-invalid");
          dom.say(said, (problem || warning || { message: "" }).message);
          said.classList.toggle("fc-warning", !problem && !!warning);
        }
        card.classList.toggle("fc-wrong", wrong.length > 0);
        dom.say(result, !row ? "" : `map ${row.output[0].size} × ${row.output[1].size}, field `
          + `${both(row.output.map((m) => m.field))}, jump ${both(row.output.map(calculator.geometry.jump))}`);
      });
    }

    return { show, keep, report };
  }

  calculator.editor = { editor, keyed };
})((window.fieldCalculator = window.fieldCalculator || {}));
