/* A button on every block of code that copies it. */
(() => {
  for (const block of document.querySelectorAll("div.highlight > pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.setAttribute("aria-label", "Copy");
    button.title = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(block.textContent);
        button.title = "Copied";
      } catch { /* not allowed: the text is selected instead, ready for Ctrl+C */
        getSelection().selectAllChildren(block);
        button.title = "Selected";
      }
      button.setAttribute("aria-label", button.title);
      button.classList.add("copied");
      setTimeout(() => {
        button.classList.remove("copied");
        button.title = "Copy";
        button.setAttribute("aria-label", "Copy");
      }, 2000);
    });
    block.after(button);
  }
})();
