/* The search fields: results below the field while one types. The search itself (finding.js) and its
   data are loaded when a field is focused first. */
(() => {
  const root = document.documentElement.dataset.content_root;
  let loading = null;

  const script = (name) => new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = `${root}_static/site/${name}.js`;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`The search could not be loaded (${name}). Reload the page.`));
    document.head.append(element);
  });
  const load = () => loading ??= script("finding").then(() => script("search-data")).then(() => window.bookSearch.ready());

  const make = (tag, name, ...children) => {
    const element = document.createElement(tag);
    element.className = name;
    element.append(...children);
    return element;
  };

  const marked = (text, stems) => text.split(/([A-Za-z0-9]+)/).map((part) => (
    part && stems.has(window.bookSearch.stem(part.toLowerCase())) ? make("mark", "", part) : part));

  const entry = (found) => {
    const stems = new Set(found.words);
    const link = make("a", "", make("span", "found-title", ...marked(found.title, stems)));
    link.href = root + found.address;
    if (found.heading) link.append(make("span", "found-heading", ...marked(found.heading, stems)));
    if (found.part) link.append(make("span", "found-part", found.part));
    return make("li", "", link, make("p", "", ...marked(found.snippet, stems)));
  };

  const attach = (form, most) => {
    const field = form.querySelector("input[type=search]");
    const box = make("div", "found");
    box.setAttribute("role", "status");
    if (form.closest("article")) box.id = "search-results";
    form.after(box);
    let last = null;

    const show = async () => {
      const query = field.value.trim();
      if (query === last) return;
      last = query;
      if (!query) { box.replaceChildren(); return; }
      try {
        await load();
      } catch (error) {
        box.replaceChildren(make("p", "", error.message));
        last = null;
        return;
      }
      if (query !== field.value.trim()) return;
      const found = window.bookSearch.find(query, most);
      const list = make("ol", "found-list", ...found.map(entry));
      box.replaceChildren(found.length ? list : make("p", "", `No page has “${query}”. Try another word for it.`));
    };

    let wait = 0;
    field.addEventListener("focus", () => load().catch(() => {}));
    field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(show, 120); });
    form.addEventListener("keydown", (event) => {
      const links = [...box.querySelectorAll("a")];
      if (event.key === "ArrowDown" && links.length) { event.preventDefault(); links[0].focus(); }
    });
    box.addEventListener("keydown", (event) => {
      const links = [...box.querySelectorAll("a")], at = links.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && links[at + 1]) links[at + 1].focus();
      else if (event.key === "ArrowUp") (links[at - 1] ?? field).focus();
      else return;
      event.preventDefault();
    });
    return { field, show };
  };

  const dialog = document.querySelector("#pst-search-dialog form.bd-search");
  if (dialog) attach(dialog, 8);
  const page = document.querySelector(".bd-search-container form.bd-search");
  if (page) {
    const { field, show } = attach(page, 20);
    page.addEventListener("submit", (event) => {
      event.preventDefault();
      history.replaceState(null, "", `?q=${encodeURIComponent(field.value.trim())}`);
      show();
    });
    field.value = new URLSearchParams(location.search).get("q") ?? "";
    show();
    field.focus();
  }
})();
