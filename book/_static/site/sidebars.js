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

  button.addEventListener("click", () => {
    if (wide.matches) {
      bar.classList.toggle(document.querySelector(".hero") ? "shown" : "pst-sidebar-hidden"); /* the first page hides it */
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

  /* The list is as far down as it was on the page before, or shows the page that is open. A browser that keeps
     nothing shows the open page. */
  const kept = (work) => { try { return work(sessionStorage); } catch { return null; } };
  const current = bar.querySelector("li.current > a.current, li.current.active > a");
  const before = Number(kept((storage) => storage.getItem("sidebar")));
  if (before) bar.scrollTop = before;
  else if (current && current.offsetTop > innerHeight / 2) bar.scrollTop = current.offsetTop - innerHeight / 3;
  addEventListener("pagehide", () => kept((storage) => storage.setItem("sidebar", bar.scrollTop)));
})();
