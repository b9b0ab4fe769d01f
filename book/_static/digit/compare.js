/* The same drawing through several networks of one path, side by side. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { el, percent, count } = digit.dom;
  const MOST = 6;

  /* `choose(name)` is called when a reader takes one of them as the page's network. */
  function create({ list, cards, message }, choose) {
    let path = null, entries = [], chosen = new Map(), ink = null, turn = 0;

    const stepOf = (name) => name.split("/").pop();

    function boxes() {
      list.replaceChildren(...entries.map((entry) => {
        const box = el("input", { type: "checkbox", value: entry.name });
        box.checked = chosen.has(entry.name);
        box.addEventListener("change", () => {
          if (box.checked && chosen.size >= MOST) {
            box.checked = false;
            message.textContent = `Six fit side by side: take one away before you add “${stepOf(entry.name)}”.`;
            return;
          }
          message.textContent = "";
          if (box.checked) chosen.set(entry.name, null);
          else chosen.delete(entry.name);
          load();
        });
        return el("label", {}, box, " ", stepOf(entry.name));
      }));
    }

    async function load() {
      const mine = ++turn;
      try {
        for (const name of chosen.keys()) if (!chosen.get(name)) chosen.set(name, await digit.loading.network(name));
      } catch (error) {
        message.textContent = error.message;
      }
      if (mine === turn) build();
    }

    function build() {
      cards.replaceChildren(...entries.filter((e) => chosen.get(e.name)).map((entry) => {
        const bars = Array.from({ length: 10 }, () => el("span", { class: "digit-bar" }));
        const button = el("button", { type: "button", class: "digit-link" }, stepOf(entry.name));
        button.addEventListener("click", () => choose(entry.name));
        return Object.assign(el("div", { class: "digit-result", "data-name": entry.name }, button,
          el("p", { class: "digit-small" }, count(entry.parameters, "parameter")), el("p", { class: "digit-verdict" }),
          el("div", { class: "digit-columns", "aria-hidden": "true" },
            bars.map((bar, d) => el("span", { class: "digit-column" }, el("span", { class: "digit-well" }, bar), String(d))))), { bars });
      }));
      paint();
    }

    function paint() {
      for (const card of cards.children) {
        const network = chosen.get(card.dataset.name);
        const { results, run, bestOf } = digit.network;
        const verdict = card.querySelector(".digit-verdict");
        if (!ink) {
          verdict.replaceChildren("–");
          card.bars.forEach((bar) => { bar.style.height = "0"; });
          continue;
        }
        const { probabilities } = results(network, run(network, network.snapshots[network.snapshots.length - 1], ink));
        const best = bestOf(probabilities);
        verdict.replaceChildren(el("strong", {}, String(best)), ` ${percent(probabilities[best])}`);
        card.bars.forEach((bar, d) => {
          bar.style.height = `${100 * probabilities[d]}%`;
          bar.classList.toggle("digit-first", d === best);
        });
      }
    }

    /* The networks of a path; `ink` null for an empty pad. */
    function show(nextPath, nextInk) {
      ink = nextInk;
      if (nextPath === path) return paint();
      path = nextPath;
      entries = digit.loading.networks().filter((entry) => entry.name.split("/")[0] === path);
      chosen = new Map(entries.slice(0, MOST).map((entry) => [entry.name, null]));
      message.textContent = "";
      boxes();
      return load();
    }

    return { show };
  }

  digit.compare = { create };
})(window);
