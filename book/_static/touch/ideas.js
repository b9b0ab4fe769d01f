/* What each idea is worth: pairs of steps that differ in it alone. Hover a row, choose an idea, press a row for its page. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const top = new URL("../../book/", document.currentScript.src).href;
  const ROW = 21, AROUND = 62, LEFT = 424;
  const signed = (v) => `${v < 0 ? "−" : "+"}${Math.abs(v).toFixed(2)}`;
  const inPath = ({ before, after }) => `${before.split("/")[1]} → ${after.split("/")[1]}`;
  const pair = (row) => `${row.after.split("/")[0]}: ${inPath(row)}`;

  const sentence = (row) => `${row.idea}, ${pair(row)}: ${signed(row.points)} points; ${signed(row.seeds[0])} to ${signed(row.seeds[1])} over the seeds, ` +
    `${signed(row.images[0])} to ${signed(row.images[1])} over seeds and images: ${row.verdict}.${row.theirs === null ? "" : ` In the source's logs ${signed(row.theirs)}.`}`;

  function begin({ stage, controls: place, data, tell }) {
    const rows = data.rows.map(([idea, before, after, points, a, b, c, d, verdict, theirs, page]) => ({ idea, before, after, points, seeds: [a, b], images: [c, d], verdict, theirs, page }));
    let idea = "", clear = false, nodes = [], now = null;
    const menu = controls.menu({ label: "idea", groups: [["", [["", "all"], ...data.ideas.map((name) => [name, name])]]], value: "", changed: (v) => { idea = v; again(); } });
    place.append(controls.row(menu.node, controls.toggle({ label: "only what is clear", on: false, changed: (is) => { clear = is; again(); } }).node));
    const shown = () => rows.filter((row) => (!idea || row.idea === idea) && (!clear || row.verdict.startsWith("clear")));

    function look(row) {
      now = row;
      for (const { of, node } of nodes) node.classList.toggle("touch-chosen", of === row);
      const all = shown(), up = all.filter(({ points }) => points > 0).length, sure = all.filter(({ verdict }) => verdict.startsWith("clear")).length;
      tell(row ? `${sentence(row)}${row.page ? " Press to open the page." : ""}`
        : `${all.length} ${all.length === 1 ? "pair" : "pairs"}: ${up} gained, ${all.length - up} did not; ${sure} of them are clear, at least on these images.`);
    }

    function paint(width) {
      const narrow = width < 620, left = narrow ? 10 : LEFT, each = narrow ? 2 * ROW : ROW, all = shown();
      const values = rows.flatMap((row) => [...row.seeds, ...row.images, row.theirs || 0]), range = [Math.min(...values) - 0.05, Math.max(...values) + 0.05];
      const drawn = chart.frame({ width, height: AROUND + each * Math.max(1, all.length), title: "effect on the test accuracy", around: { left, top: 28 },
        x: { range, count: narrow ? 4 : 6, label: "points" }, y: { range: [all.length - 0.4, -0.6], ticks: [] } });
      drawn.add(dom.draw("path", { class: "touch-axis", d: `M${drawn.x(0)} ${drawn.top}V${drawn.bottom}` }));
      nodes = all.map((row, i) => ({ of: row, node: link(row, drawn, i, narrow, each) }));
      drawn.over(nodes.map(({ node }) => node));
      touch.put(stage, drawn.svg, `${all.length} rows, a pair of steps each, grouped by idea: a dot for the effect with a thick line for the interval over the seeds and a thin one over seeds and images, around an upright line at zero.`, "group");
      look(all.includes(now) ? now : null);
    }

    function link(row, drawn, i, narrow, each) {
      const y = drawn.y(i) + (narrow ? 9 : 0), colour = "var(--figure-blue)";
      const span = ([low, high], width) => dom.draw("path", { d: `M${drawn.x(low)} ${y}H${drawn.x(high)}`, stroke: colour, "stroke-width": width });
      return dom.draw("a", { class: "touch-line", href: row.page ? top + row.page : null, tabindex: row.page ? null : 0, role: row.page ? null : "img", "aria-label": sentence(row),
        onfocus: () => look(row), onpointerenter: () => look(row), onpointerleave: () => look(null) },
        dom.draw("rect", { class: "touch-strip", x: 0, y: drawn.y(i) - each / 2, width: drawn.right, height: each, fill: "transparent" }),
        dom.draw("text", narrow ? { x: 0, y: y - 11 } : { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, narrow ? inPath(row) : pair(row)),
        span(row.images, 1), span(row.seeds, 3), row.theirs === null ? null : chart.mark("D", drawn.x(row.theirs), y, { class: "touch-hollow" }),
        chart.mark("o", drawn.x(row.points), y, { fill: colour }));
    }

    const again = chart.fit(stage, paint);
  }

  touch.ideas = { sentence };
  touch.figure("ideas", begin);
})(window);
