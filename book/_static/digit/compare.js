/* The same drawing through several networks of one path, side by side. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { make } = root.bookParts.dom, { percent, count } = root.bookParts.numbers, { sliced } = root.bookParts.work;
  const MOST = 6;

  /* `choose(name)` is called when a reader takes one of them as the page's network. */
  function create({ list, cards, message }, choose) {
    let path = null, entries = [], chosen = new Map(), ink = null, turn = 0;

    const stepOf = (name) => name.split("/").pop();

    function boxes() {
      list.replaceChildren(...entries.map((entry) => {
        const box = make("input", { type: "checkbox", value: entry.name });
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
        return make("label", {}, box, " ", stepOf(entry.name));
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
        const bars = Array.from({ length: 10 }, () => make("span", { class: "digit-bar" }));
        const button = make("button", { type: "button", class: "digit-link" }, stepOf(entry.name));
        button.addEventListener("click", () => choose(entry.name));
        return Object.assign(make("div", { class: "digit-result", "data-name": entry.name }, button,
          make("p", { class: "digit-small" }, count(entry.parameters, "parameter")), make("p", { class: "digit-verdict" }),
          make("div", { class: "digit-columns", "aria-hidden": "true" },
            bars.map((bar, d) => make("span", { class: "digit-column" }, make("span", { class: "digit-well" }, bar), String(d))))), { bars });
      }));
      paint();
    }

    function fill(card, outcome) {
      const verdict = card.querySelector(".digit-verdict");
      const best = outcome && outcome.sound ? digit.network.bestOf(outcome.probabilities) : -1;
      verdict.replaceChildren(...(best < 0 ? ["–"] : [make("strong", {}, String(best)), ` ${percent(outcome.probabilities[best])}`]));
      card.bars.forEach((bar, d) => {
        bar.style.height = best < 0 ? "0" : `${100 * outcome.probabilities[d]}%`;
        bar.classList.toggle("digit-first", d === best);
      });
    }

    function* paintSteps() {
      for (const card of [...cards.children]) {
        const network = chosen.get(card.dataset.name);
        if (!network) continue;
        const snapshot = network.snapshots[network.snapshots.length - 1];
        fill(card, ink && digit.network.results(network, yield* digit.network.runSteps(network, snapshot, ink)));
      }
    }

    const painting = sliced(paintSteps, () => {});
    const paint = () => painting.ask();

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
