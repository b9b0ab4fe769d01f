/* On a phone the columns of a table that matter less are folded away; a button brings them back. */
(() => {
  for (const table of document.querySelectorAll("table:has(.secondary)")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "more-columns";
    const label = () => { button.textContent = table.classList.contains("all-columns") ? "Fewer columns" : "All columns"; };
    button.addEventListener("click", () => {
      table.classList.toggle("all-columns");
      button.setAttribute("aria-expanded", table.classList.contains("all-columns"));
      label();
    });
    button.setAttribute("aria-expanded", "false");
    label();
    table.before(button);
  }
})();
