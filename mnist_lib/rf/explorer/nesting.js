/* Where everything stands: each unfolded block is laid out by itself and is then one node of what is around it.
   An edge that leaves or enters a block goes through a gate in its frame, so that no frame is cut. No DOM here. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const EDGE = 12, TITLE = 26, SIZES = { i: [128, 40], o: [96, 28], r: [168, 58], b: [194, 58] };

  /* {width, height, nodes: [{id, x, y, width, height}], frames: [{block, ...}], edges: [{from, to, points}]} */
  function arranged(model) {
    const { nodes, edges } = model.visible();
    const chain = new Map([...nodes.keys()].map((id) => [id, model.chainOf(id)]));
    const tree = new Map([["top", []]]); // of each unfolded block: what stands directly inside
    const orders = new Map([...nodes.values()].map(({ id, order }) => [id, order]));
    for (const { id, order } of nodes.values()) {
      let around = "top";
      for (const block of chain.get(id)) {
        const key = `f${block}`;
        if (!tree.has(key)) { tree.set(key, []); tree.get(around).push(key); orders.set(key, order); }
        around = key;
      }
      tree.get(around).push(id);
    }
    const found = { nodes: [], frames: [], edges: [] };
    const path = (id) => ["top", ...chain.get(id).map((block) => `f${block}`), id];
    const passing = new Map([...tree.keys()].map((key) => [key, { inner: [], entries: new Map(), exits: new Map() }]));
    const put = (map, key, value) => (map.get(key) || map.set(key, []).get(key)).push(value);
    for (const edge of edges) { // each edge in the pieces that lie in one frame each
      const [a, b] = [path(edge.from), path(edge.to)];
      let d = 0;
      while (a[d + 1] === b[d + 1]) d++;
      passing.get(a[d]).inner.push({ edge, from: a[d + 1], to: b[d + 1] });
      for (let k = d + 1; k < a.length - 1; k++) put(passing.get(a[k]).exits, edge.from, { edge, inside: a[k + 1] });
      for (let k = d + 1; k < b.length - 1; k++) put(passing.get(b[k]).entries, edge.from, { edge, inside: b[k + 1] });
    }

    function laid(key) {
      const { inner, entries, exits } = passing.get(key);
      const items = tree.get(key).sort((a, b) => orders.get(a) - orders.get(b));
      const parts = items.map((id) => (tree.has(id) ? laid(id) : { width: SIZES[id[0]][0], height: SIZES[id[0]][1], gates: null }));
      const ins = [...entries.keys()], outs = [...exits.keys()];
      const boxes = [...ins.map(() => ({ width: 10, height: 0 })), ...parts.map(({ width, height }) => ({ width, height })), ...outs.map(() => ({ width: 10, height: 0 }))];
      const at = new Map(items.map((id, i) => [id, ins.length + i]));
      const gate = (id, side, source) => { const { gates } = parts[at.get(id) - ins.length]; return gates ? gates[side].get(source) : 0; };
      const lines = new Map();
      function line(from, to, out, into, edge) {
        const name = `${from} ${to} ${out} ${into}`;
        if (!lines.has(name)) lines.set(name, { from, to, out, into, of: [] });
        lines.get(name).of.push(edge);
      }
      for (const { edge, from, to } of inner) line(at.get(from), at.get(to), gate(from, "out", edge.from), gate(to, "in", edge.from), edge);
      ins.forEach((source, i) => entries.get(source).forEach(({ edge, inside }) => line(i, at.get(inside), 0, gate(inside, "in", source), edge)));
      outs.forEach((source, i) => exits.get(source).forEach(({ edge, inside }) => line(at.get(inside), ins.length + parts.length + i, gate(inside, "out", source), 0, edge)));
      const all = [...lines.values()].map((l) => (l.from <= l.to ? l : { ...l, from: l.to, to: l.from, out: l.into, into: l.out, back: true }));
      const place = explorer.layered(boxes, all, new Set(ins.map((_, i) => i)), new Set(outs.map((_, i) => ins.length + parts.length + i)));
      const middle = (i) => place.nodes[i].x - place.width / 2;
      return { key, items, parts, place, lines: all, at, width: Math.max(key === "top" ? 0 : 120, place.width + 2 * EDGE), height: place.height + EDGE + TITLE,
               gates: { in: new Map(ins.map((source, i) => [source, middle(i)])), out: new Map(outs.map((source, i) => [source, middle(ins.length + parts.length + i)])) } };
    }

    function settle(part, x, y) { // x is that of the middle
      const left = x - part.place.width / 2, top = y + TITLE - (part.gates.in.size ? TITLE : 0);
      if (part.key !== "top") found.frames.push({ block: Number(part.key.slice(1)), x: x - part.width / 2, y, width: part.width, height: part.height });
      const stretch = part.gates.in.size ? TITLE : 0; // gates lie in the frame, what is inside below the title
      part.items.forEach((id, i) => {
        const spot = part.place.nodes[part.at.get(id)], inner = part.parts[i];
        if (inner.gates) settle(inner, left + spot.x, top + spot.y + stretch);
        else found.nodes.push({ id, x: left + spot.x - inner.width / 2, y: top + spot.y + stretch, width: inner.width, height: inner.height });
      });
      part.lines.forEach((l, e) => {
        const points = part.place.edges[e].map(([px, py]) => [left + px, top + py + stretch]);
        if (l.from < part.gates.in.size) points[0][1] = y;
        const last = points[points.length - 1];
        if (l.to >= part.gates.in.size + part.items.length) last[1] = y + part.height;
        found.edges.push({ points, of: l.of, back: Boolean(l.back) });
      });
    }
    const whole = laid("top");
    settle(whole, whole.width / 2, 0);
    return { ...found, width: whole.width, height: whole.height };
  }

  explorer.arranged = arranged;
})(typeof window === "undefined" ? globalThis : window);
