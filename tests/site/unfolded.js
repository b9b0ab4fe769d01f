/* What can be seen to be wrong with the page when all its folds are open, on a desktop or a phone: a list of sentences. */
async (desktop) => {
  const found = new Set(), article = document.querySelector("article");
  for (const fold of article.querySelectorAll("details")) fold.open = true;
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);

  /* Where lessons are nothing scrolls sideways; but the table of the reader's network has every column there is. */
  for (const box of desktop ? article.querySelectorAll("pre, table, .output, div.math") : []) {
    if (!["auto", "scroll"].includes(getComputedStyle(box).overflowX) || box.scrollWidth <= box.clientWidth + 1) continue;
    if (location.pathname.endsWith("book/yours/own-network.html")) continue;
    found.add(`${box.localName}.${box.className} scrolls sideways, ${box.scrollWidth} in ${box.clientWidth}: `
      + box.textContent.trim().slice(0, 60));
  }

  /* No word of a table or of code goes over a line's end: a part of a word between two places where a line may end. */
  const words = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  for (let text = words.nextNode(); text; text = words.nextNode()) {
    if (!text.parentElement.closest("table, pre") || !text.parentElement.checkVisibility()) continue;
    for (const word of text.data.matchAll(/[\p{L}\p{N}_.,:]+/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = [...range.getClientRects()].filter((box) => box.width > 0.5).map((box) => box.top);
      if (Math.max(...lines) - Math.min(...lines) > 8) found.add(`the word ${word[0]} is broken`);
    }
  }
  return [...found];
}
