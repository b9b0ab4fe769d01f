/* Elements: what every part that answers back is made of. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});
  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (typeof value === "boolean" && name in node) node[name] = value;
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  }

  /* An HTML element: attributes that begin with "on" are listeners; children are nodes or texts, never HTML. */
  const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

  /* The same for SVG. */
  const draw = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  /* Writes a text where it differs, so that a live region speaks only of what is new. */
  function say(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  const calm = () => root.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* One of `nodes()` is in the tab order; `to(i)` makes it the one, and moves the focus there if asked to. */
  function roving(nodes) {
    function to(at, move = true) {
      const all = nodes();
      if (!all.length) return;
      const chosen = Math.min(all.length - 1, Math.max(0, at));
      all.forEach((node, i) => { node.tabIndex = i === chosen ? 0 : -1; });
      if (move) all[chosen].focus();
    }
    return { to };
  }

  parts.dom = { make, draw, say, calm, roving };
})(window);
