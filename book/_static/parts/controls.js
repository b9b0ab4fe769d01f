/* Controls of figures: a slider with its value, a choice, a switch, a button. Each is an ordinary form element. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});
  const { make, say } = parts.dom;
  let count = 0;

  /* A slider; `write(value)` is how its value is told, `changed(value)` is called with each new one. */
  function slider({ label, min, max, step = 1, value, write = String, changed }) {
    const id = `touch-${++count}`, told = make("output", { for: id });
    const input = make("input", { type: "range", id, min, max, step, value, oninput: () => { show(); changed(Number(input.value)); } });
    const show = () => { say(told, write(Number(input.value))); input.setAttribute("aria-valuetext", told.textContent); };
    const node = make("div", { class: "touch-slider" }, make("label", { for: id }, `${label} `, told), input);
    show();
    return { node, input, value: () => Number(input.value), set: (next) => { input.value = next; show(); } };
  }

  /* One of several [value, text]: buttons of which one is pressed in. */
  function choice({ label, of, value, changed }) {
    const name = `touch-${++count}`;
    const options = of.map(([key, text]) => make("label", { class: "touch-option" },
      make("input", { type: "radio", name, value: key, checked: key === value, onchange: () => changed(key) }), make("span", {}, text)));
    return { node: make("fieldset", { class: "touch-choice" }, make("legend", {}, label), ...options) };
  }

  /* The same where there are many: a menu. `groups` is [[name, [[value, text], …]], …]. */
  function menu({ label, groups, value, changed }) {
    const id = `touch-${++count}`;
    const listed = ([key, text]) => make("option", { value: key, selected: key === value }, text);
    const select = make("select", { id, onchange: () => changed(select.value) },
      groups.map(([name, of]) => (name ? make("optgroup", { label: name }, of.map(listed)) : of.map(listed))).flat());
    return { node: make("div", { class: "touch-menu" }, make("label", { for: id }, label), select), select };
  }

  /* On or off; `mark` is a line or dot of the figure that it stands for. */
  function toggle({ label, on = true, changed, mark = null }) {
    const input = make("input", { type: "checkbox", checked: on, onchange: () => changed(input.checked) });
    return { node: make("label", { class: "touch-toggle" }, input, mark, make("span", {}, label)), input };
  }

  const button = (text, pressed, attributes = {}) =>
    make("button", { type: "button", class: "touch-button", onclick: pressed, ...attributes }, text);

  const row = (...nodes) => make("div", { class: "touch-row" }, nodes);

  parts.controls = { slider, choice, menu, toggle, button, row };
})(window);
