/* One layer as a card: its fields, its buttons, and room for what is wrong with it. */
(function (calculator) {
  "use strict";

  const { layers, dom } = calculator;

  /** The sign of the button that duplicates: fonts do not agree on a letter for it. */
  function twoSheets() {
    return dom.draw(
      "svg",
      { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true", class: "fc-sign" },
      dom.draw("path", { d: "M2 2h8v3M2 2v8h3M6 6h8v8H6z" }),
    );
  }

  function textField(layer, field, label, id, edit) {
    const input = dom.make("input", {
      id,
      class: `fc-input fc-${field}`,
      value: layer[field],
      "data-control": field,
      maxlength: field === "then" ? 200 : 40,
      autocomplete: "off",
      spellcheck: "false",
      autocapitalize: "none",
      inputmode: field === "channels" ? "numeric" : "text",
      "aria-describedby": `${id}-said`,
      placeholder:
        field === "stride" && layers.TYPES[layer.type].ceil
          ? "= k"
          : field === "then"
            ? "relu batchnorm …"
            : null,
      oninput: () => edit(layer.key, field, input.value, `${layer.key} ${field}`),
    });
    const said = dom.make("p", { class: "fc-said", id: `${id}-said` });
    return {
      input,
      said,
      node: dom.make(
        "div",
        { class: `fc-field fc-for-${field}` },
        dom.make("label", { for: id }, label),
        input,
      ),
    };
  }

  function checkBox(layer, field, label, id, edit) {
    const box = dom.make("input", {
      type: "checkbox",
      id,
      checked: layer[field],
      "data-control": field,
      onchange: () => edit(layer.key, field, box.checked, null),
    });
    return dom.make("div", { class: "fc-check" }, box, dom.make("label", { for: id }, label));
  }

  /** Whether an arrow in this control leaves it: in a text only from its end, or where all of it is marked. */
  function leaves(control, by) {
    if (control.localName !== "input" || control.type !== "text") return true;
    const { selectionStart: from, selectionEnd: to, value } = control;
    return (from === 0 && to === value.length) || (from === to && from === (by < 0 ? 0 : value.length));
  }

  /** One control of a card is in the tab order, the kernel at first; left and right go to the others. */
  function walkable(card) {
    const controls = () => [...card.querySelectorAll("[data-control]")];
    const tab = dom.roving(controls);
    const placeOf = (control) => controls().findIndex((node) => node.dataset.control === control);

    function focus(control) {
      const at = Math.max(0, placeOf(control) < 0 ? placeOf("kernel") : placeOf(control));
      tab.to(at);
      const { activeElement } = document;
      if (activeElement.select && activeElement.type === "text") activeElement.select();
    }

    card.addEventListener("focusin", (event) => tab.to(controls().indexOf(event.target), false));
    card.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key],
        at = controls().indexOf(event.target);
      if (!by || at < 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (!leaves(event.target, by)) return;
      event.preventDefault();
      const next = controls()[at + by];
      if (next) focus(next.dataset.control);
    });
    tab.to(Math.max(0, placeOf("kernel")), false);
    return focus;
  }

  /** {card, inputs: {field: {input, said}}, heading, result, buttons: {up, down}, focus(control)} for a layer with a key. */
  function cardOf(layer, { edit, move, duplicate, remove, retype }) {
    const type = layers.TYPES[layer.type],
      id = (name) => `fc-${layer.key}-${name}`,
      inputs = {};
    const heading = dom.make("span", { class: "fc-name", id: id("name") });
    const select = dom.make(
      "select",
      {
        id: id("type"),
        "aria-label": "kind of layer",
        class: "fc-input",
        "data-control": "type",
        "aria-describedby": `${id("type")}-said`,
        onchange: () => retype(layer.key, select.value),
      },
      ...Object.entries(layers.TYPES).map(([value, { label }]) =>
        dom.make("option", { value, selected: value === layer.type }, label),
      ),
    );
    inputs.type = { input: select, said: dom.make("p", { class: "fc-said", id: `${id("type")}-said` }) };
    for (const field of type.fields)
      inputs[field] = textField(layer, field, layers.FIELDS[field].label, id(field), edit);
    inputs.then = textField(layer, "then", "followed by", id("then"), edit);
    const fields = Object.values(inputs)
      .map(({ node }) => node)
      .filter(Boolean);
    const icon = (control, label, sign, act_) =>
      dom.button(label, { "data-control": control, class: "fc-button fc-icon", onclick: act_ }, sign);
    const buttons = {
      up: icon("up", "Move up", "↑", () => move(layer.key, -1)),
      down: icon("down", "Move down", "↓", () => move(layer.key, 1)),
    };
    const result = dom.make("p", { class: "fc-result" });
    const card = dom.make(
      "div",
      { class: "fc-card", role: "group", "aria-labelledby": id("name") },
      dom.make(
        "div",
        { class: "fc-head" },
        heading,
        select,
        dom.make(
          "span",
          { class: "fc-buttons" },
          buttons.up,
          buttons.down,
          icon("duplicate", "Duplicate", twoSheets(), () => duplicate(layer.key)),
          icon("remove", "Remove", "✕", () => remove(layer.key)),
        ),
      ),
      dom.make(
        "div",
        { class: "fc-fields" },
        ...fields,
        type.bias ? checkBox(layer, "bias", "bias", id("bias"), edit) : null,
        type.ceil ? checkBox(layer, "ceil", "ceil mode", id("ceil"), edit) : null,
        result,
      ),
      ...Object.values(inputs).map(({ said }) => said),
    );
    return { card, inputs, result, heading, buttons, focus: walkable(card) };
  }

  calculator.card = { cardOf };
})((window.fieldCalculator = window.fieldCalculator || {}));
