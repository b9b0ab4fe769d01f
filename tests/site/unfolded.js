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
  const range = document.createRange();
  const onTwoLines = (text, from, to) => {
    range.setStart(text, from);
    range.setEnd(text, to);
    const tops = [...range.getClientRects()].filter((box) => box.width > 0.5).map((box) => box.top);
    return Math.max(...tops) - Math.min(...tops) > 8;
  };
  const words = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  for (let text = words.nextNode(); text; text = words.nextNode()) {
    if (!text.parentElement.closest("table, pre") || !onTwoLines(text, 0, text.length)) continue;
    for (const { 0: word, index } of text.data.matchAll(/[\p{L}\p{N}_.,:]+/gu)) {
      if (onTwoLines(text, index, index + word.length)) found.add(`the word ${word} is broken`);
    }
  }
  return [...found];
}
