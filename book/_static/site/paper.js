/* Folds. One button below a page opens all of its folds, but for the answers to its questions. Paper is white and cannot be
   unfolded: a page that is read in the dark is printed in the light, and with every fold open. */
(() => {
  const page = document.documentElement;
  const folds = [...document.querySelectorAll("article details:not(.quiz-choice, .predict-evidence)")];
  if (folds.length > 2) {
    const button = document.createElement("button");
    const closed = () => folds.some((fold) => !fold.open);
    const label = () => { button.textContent = closed() ? "Open all folds" : "Close all folds"; };
    button.type = "button";
    button.className = "more-columns open-folds";
    button.addEventListener("click", () => {
      const open = closed();
      for (const fold of folds) fold.open = open;
      label();
    });
    for (const fold of folds) fold.addEventListener("toggle", label);
    label();
    document.querySelector("article > section")?.append(button);
  }

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
