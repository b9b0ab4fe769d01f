/* Asks axe-core for the contrast of all text on the page, and passes over what looks like text that it passed before.

   Most of what axe-core takes, it takes for the contrast of thousands of words of code and cells of tables that look
   the same on every page. A look is all that contrast depends on: the element's kind, colour, size and weight, and
   what colours and opacities lie behind it, one box in another. `known` are the looks that axe-core has passed, and
   those that it could not tell for any element of a page (`untold`). Of the elements of another look the one with the
   longest text is asked about for all; where axe-core cannot tell for it, twenty of all lengths are, and then all,
   once, but single letters and words in drawings, for which it never tells. What is positioned, transformed or lies on a picture has no
   look here, but where it has a ground of its own, and is always asked about. Returns the violations, and the looks
   that were passed now. */
async (known) => {
  const passed = new Set(known.passed), untold = new Set(known.untold), chains = new Map();

  /* The boxes that an element lies in, those that show through left out; null where that does not tell its ground. */
  const chain = (element) => {
    if (!element) return "";
    if (!chains.has(element)) {
      const style = getComputedStyle(element), above = chain(element.parentElement);
      const covers = style.backgroundColor.startsWith("rgb(");  // whatever lies behind it
      const odd = style.backgroundImage !== "none"
        || !covers && ["absolute", "fixed", "sticky"].includes(style.position)
        || style.transform !== "none" || style.filter !== "none" || style.mixBlendMode !== "normal"
        || style.backdropFilter !== "none" || style.clipPath !== "none"
        || style.display !== "inline" && parseFloat(style.textIndent) < -parseFloat(style.paddingLeft);
      const own = style.backgroundColor === "rgba(0, 0, 0, 0)" ? "" : style.backgroundColor;
      chains.set(element, above === null || odd ? null : above + own + (style.opacity === "1" ? "" : style.opacity));
    }
    return chains.get(element);
  };
  const look = (element) => {
    const ground = chain(element), style = getComputedStyle(element);
    return ground === null ? null : [element.localName, style.color, style.fill, style.fontSize, style.fontWeight, style.textShadow,
      style.webkitTextStroke, ground].join(" ");
  };
  const saysSomething = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();

  /* Asks axe-core about these elements and what lies in them. */
  const ask = (chosen) => axe.run({ include: chosen }, { runOnly: { type: "rule", values: ["color-contrast"] },
    resultTypes: ["violations", "passes"], elementRef: true, iframes: false, preload: false });

  const speaking = [...document.body.querySelectorAll("*"), document.body].filter((element) =>
    [...element.childNodes].some(saysSomething) && element.checkVisibility({ visibilityProperty: true }));
  const looks = new Map(speaking.map((element) => [element, look(element)]));
  const letters = (element) => [...element.childNodes].filter(saysSomething)
    .reduce((most, node) => Math.max(most, node.data.trim().length), 0);
  const alone = [], fresh = new Map();  // those that are always asked about, and those of each look that is not passed
  for (const [element, itsLook] of looks) {
    if (itsLook === null) alone.push(element);
    else if (!passed.has(itsLook)) fresh.set(itsLook, [...(fresh.get(itsLook) || []), element]);
  }
  for (const element of document.body.querySelectorAll("*")) {  // its text is no node of the page
    if (element.shadowRoot || ["IFRAME", "INPUT", "TEXTAREA", "SELECT"].includes(element.tagName)) alone.push(element);
  }
  for (const elements of fresh.values()) elements.sort((one, other) => letters(other) - letters(one));
  const answers = [], told = new Set();
  for (const most of [1, 20, Infinity]) {
    const chosen = most === 1 ? alone : [];
    for (const [itsLook, elements] of fresh) {
      if (told.has(itsLook) || most > 1 && untold.has(itsLook) || most > 20 && elements.length <= 20) continue;
      const step = Math.max(1, elements.length / most);
      for (let at = 0; at < elements.length; at += step) {
        const element = elements[Math.floor(at)];
        if (most === 1 || letters(element) > 1 && !element.ownerSVGElement) chosen.push(element);
      }
    }
    if (!chosen.length) continue;
    const answer = await ask(chosen);
    answers.push(answer);
    for (const { nodes } of [...answer.passes, ...answer.violations]) for (const { element } of nodes) told.add(look(element));
  }
  const good = answers.flatMap(({ passes }) => passes.flatMap(({ nodes }) => nodes)).map(({ element }) => look(element));
  return { passed: [...new Set(good)].filter((one) => one !== null),
    untold: [...fresh.keys()].filter((one) => !told.has(one)),
    violations: answers.flatMap(({ violations }) => violations).map(({ id, nodes }) => ({ id,
      nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })) };
}
