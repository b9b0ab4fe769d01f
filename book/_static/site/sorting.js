/* The headings of sortable tables become buttons, for the mouse and the keyboard alike. The sorting itself
   is done by vendor/sortable.min.js (https://github.com/tofsjonas/sortable 4.1.7, public domain), which keeps
   aria-sort; without scripts a table stays as it was printed. */
document.addEventListener("DOMContentLoaded", () => {
  for (const head of document.querySelectorAll("table.sortable thead :is(th, td)")) {
    if (!head.textContent.trim()) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
  }
});
