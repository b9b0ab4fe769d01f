/* One number of a map, added up from all maps before it: a window and a kernel a map, eight sums, and their sum. */
(function (root) {
  "use strict";
  const { dom, chart, controls, touch } = root.bookParts;
  const UNIT = 6, TAP = 14, CELL = 104, BELOW = 196, ROW = 17, KERNEL = 3, SHADES = 8;

  /* The nine numbers of a map under the kernel whose upper left corner is at (row, column). */
  const under = (map, side, row, column) => Array.from({ length: KERNEL * KERNEL }, (_, i) => map[(row + Math.floor(i / KERNEL)) * side + column + (i % KERNEL)]);

  /* A sum of nine products for each map. */
  const sums = (maps, side, kernels, row, column) => maps.map((map, c) => under(map, side, row, column).reduce((sum, x, i) => sum + x * kernels[c][i], 0));

  /* The whole map that comes out, row by row: conv2d over all maps, without padding and bias. */
  function whole(maps, side, kernels) {
    const wide = side - KERNEL + 1;
    return Array.from({ length: wide * wide }, (_, i) => sums(maps, side, kernels, Math.floor(i / wide), i % wide).reduce((a, b) => a + b, 0));
  }

  const two = (v) => (Math.abs(v) < 0.005 ? "0.00" : v.toFixed(2).replace("-", "−"));

  /* Squares of numbers, a path a shade; `colour(positive)` names the class. */
  function squares(values, wide, size, most, colour) {
    const paths = new Map();
    values.forEach((v, i) => {
      const shade = Math.min(SHADES, Math.round((SHADES * Math.abs(v)) / most)), key = `${colour(v > 0)} ${shade}`;
      if (shade) paths.set(key, `${paths.get(key) || ""}M${(i % wide) * size} ${Math.floor(i / wide) * size}h${size}v${size}h${-size}z`);
    });
    return [...paths].map(([key, d]) => dom.draw("path", { class: key.split(" ")[0], "fill-opacity": Number(key.split(" ")[1]) / SHADES, d }));
  }

  const box = (cls, size, more = {}) => dom.draw("rect", { class: cls, width: size, height: size, ...more });
  const text = (words, x, y, more = {}) => dom.draw("text", { x, y, ...more }, words);
  const placed = (x, y, ...nodes) => dom.draw("g", { transform: `translate(${x} ${y})` }, nodes.flat(2));

  function begin({ host, stage, controls: place, data, tell }) {
    const { maps, side, kernels } = data, wide = side - KERNEL + 1, most = Math.max(...maps.flat()), loud = Math.max(...kernels.flat(2).map(Math.abs));
    const now = { out: data.out, row: data.at[0], column: data.at[1], map: data.map };
    const slider = (label, name, count) => controls.slider({ label, min: 1, max: count, value: now[name] + 1, changed: (v) => put({ [name]: v - 1 }) });
    const sliders = { out: slider("map that comes out", "out", kernels.length), map: slider("map that goes in", "map", maps.length),
                      row: slider("row", "row", wide), column: slider("column", "column", wide) };
    place.append(dom.make("div", { class: "touch-sliders" }, Object.values(sliders).map(({ node }) => node)));
    host.style.setProperty("--lines", "5");
    let targets = []; // what a pointer meets: {x, y, size, of: units, hit(row, column)}

    function put(values) {
      for (const [name, value] of Object.entries(values)) sliders[name].set((now[name] = value) + 1);
      again();
    }

    function cell(c, x, y, sum) {
      const shift = now.row * UNIT, size = side * UNIT;
      targets.push({ x, y: y + 20, size, of: side, hit: (row, column) => put({ map: c, row: inside(row - 1), column: inside(column - 1) }) });
      return placed(x, y, text(`goes in: map ${c + 1}`, 0, 13, { class: c === now.map ? "touch-title" : "touch-soft" }),
        placed(0, 20, box("touch-screen", size), squares(maps[c], side, UNIT, most, () => "touch-lit"), box("touch-seen", KERNEL * UNIT, { x: now.column * UNIT, y: shift })),
        placed(size + 10, 20, squares(kernels[now.out][c], KERNEL, TAP, loud, (up) => (up ? "touch-pos" : "touch-neg")), box("touch-edge", KERNEL * TAP)),
        text(two(sum), size + 10, 84, { class: "touch-title" }),
        ...(c === now.map ? [dom.draw("path", { class: "touch-chosen-line", d: `M0 ${26 + size}h${size + 10 + KERNEL * TAP}` })] : []));
    }

    /* Eight bars, each from where the one before ends, and the line where the last ends. */
    function ladder(width, parts, total) {
      const ends = parts.reduce((all, v) => [...all, all[all.length - 1] + v], [0]), low = Math.min(...ends), high = Math.max(...ends);
      const at = chart.scale([low, high], [22, width - 8]), foot = parts.length * ROW;
      const bars = parts.map((v, i) => dom.draw("rect", { class: v > 0 ? "touch-pos" : "touch-neg", x: Math.min(at(ends[i]), at(ends[i + 1])), y: i * ROW + 3, width: Math.max(1, Math.abs(at(ends[i + 1]) - at(ends[i]))), height: ROW - 6 }));
      const end = at(total), late = end > width / 2;
      return [dom.draw("path", { class: "touch-axis", d: `M${at(0)} 0V${foot}` }), bars, parts.map((_, i) => text(`${i + 1}`, 4, i * ROW + 13, { class: i === now.map ? "touch-title" : "touch-soft" })),
        dom.draw("path", { class: "touch-cursor", d: `M${end} 0V${foot + 8}` }), text(`sum ${two(total)}`, end + (late ? 8 : -8), foot + 22, { class: "touch-title", "text-anchor": late ? "end" : "start" })];
    }

    const inside = (v) => Math.min(wide - 1, Math.max(0, v));

    function paint(width) {
      const columns = width < 560 ? 2 : 4, across = width / columns, top = Math.ceil(maps.length / columns) * CELL + 12;
      const parts = sums(maps, side, kernels[now.out], now.row, now.column), total = parts.reduce((a, b) => a + b, 0);
      const out = whole(maps, side, kernels[now.out]), size = Math.floor((width < 560 ? 120 : 140) / wide), limit = Math.max(...out.map(Math.abs));
      targets = [{ x: 0, y: top + 20, size: wide * size, of: wide, hit: (row, column) => put({ row, column }) }];
      const cells = maps.map((_, c) => cell(c, (c % columns) * across, Math.floor(c / columns) * CELL, parts[c]));
      const result = placed(0, top, text(`comes out: map ${now.out + 1}`, 0, 13, { class: "touch-soft" }),
        placed(0, 20, box("touch-edge", wide * size), squares(out, wide, size, limit, (up) => (up ? "touch-pos" : "touch-neg")), box("touch-here", size, { x: now.column * size, y: now.row * size })));
      const left = wide * size + (width < 560 ? 24 : 60);
      const svg = dom.draw("svg", { class: "touch-chart", width, height: top + BELOW, viewBox: `0 0 ${width} ${top + BELOW}` }, cells, result,
        placed(left, top, text("the eight sums, added up", 0, 13, { class: "touch-soft" }), placed(0, 22, ladder(width - left, parts, total))));
      touch.put(stage, svg, `One number of map ${now.out + 1} of the champion: ${maps.length} maps with a window on each, a kernel for each, and ${maps.length} bars, each beginning where the one before ends, the last at ${two(total)}.`);
      const nine = under(maps[now.map], side, now.row, now.column).map((x, i) => `${two(x)} × ${two(kernels[now.out][now.map][i])}`);
      tell(`Map ${now.out + 1}, row ${now.row + 1}, column ${now.column + 1}: the eight sums add up to ${two(total)}. In map ${now.map + 1} the nine products are ${nine.join(", ")}; they add up to ${two(parts[now.map])}.`);
    }

    const again = chart.fit(stage, paint);
    chart.follow(stage, { move: ([x, y], held) => {
      const target = held && targets.find((one) => x >= one.x && x < one.x + one.size && y >= one.y && y < one.y + one.size);
      if (target) target.hit(Math.floor(((y - target.y) / target.size) * target.of), Math.floor(((x - target.x) / target.size) * target.of));
    } });
  }

  touch.channels = { sums, whole };
  touch.figure("channels", begin);
})(window);
