/* The controls of this page, on top of the parts that all pages share. */
(function (calculator) {
  "use strict";

  const { make } = window.bookParts.dom;

  /** A button; where it shows a sign instead of its label, the label is its name. */
  function button(label, attributes, ...content) {
    const named = content.length ? { "aria-label": label, title: label } : {};
    return make(
      "button",
      { type: "button", class: "fc-button", ...named, ...attributes },
      content.length ? content : label,
    );
  }

  /** Mark a field as wrong, or no longer. */
  function wrong(input, is) {
    if (is) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  calculator.dom = { ...window.bookParts.dom, button, wrong };
})((window.fieldCalculator = window.fieldCalculator || {}));
