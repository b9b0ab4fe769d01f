/* Paper is white and cannot be unfolded: a page that is read in the dark is printed in the light, and
   with its folds open. */
(() => {
  const page = document.documentElement;
  let theme = null, opened = [];
  window.addEventListener("beforeprint", () => {
    theme = page.dataset.theme;
    page.dataset.theme = "light";
    opened = [...document.querySelectorAll("article details:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  window.addEventListener("afterprint", () => {
    if (theme !== null) page.dataset.theme = theme;
    theme = null;
    for (const fold of opened.splice(0)) fold.open = false;
  });
})();
