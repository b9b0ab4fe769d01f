/* The two sidebars. Where the screen is narrow each opens as a dialog, into which its content moves;
   where it is wide the left one stands beside the text and its button folds it away. */
(() => {
  const wide = matchMedia("(min-width: 992px)");

  const move = (from, to) => {
    to.append(...from.childNodes);
    for (const name of [...from.classList]) {
      from.classList.remove(name);
      to.classList.add(name);
    }
  };

  for (const side of ["primary", "secondary"]) {
    const button = document.querySelector(`.${side}-toggle`);
    const bar = document.getElementById(`pst-${side}-sidebar`);
    const dialog = document.getElementById(`pst-${side}-sidebar-modal`);
    if (!button || !bar || !dialog) continue;
    button.addEventListener("click", () => {
      if (side === "primary" && wide.matches) {
        bar.classList.toggle("pst-sidebar-hidden");
        return;
      }
      move(bar, dialog);
      dialog.showModal();
    });
    dialog.addEventListener("close", () => move(dialog, bar)); /* the browser gives the focus back */
    dialog.addEventListener("click", (event) => {
      const box = dialog.getBoundingClientRect();
      const beside = event.clientX < box.left || event.clientX > box.right;
      if (event.target.closest("a[href]") || (beside && event.target === dialog)) dialog.close();
    });
  }

  /* The list of pages is as far down as it was on the page before, or shows the page that is open. */
  const bar = document.getElementById("pst-primary-sidebar");
  const current = bar?.querySelector("li.current > a.current, li.current.active > a");
  const before = Number(sessionStorage.getItem("sidebar"));
  if (before) bar.scrollTop = before;
  else if (current && current.offsetTop > innerHeight / 2) bar.scrollTop = current.offsetTop - innerHeight / 3;
  if (bar) addEventListener("pagehide", () => sessionStorage.setItem("sidebar", bar.scrollTop));
})();
