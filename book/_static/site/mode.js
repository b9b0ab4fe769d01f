/* The button that changes between light, dark and what the system says. What is chosen is kept for
   the other pages; the script in every page's head has set it before anything was painted. */
(() => {
  const page = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const apply = (mode) => {
    page.dataset.mode = mode;
    page.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
  };

  const change = () => {
    const modes = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    apply(modes[(modes.indexOf(page.dataset.mode) + 1) % 3]);
    try {
      localStorage.setItem("mode", page.dataset.mode);
      localStorage.setItem("theme", page.dataset.theme); /* the page for what isn't there reads it */
    } catch { /* a browser may keep nothing; the choice then holds for this page */ }
  };

  for (const button of document.querySelectorAll(".theme-switch-button")) button.addEventListener("click", change);
  dark.addEventListener("change", () => apply(page.dataset.mode));
})();
