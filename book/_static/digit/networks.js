/* The networks to choose from: those of the site, and those that a reader opens from files. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { make, say } = root.bookParts.dom, { count } = root.bookParts.numbers;

  /* `chosen(network, entry)` is called with what was chosen; an entry is {name, path, epochs, wrong} or {own: true}. */
  function create({ select, said, file, fileSaid, app, zone }, chosen) {
    const own = []; // networks opened from files
    let asked = 0;

    function list() {
      const groups = new Map();
      for (const entry of [...digit.loading.networks(), ...own]) {
        const name = entry.own ? "your own" : entry.name.split("/")[0];
        if (!groups.has(name)) groups.set(name, []);
        groups.get(name).push(make("option", { value: entry.own ? entry.key : entry.name }, entry.own ? entry.name : entry.name.split("/")[1]));
      }
      select.replaceChildren(...[...groups].map(([name, options]) => make("optgroup", { label: name.replace("-", " ") }, options)));
    }

    async function choose(key) {
      const mine = ++asked, mineOwn = own.find((entry) => entry.key === key);
      select.value = key;
      try {
        const network = mineOwn ? mineOwn.network : await digit.loading.network(key);
        if (mine !== asked) return;
        say(said, "");
        chosen(network, mineOwn || { ...digit.loading.networks().find((entry) => entry.name === key), path: key.split("/")[0] });
      } catch (error) {
        if (mine === asked) say(said, error.message);
      }
    }

    async function open(given) {
      try {
        const network = await digit.reading.fromFile(given), key = `own ${own.length + 1}`;
        own.push({ own: true, key, name: network.name, network });
        list();
        fileSaid.classList.remove("digit-wrong");
        say(fileSaid, `“${network.name}” is open: ${count(network.layers.length, "layer")}, ${count(network.parameters, "parameter")}. The file was read in your browser and sent nowhere.`);
        choose(key);
      } catch (error) {
        fileSaid.classList.add("digit-wrong");
        say(fileSaid, `${given.name}: ${error instanceof digit.reading.NotANetwork ? error.message : `this file cannot be shown (${error.message}).`} Nothing was changed.`);
      }
    }

    select.addEventListener("change", () => choose(select.value));
    file.addEventListener("change", () => {
      const [given] = file.files;
      if (given) open(given).finally(() => { file.value = ""; });
    });
    for (const name of ["dragenter", "dragover"]) {
      app.addEventListener(name, (event) => {
        if (![...event.dataTransfer.types].includes("Files")) return;
        event.preventDefault();
        zone.classList.add("digit-over");
      });
    }
    app.addEventListener("dragleave", (event) => { if (!app.contains(event.relatedTarget)) zone.classList.remove("digit-over"); });
    app.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("digit-over");
      const [given] = event.dataTransfer.files;
      if (given) open(given);
    });

    /* Begins with `first` where it is there. */
    function begin(first) {
      list();
      const names = digit.loading.networks().map((entry) => entry.name);
      if (!names.length) say(said, "This site was built without recorded weights. Open a network of your own below.");
      else choose(names.includes(first) ? first : names[names.length - 1]);
    }

    return { choose, open, begin, own: () => own.length };
  }

  digit.networks = { create };
})(window);
