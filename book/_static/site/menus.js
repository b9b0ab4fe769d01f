/* The menus above a page are <details>, which open without a script. Here they close again: by Escape,
   and when something else is clicked or focused. And the search opens, by its buttons and Ctrl+K. */
(() => {
  const menus = [...document.querySelectorAll(".article-header-buttons details.dropdown")];
  const closeOthers = ({ target }) => {
    for (const menu of menus) if (menu.open && !menu.contains(target)) menu.open = false;
  };
  document.addEventListener("click", closeOthers);
  document.addEventListener("focusin", closeOthers);
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && menus.find((menu) => menu.open);
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  const dialog = document.getElementById("pst-search-dialog");
  if (!dialog) return;
  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    dialog.querySelector("input").select();
  };
  const isApple = /^(Mac|iP)/.test(navigator.platform);
  if (isApple) for (const key of document.querySelectorAll(".kbd-shortcut__modifier")) key.textContent = "⌘";
  for (const button of document.querySelectorAll(".search-button__button")) button.addEventListener("click", open);
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });
  document.addEventListener("keydown", (event) => {
    if (!/^k$/i.test(event.key) || event.shiftKey || event.altKey) return;
    if (isApple ? !event.metaKey || event.ctrlKey : !event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
})();
