/* Asks axe-core for the contrast of all text on the page, and passes over what looks like text that it passed before.

   Most of what axe-core takes, it takes for the contrast of thousands of words of code and cells of tables that look
   the same on every page. A look is all that contrast depends on: the element's kind, colour, size and weight, and
   what colours and opacities lie behind it, one box in another. `known` are the looks that axe-core has passed. What
   is positioned, transformed or lies on a picture has no look here, and is always asked about. Returns the
   violations, and the looks that were passed now. */
async (known) => {
  const passed = new Set(known), chains = new Map();

  /* The boxes that an element lies in, those that show through left out; null where that does not tell its ground. */
  const chain = (element) => {
    if (!element) return "";
    if (!chains.has(element)) {
      const style = getComputedStyle(element), above = chain(element.parentElement);
      const odd = style.backgroundImage !== "none" || ["absolute", "fixed", "sticky"].includes(style.position)
        || style.transform !== "none" || style.filter !== "none" || style.mixBlendMode !== "normal"
        || style.backdropFilter !== "none" || style.clipPath !== "none" || style.textIndent !== "0px";
      const own = style.backgroundColor === "rgba(0, 0, 0, 0)" ? "" : style.backgroundColor;
      chains.set(element, above === null || odd ? null : above + own + (style.opacity === "1" ? "" : style.opacity));
    }
    return chains.get(element);
  };
  const look = (element) => {
    const ground = chain(element), style = getComputedStyle(element);
    return ground === null ? null : [element.localName, style.color, style.fontSize, style.fontWeight, style.textShadow,
      style.webkitTextStroke, ground].join(" ");
  };
  const saysSomething = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();

  /* Whether all text at and below an element is known; what is so as a whole is marked. */
  const isKnown = (element) => {
    if (element.shadowRoot || ["IFRAME", "INPUT", "TEXTAREA", "SELECT"].includes(element.tagName)) return false;
    const children = [...element.children], answers = children.map(isKnown);
    const own = ![...element.childNodes].some(saysSomething) || passed.has(look(element));
    if (own && answers.every(Boolean)) return true;
    children.forEach((child, i) => { if (answers[i]) child.setAttribute("data-known", ""); });
    return false;
  };
  if (isKnown(document.body)) document.body.setAttribute("data-known", "");
  const rest = document.querySelector("body:not([data-known])");
  const answer = rest && await axe.run({ include: [["body"]], exclude: [["[data-known]"]] },
    { runOnly: { type: "rule", values: ["color-contrast"] }, resultTypes: ["violations", "passes"], elementRef: true,
      preload: false });
  for (const marked of document.querySelectorAll("[data-known]")) marked.removeAttribute("data-known");
  const nodes = (results) => results.flatMap((result) => result.nodes);
  const fresh = answer ? nodes(answer.passes).map((node) => look(node.element)).filter((one) => one !== null) : [];
  return { looks: [...new Set(fresh)], violations: (answer ? answer.violations : []).map(({ id, nodes }) => ({ id,
    nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })) };
}
