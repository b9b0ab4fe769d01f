/* What is wider than the page scrolls inside itself, and the keyboard must reach it to scroll it:
   while something overflows it can be focused, and says what it is. */
(() => {
  const SCROLLERS = {
    ".pst-scrollable-table-container, .cell_output > .output, .cell_output .output > div": "Table",
    "div.math": "Formula",
    "pre": "Code",
  };

  const nameOf = (box, kind) => box.querySelector("caption")?.textContent.trim() || kind;

  const look = (box, kind) => {
    const overflows = box.scrollWidth > box.clientWidth + 1
      && ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
    if (overflows) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", nameOf(box, kind));
    } else if (box.getAttribute("role") === "group" && box.tabIndex === 0) {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  };

  const watch = () => {
    const kinds = new Map();
    const seen = new ResizeObserver((changed) => changed.forEach(({ target }) => look(target, kinds.get(target))));
    for (const [selector, kind] of Object.entries(SCROLLERS)) {
      for (const box of document.querySelectorAll(`.bd-article :is(${selector})`)) {
        kinds.set(box, kind);
        seen.observe(box);
      }
    }
  };

  window.addEventListener("load", watch);
})();
