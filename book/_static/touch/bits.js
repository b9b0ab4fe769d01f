/* Bits a weight: choose a network and how many, and see the grid, the weights on it, the bytes and what is left. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const { grouped } = root.bookParts.numbers;
  const HEIGHT = 260, FLOAT = 32;
  const called = (bits) => (bits === FLOAT ? "float, 32 bits" : `${bits} bits`);
  const told = (found) => (found ? `${found[0]} % (${found[1] === 1 ? "one training" : `mean of ${found[1]}`})` : "not recorded yet");

  /* What the figure says: the grid, the bytes, and the accuracy rounded and rounded in training. */
  function sentence({ networks }, network, width) {
    const { name, widths } = networks[network], { bits, bytes, grid, rounded, tuned } = widths[width];
    if (!grid) return `${name}, ${called(bits)}: ${grouped(bytes)} bytes. Test accuracy: ${told(rounded)}.`;
    return `${name}, ${called(bits)}: ${grid.length} values, ${grid.filter((n) => n).length} of them used; ${grouped(bytes)} bytes, ` +
      `${(widths[0].bytes / bytes).toFixed(1)} times fewer than in float. Test accuracy rounded: ${told(rounded)}; rounded in training: ${told(tuned)}.`;
  }

  function begin({ stage, controls: place, data, tell }) {
    let { network, width } = data;
    const widths = data.networks[0].widths;
    place.append(controls.row(
      controls.choice({ label: "Network", of: data.networks.map(({ name }, i) => [String(i), name]), value: String(network), changed: (i) => { network = Number(i); again(); } }).node,
      controls.slider({ label: "weights in", min: 0, max: widths.length - 1, value: width, write: (i) => called(widths[i].bits), changed: (i) => { width = i; again(); } }).node));

    function paint(across) {
      const { name, weights, widths: all } = data.networks[network], { bits, grid } = all[width], total = weights.reduce((sum, n) => sum + n, 0);
      const share = (n) => (100 * n) / total, tallest = Math.max(...weights.map(share), ...(grid || []).map(share));
      const drawn = chart.frame({ width: across, height: HEIGHT, title: `${name}, ${called(bits)}: share of the weights (%)`,
        x: { range: [-1.05, 1.05], ticks: [-1, -0.5, 0, 0.5, 1], label: "weight, over the largest of its channel" }, y: { range: [0, 1.05 * tallest] } });
      const wide = 2 / weights.length;
      drawn.add(weights.map((n, i) => dom.draw("rect", { x: drawn.x(i * wide - 1), y: drawn.y(share(n)), width: drawn.x(wide) - drawn.x(0), height: drawn.bottom - drawn.y(share(n)), fill: "var(--figure-soft)", "fill-opacity": 0.45 })));
      const most = grid ? (grid.length - 1) / 2 : 0;
      if (grid) drawn.add(grid.map((n, i) => chart.line(drawn, [[(i - most) / most, 0], [(i - most) / most, share(n)]], { stroke: "var(--figure-blue)", "stroke-width": most > 15 ? 2 : 4 })));
      touch.put(stage, drawn.svg, `The weights of the ${name} network in float, a grey heap around zero${grid ? `, and upright lines where they lie on the ${grid.length} values of the grid` : ""}.`);
      tell(sentence(data, network, width));
    }

    const again = chart.fit(stage, paint);
  }

  touch.bits = { sentence };
  touch.figure("bits", begin);
})(window);
