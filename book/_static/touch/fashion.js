/* By what each idea multiplies the errors, on digits and on clothes. Choose an idea, hover or focus a row for its numbers. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const top = new URL("../../book/", document.currentScript.src).href;
  const ROW = 24, AROUND = 62, LEFT = 424, APART = 0.16, LARGEST = 3;
  const signed = (v) => `${v < 0 ? "−" : "+"}${Math.abs(v).toFixed(2)}`;

  /* What one data set says of a pair: its factor, interval and points. */
  function of({ points, low, factor, high }) {
    if (factor === null) return "not trained yet";
    return `errors × ${factor.toFixed(2)}${low === null ? "" : ` (${low.toFixed(2)} to ${high.toFixed(2)} over the seeds)`}, ${signed(points)} points`;
  }

  const sentence = (row) => `${row.idea}, ${row.name}. Digits: ${of(row.mnist)}. Clothes: ${of(row.clothes)}. So the effect: ${row.kept}.`;

  function begin({ stage, controls: place, data, tell }) {
    const rows = data.rows.map(([idea, name, page, a, b, c, d, e, f, g, h, kept]) => ({ idea, name, page, kept,
      mnist: { points: a, low: b, factor: c, high: d }, clothes: { points: e, low: f, factor: g, high: h } }));
    const values = rows.flatMap(({ mnist, clothes }) => [mnist, clothes].flatMap(({ low, factor, high }) => [low, factor, high])).filter((v) => v !== null).map((v) => Math.min(v, LARGEST));
    const range = [Math.min(1, ...values) - 0.05, Math.max(1, ...values) + 0.05];
    let idea = "", trained = false, nodes = [], now = null;
    const menu = controls.menu({ label: "idea", groups: [["", [["", "all"], ...data.ideas.map((name) => [name, name])]]], value: "", changed: (v) => { idea = v; again(); } });
    place.append(controls.row(menu.node, controls.toggle({ label: "only what is trained on both", on: false, changed: (is) => { trained = is; again(); } }).node));
    const shown = () => rows.filter((row) => (!idea || row.idea === idea) && (!trained || row.clothes.factor !== null));

    function look(row) {
      now = row;
      for (const { of: other, node } of nodes) node.classList.toggle("touch-chosen", other === row);
      const all = shown(), both = all.filter(({ clothes }) => clothes.factor !== null), same = both.filter(({ mnist, clothes }) => (mnist.factor < 1) === (clothes.factor < 1)).length;
      tell(row ? `${sentence(row)}${row.page ? " Press to open the page." : ""}`
        : `${all.length} ${all.length === 1 ? "pair" : "pairs"}, ${both.length} trained on both; of these ${same} lie on the same side of 1. How sure that is, a row says.`);
    }

    function dots(drawn, row, i, under) {
      return [[row.mnist, -APART, "blue"], [row.clothes, APART, "sky"]].flatMap(([{ low, factor, high }, shift, colour]) => {
        if (factor === null) return [];
        const y = drawn.y(i + shift) + under, fill = `var(--figure-${colour})`;
        const line = low === null ? [] : [dom.draw("path", { d: `M${drawn.x(Math.max(range[0], low))} ${y}H${drawn.x(Math.min(range[1], high))}`, stroke: fill, "stroke-width": 2 })];
        return [...line, chart.mark("o", drawn.x(Math.min(range[1], factor)), y, { fill })];
      });
    }

    function link(row, drawn, i, narrow, each) {
      return dom.draw("a", { class: "touch-line", href: row.page ? top + row.page : null, tabindex: row.page ? null : 0, role: row.page ? null : "img", "aria-label": sentence(row),
        onfocus: () => look(row), onpointerenter: () => look(row), onpointerleave: () => look(null) },
        dom.draw("rect", { class: "touch-strip", x: 0, y: drawn.y(i) - each / 2, width: drawn.right, height: each, fill: "transparent" }),
        dom.draw("text", narrow ? { x: 0, y: drawn.y(i) - 8 } : { x: LEFT - 8, y: drawn.y(i) + 4, "text-anchor": "end" }, narrow ? row.name.split(": ")[1] : row.name),
        ...dots(drawn, row, i, narrow ? 9 : 0));
    }

    const again = chart.fit(stage, (width) => {
      const narrow = width < 620, each = narrow ? 2 * ROW : ROW, all = shown();
      const drawn = chart.frame({ width, height: AROUND + each * Math.max(1, all.length), title: "blue, above: digits; grey, below: clothes", around: { left: narrow ? 10 : LEFT, top: 28 },
        x: { range, count: narrow ? 4 : 6, label: narrow ? "errors after / before" : "errors after it, as a multiple of those before" }, y: { range: [all.length - 0.4, -0.6], ticks: [] } });
      drawn.add(dom.draw("path", { class: "touch-axis", d: `M${drawn.x(1)} ${drawn.top}V${drawn.bottom}` }));
      nodes = all.map((row, i) => ({ of: row, node: link(row, drawn, i, narrow, each) }));
      drawn.over(nodes.map(({ node }) => node));
      touch.put(stage, drawn.svg, `${all.length} rows, a pair of steps each: a blue dot with its interval for digits and, where it is trained, a grey one for clothes, around an upright line at one.`, "group");
      look(all.includes(now) ? now : null);
    });
  }

  touch.fashion = { sentence };
  touch.figure("fashion", begin);
})(window);
