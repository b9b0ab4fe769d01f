/* Asks axe-core for the contrast of all text on the page, and passes over what looks like text that it passed before.

   Most of what axe-core takes, it takes for the contrast of thousands of words of code and cells of tables that look
   the same on every page. A look is all that contrast depends on: the element's kind, colour, size and weight, and
   what colours and opacities lie behind it, one box in another. `known` are the looks that axe-core has passed, and
   those that it could not tell for any element of a page (`untold`). Of
   the elements of another look the one with the longest text is asked about for all; where axe-core cannot tell for
   it, all are, once, but single letters, for which it never tells. What is positioned, transformed or lies on a picture has no look here, and is always asked about. Returns
   the violations, and the looks that were passed now. */
async (known) => {
  const passed = new Set(known.passed), untold = new Set(known.untold), chains = new Map();

  /* The boxes that an element lies in, those that show through left out; null where that does not tell its ground. */
  const chain = (element) => {
    if (!element) return "";
    if (!chains.has(element)) {
      const style = getComputedStyle(element), above = chain(element.parentElement);
      const odd = style.backgroundImage !== "none" || ["absolute", "fixed", "sticky"].includes(style.position)
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

  const isOdd = (element) => element.shadowRoot || ["IFRAME", "INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);

  /* Asks axe-core about the elements with text of their own that are `chosen`, all others left out. */
  const ask = async (chosen) => {
    const mark = (element) => {  // whether nothing at or below it is chosen; what is so as a whole is marked
      const answers = [...element.children].map(mark);
      if (answers.every(Boolean) && !isOdd(element) && !chosen.has(element)) return true;
      answers.forEach((known, i) => { if (known) element.children[i].setAttribute("data-known", ""); });
      return false;
    };
    if (mark(document.body)) return null;
    const answer = await axe.run({ include: [["body"]], exclude: [["[data-known]"]] },
      { runOnly: { type: "rule", values: ["color-contrast"] }, resultTypes: ["violations", "passes"], elementRef: true,
        iframes: false, preload: false });
    for (const marked of document.querySelectorAll("[data-known]")) marked.removeAttribute("data-known");
    return answer;
  };
  const nodes = (results) => results.flatMap((result) => result.nodes);

  const speaking = [...document.body.querySelectorAll("*"), document.body].filter((element) =>
    [...element.childNodes].some(saysSomething) && element.checkVisibility({ visibilityProperty: true }));
  const looks = new Map(speaking.map((element) => [element, look(element)]));
  const letters = (element) => [...element.childNodes].filter(saysSomething)
    .reduce((most, node) => Math.max(most, node.data.trim().length), 0);
  const longest = new Map(), alone = [];
  for (const [element, itsLook] of looks) {
    if (itsLook === null) alone.push(element);
    else if (!passed.has(itsLook) && !(longest.has(itsLook) && letters(element) <= letters(longest.get(itsLook)))) {
      longest.set(itsLook, element);
    }
  }
  const answers = [await ask(new Set([...alone, ...longest.values()]))];
  const told = new Set(nodes(answers[0] ? [...answers[0].passes, ...answers[0].violations] : [])
    .map((node) => look(node.element)));
  const open = new Set(speaking.filter((element) => {
    const itsLook = looks.get(element);
    return itsLook !== null && ![passed, told, untold].some((some) => some.has(itsLook)) && letters(element) > 1;
  }));
  if (open.size) answers.push(await ask(open));
  const given = answers.filter(Boolean);
  const found = (kind) => given.flatMap((answer) => nodes(answer[kind]));
  const fresh = new Set(found("passes").map((node) => look(node.element)));
  const judged = new Set([...fresh, ...found("violations").map((node) => look(node.element))]);
  return { passed: [...fresh].filter((one) => one !== null),
    untold: [...new Set([...open].map((element) => looks.get(element)))].filter((one) => !judged.has(one)),
    violations: given.flatMap(({ violations }) => violations).map(({ id, nodes }) => ({ id,
      nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })) };
}
