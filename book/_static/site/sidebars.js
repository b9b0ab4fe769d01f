/* The list of pages. Where the screen is narrow it opens as a dialog, into which its content moves; where it
   is wide it stands beside the text and its button folds it away. */
(() => {
  const wide = matchMedia("(min-width: 992px)");
  const button = document.querySelector(".primary-toggle");
  const bar = document.getElementById("pst-primary-sidebar");
  const dialog = document.getElementById("pst-primary-sidebar-modal");
  if (!button || !bar || !dialog) return;

  const move = (from, to) => {
    to.append(...from.childNodes);
    for (const name of [...from.classList]) {
      from.classList.remove(name);
      to.classList.add(name);
    }
  };

  const current = [...bar.querySelectorAll("li.current.active > a")].at(-1); /* behind the entries above it */
  const show = (list) => {
    if (!current) return;
    const { top, bottom } = current.getBoundingClientRect(), box = list.getBoundingClientRect();
    if (top < box.top || bottom > Math.min(box.bottom, innerHeight)) list.scrollTop += top - box.top - innerHeight / 3;
  };

  button.addEventListener("click", () => {
    if (wide.matches) {
      bar.classList.toggle(document.querySelector(".hero") ? "shown" : "pst-sidebar-hidden"); /* the first page hides it */
      return;
    }
    move(bar, dialog);
    dialog.showModal();
    show(dialog);
  });
  dialog.addEventListener("close", () => move(dialog, bar)); /* the browser gives the focus back */
  dialog.addEventListener("click", (event) => {
    const box = dialog.getBoundingClientRect();
    const beside = event.clientX < box.left || event.clientX > box.right;
    if (event.target.closest("a[href]") || (beside && event.target === dialog)) dialog.close();
  });

  /* The list is as far down as it was on the page before, if that shows the page that is open. */
  const kept = (work) => { try { return work(sessionStorage); } catch { return null; } };
  bar.scrollTop = Number(kept((storage) => storage.getItem("sidebar")));
  show(bar);
  addEventListener("pagehide", () => kept((storage) => storage.setItem("sidebar", bar.scrollTop)));
})();
