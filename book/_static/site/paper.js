/* Paper is white: a page that is read in the dark is printed in the light. */
(() => {
  const page = document.documentElement;
  let theme = null;
  window.addEventListener("beforeprint", () => {
    theme = page.dataset.theme;
    page.dataset.theme = "light";
  });
  window.addEventListener("afterprint", () => {
    if (theme !== null) page.dataset.theme = theme;
    theme = null;
  });
})();
