/* The receptive field on a digit, with the page's own networks: drag a unit, go through the layers, add one. */
(function (root) {
  "use strict";
  const { dom, controls, touch } = root.bookParts, calculator = root.fieldCalculator;
  const { drawing, network, layers, exports: table } = calculator;
  const COLUMNS = ["layer", "k", "s", "p", "d", "n_out", "j_out", "r_out", "start", "r_image"];
  const NEW = { conv: ["conv", {}, "convolution 3"], padded: ["conv", { padding: "1" }, "convolution 3, padding 1"], dilated: ["conv", { dilation: "2" }, "convolution 3, dilation 2"],
                one: ["conv", { kernel: "1" }, "convolution 1"], strided: ["conv", { stride: "2" }, "convolution 3, stride 2"], max: ["max", {}, "max pooling 2"] };
  let places = 0;

  function begin({ stage, controls: place, data, tell, host }) {
    const told = host.querySelector(".touch-told");
    told.id = `touch-told-${++places}`;
    let list = data.lists[0], unit = list.unit, found = network.compute(list), kind = "conv";
    const left = dom.make("div", { class: "touch-pane" }), right = dom.make("div", { class: "touch-pane touch-side" });
    const mapName = dom.make("p", { class: "touch-hint" });
    right.append(mapName);
    const image = calculator.stage.stage(left, told.id), picker = calculator.maps.picker(right, (...next) => pick(...next));
    const body = dom.make("tbody");
    const head = dom.make("tr", {}, COLUMNS.map((name) => dom.make("th", { scope: "col" }, name)));
    const rows = dom.make("div", { class: "touch-scroll", role: "group", tabindex: "0", "aria-label": "The layer's row of the table" },
      dom.make("table", { class: "touch-table" }, dom.make("thead", {}, head), body));
    const level = controls.slider({ label: "layer", min: 0, max: found.rows.length, value: unit[0], write: (v) => (v && found.rows[v - 1] ? `${v}: ${found.rows[v - 1].name}` : "the image"),
      changed: (v) => pick(v, null) });
    const menu = controls.menu({ label: "new layer", groups: [["", Object.entries(NEW).map(([key, [, , name]]) => [key, name])]], value: kind, changed: (v) => { kind = v; } });
    place.append(...(data.lists.length > 1 ? [controls.choice({ label: "Network", of: data.lists.map(({ name }, i) => [i, name]), value: 0, changed: (i) => load(data.lists[i]) }).node] : []),
      dom.make("div", { class: "touch-sliders" }, level.node),
      controls.row(menu.node, controls.button("Add it at the end", add), controls.button("Take the last away", () => change(list.layers.slice(0, -1))),
                   controls.button("Start over", () => load(data.lists.find(({ name }) => name === list.name)))), rows);

    const shapeOf = (at) => (at ? found.rows[at - 1].output.map((map) => map.size) : found.size.slice(1));

    function pick(at, row, column) {
      unit = row === null || row === undefined ? [at, ...drawing.samePlace(unit.slice(1), shapeOf(unit[0]), shapeOf(at))] : [at, row, column];
      show();
    }

    function load(next) {
      list = next;
      unit = next.unit;
      found = network.compute(list);
      show();
    }

    function add() {
      const [type, settings] = NEW[kind], before = found.rows[found.rows.length - 1];
      change([...list.layers, layers.newLayer(type, { ...(type === "conv" ? { channels: String(before ? before.chOut : 8) } : {}), ...settings })]);
    }

    /* Another list, if it can be: else the reason is said, and all stays as it is. */
    function change(next) {
      const now = network.compute({ ...list, layers: next }), place = [unit.slice(1), shapeOf(unit[0])];
      if (now.problems.length) return tell(`Nothing was changed. ${now.problems[0].message}`);
      list = { ...list, layers: next };
      found = now;
      unit = [found.rows.length, ...drawing.samePlace(...place, shapeOf(found.rows.length))];
      show();
    }

    function show() {
      const look = drawing.look(found, unit[0], unit.slice(1));
      image.show(look, data.digit);
      picker.show(look);
      level.input.max = found.rows.length;
      level.set(unit[0]);
      dom.say(mapName, `${look.name}: pick a unit`);
      const { headings, lines } = table.cells(found), wanted = COLUMNS.map((name) => headings.indexOf(name));
      body.replaceChildren(...lines.slice(Math.max(0, unit[0] - 2), Math.max(1, unit[0])).map((line, i, all) =>
        dom.make("tr", { "aria-current": unit[0] && i === all.length - 1 ? "true" : null }, wanted.map((at, j) => dom.make(j ? "td" : "th", j ? {} : { scope: "row" }, line[at])))));
      tell(drawing.sentence(look));
    }

    stage.replaceChildren(left, right);
    stage.classList.add("touch-panes");
    show();
  }

  touch.figure("field", begin);
})(window);
