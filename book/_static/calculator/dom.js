/* Making elements: the few lines that every visible part of the page needs. */
(function (calculator) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name in node && name !== "list" && typeof value === "boolean") node[name] = value;
      else if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  /** An HTML element; attributes that begin with "on" are listeners, children are nodes or texts. */
  function make(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
  }

  /** The same for SVG. */
  function draw(tag, attributes = {}, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
  }

  function button(label, attributes, ...content) {
    return make(
      "button",
      {
        type: "button",
        class: "fc-button",
        ...(content.length ? { "aria-label": label, title: label } : {}),
        ...attributes,
      },
      ...(content.length ? content : [label]),
    );
  }

  /** Write a text where it differs, so that a live region speaks only of what is new. */
  function say(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  /** Mark a field as wrong, or no longer. */
  function wrong(input, is) {
    if (is) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  calculator.dom = { make, draw, button, say, wrong };
})((window.fieldCalculator = window.fieldCalculator || {}));
