/* What can be seen to be wrong with the page as it is laid out now: a list of sentences. */
async () => {
  const found = new Set();
  const width = document.documentElement.clientWidth;

  const name = (element) => {
    const words = (element.innerText || element.getAttribute("alt") || "").trim().replace(/\s+/g, " ");
    const classes = [...element.classList].map((c) => "." + c).join("");
    return `<${element.localName}${element.id ? "#" + element.id : ""}${classes}>`
      + (words ? ` “${words.slice(0, 40)}”` : "");
  };
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  /* Every image is fetched and can be drawn, also those further down; and says what it shows. */
  for (const image of document.images) {
    image.loading = "eager";
    const file = decodeURI(image.src).split("/").pop().slice(0, 60);
    try {
      await image.decode();
    } catch {
      found.add(`the image ${file} cannot be drawn`);
    }
    if (image.complete && image.naturalWidth === 0) found.add(`the image ${file} is empty`);
    if (!image.hasAttribute("alt")) found.add(`the image ${file} has no alt text`);
    else if (!image.alt.trim() && image.closest("article") && image.getAttribute("role") !== "presentation")
      found.add(`the image ${file} has an empty alt text`);
    else if (/^[.\w\/-]+\.(png|svg|jpe?g|gif|webp)$/i.test(image.alt))
      found.add(`the image ${file} has a file's name for its alt text`);
  }

  /* Nothing is wider than the screen, but for what scrolls inside itself. */
  const all = document.scrollingElement.scrollWidth;
  if (all > width) found.add(`the page is ${all} pixels wide on a screen of ${width}`);

  const drawnOver = (element) => {
    /* What bounds this element: the nearest ancestor that scrolls or cuts, else the screen. */
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.overflowX === "auto" || style.overflowX === "scroll") return null;
      if (style.overflowX === "hidden" || style.overflowX === "clip") return box;
      if (style.position === "fixed") return document.documentElement;
    }
    return document.documentElement;
  };
  for (const element of document.body.querySelectorAll("*")) {
    if (element.ownerSVGElement || element.closest("math, dialog:not([open])") || !shown(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;          /* for screen readers alone */
    const inside = drawnOver(element);
    if (inside === null) continue;
    const edge = inside === document.documentElement ? { left: 0, right: width } : inside.getBoundingClientRect();
    if (edge.right - edge.left < 2) continue;
    if (box.right > edge.right + 1.5 || box.left < edge.left - 1.5)
      found.add(`${name(element)} sticks out: ${Math.round(box.left)} to ${Math.round(box.right)} `
        + `in ${Math.round(edge.left)} to ${Math.round(edge.right)}`);
  }

  /* Words that stick out of the box that bounds them are cut off. */
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = words.nextNode(); text; text = words.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || element.ownerSVGElement || element.closest("math, dialog:not([open]), script, "
      + "style, noscript, option") || !shown(element)) continue;
    const own = getComputedStyle(element).overflowX;
    if (own === "auto" || own === "scroll") continue;
    const inside = own === "hidden" || own === "clip" ? element : drawnOver(element);
    if (inside === null) continue;
    const edge = inside === document.documentElement ? { left: 0, right: width } : inside.getBoundingClientRect();
    if (edge.right - edge.left < 2) continue;                /* for screen readers alone */
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      if (box.width > 0 && (box.right > edge.right + 1.5 || box.left < edge.left - 1.5)) {
        found.add(`“${text.data.trim().slice(0, 40)}” in ${name(element)} is cut off`);
        break;
      }
    }
  }

  /* Words in a drawing can be read, and are all there: 9 pixels high, and 11 where everybody reads. */
  const least = /\/book\/(learn|build|yours)\//.test(location.pathname) ? 11 : 9;
  for (const text of document.querySelectorAll("article svg text")) {
    if (!text.textContent.trim() || !shown(text)) continue;
    const scale = text.getScreenCTM(), size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(scale.a, scale.b);
    if (size < least - 0.05) found.add(`“${text.textContent.trim().slice(0, 40)}” is ${size.toFixed(1)} pixels high in a drawing`);
    let drawing = text.ownerSVGElement;
    while (drawing.ownerSVGElement) drawing = drawing.ownerSVGElement;
    const box = text.getBoundingClientRect(), own = getComputedStyle(drawing).overflow === "visible" ? drawnOver(drawing) : drawing;
    if (own === null) continue;
    const edge = own === document.documentElement ? { left: 0, right: width } : own.getBoundingClientRect();
    if (box.right > edge.right + 1.5 || box.left < edge.left - 1.5) found.add(`“${text.textContent.trim().slice(0, 40)}” is cut off in a drawing`);
  }

  /* No cell of a table runs over its neighbour. */
  for (const cell of document.querySelectorAll("article :is(td, th)")) {
    const head = cell.closest("thead");
    if (!shown(cell) || (head && head.getBoundingClientRect().height < 3)) continue;  /* for screen readers alone */
    const edge = cell.getBoundingClientRect(), range = document.createRange();
    range.selectNodeContents(cell);
    if ([...range.getClientRects()].some((box) => box.width > 2 && box.right > edge.right + 1.5))
      found.add(`the cell “${cell.textContent.trim().slice(0, 40)}” runs over its neighbour`);
  }

  /* A formula wider than its line scrolls. */
  for (const formula of document.querySelectorAll("math")) {
    const box = formula.getBoundingClientRect();
    if (shown(formula) && box.right > width + 1.5 && drawnOver(formula) !== null)
      found.add(`the formula ${name(formula)} sticks out to ${Math.round(box.right)} of ${width}`);
  }
  if (document.querySelector("merror")) found.add("a formula could not be set");

  /* What is drawn by this site is here: no icon without its drawing, no id twice, one title. */
  for (const icon of document.querySelectorAll("i[class*='fa-'], span[class*='fa-']"))
    if (shown(icon) && !getComputedStyle(icon).maskImage.startsWith("url")) found.add(`the icon ${icon.className} has no drawing`);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((one, i) => ids.indexOf(one) !== i))) found.add(`the id ${id} is given twice`);
  const titles = document.querySelectorAll("h1").length;
  if (titles !== 1) found.add(`the page has ${titles} first titles`);
  return [...found];
}
