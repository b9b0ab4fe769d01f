/* The table as a graph that can be folded: which rows and blocks are shown, and what runs between them. No DOM here.

   A node is "r3" (a row), "b2" (a block), "i0" (an input) or "o" (what the network returns). "x1" is the second
   of several maps that it returns, which has no box of its own. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const MERGES = new Set(["add", "iadd", "radd", "sub", "isub", "rsub", "mul", "imul", "rmul", "div", "truediv", "cat", "concat",
    "concatenate", "stack", "maximum", "minimum", "max", "min", "lerp", "addcmul", "where"]);
  const FEW = 45; // nodes that are shown at first, about

  /* Runs of equal steps (first, step, length, ...) as the list they stand for; or lines of such, each wherever it stands. */
  function listed(runs) {
    const found = [];
    if (runs.lines) {
      const lines = runs.lines.map(listed);
      for (const at of listed(runs.at)) for (const value of lines[at]) found.push(value);
      return found;
    }
    for (let k = 0; k < runs.length; k += 3) for (let i = 0; i < runs[k + 2]; i++) found.push(runs[k] + i * runs[k + 1]);
    return found;
  }

  function makeModel(data) {
    const { rows, blocks } = data;
    const extents = data.extents.map((told) => ({ ...told }));
    const root_ = blocks.findIndex((block) => block.inside === null);
    const top = root_ < 0 ? null : root_;

    /* [first, last] of what a unit sees along an axis; null where it sees nothing, undefined where it isn't told. */
    function seen(row, axis, unit) {
      const extent = extents[row.seen[axis]];
      if (!extent.first) return undefined;
      extent.firsts = extent.firsts || listed(extent.first);
      extent.lasts = extent.lasts || listed(extent.last);
      let place = 0;
      unit.forEach((index, d) => { place = place * extent.shape[d] + (extent.shape[d] > 1 ? index : 0); });
      const ends = [extent.firsts[place], extent.lasts[place]];
      return ends[0] <= ends[1] ? ends : null;
    }

    const interval = (row, unit) => data.pixels.map((_, axis) => seen(row, axis, unit));
    const central = (row) => row.shape.map((size) => Math.floor(size / 2));

    const state = { folded: new Set(), plain: false };
    const chains = new Map(); // of the blocks around a row or block, from the outermost
    function around(inside) {
      if (inside === null || inside === top) return [];
      if (!chains.has(inside)) chains.set(inside, [...around(blocks[inside].inside), inside]);
      return chains.get(inside);
    }

    /* What stands for a row whose layer moves nothing: the one before it. */
    function host(number) {
      const row = rows[number], [source] = row.sources;
      if (state.plain || !row.plain || row.sources.length !== 1 || source < 0) return number;
      return host(source);
    }

    const outermost = (chain) => chain.find((block) => state.folded.has(block));

    /* The node that shows a row, or an input. */
    function nodeOf(number) {
      if (number < 0) return `i${-1 - number}`;
      const shown = host(number), block = outermost(around(rows[shown].inside));
      return block === undefined ? `r${shown}` : `b${block}`;
    }

    const lists = { r: rows, b: blocks, x: data.returned };
    const thing = (node) => (lists[node[0]] ? lists[node[0]][Number(node.slice(1))] : null);
    const chainOf = (node) => (node[0] === "r" || node[0] === "b" ? around(thing(node).inside) : []);

    /* The nodes that are shown, each {id, order, hosts: rows it stands for}, and the edges between them. */
    function visible() {
      const nodes = new Map(), edges = new Map();
      data.inputs.forEach((_, i) => nodes.set(`i${i}`, { id: `i${i}`, order: i - data.inputs.length, rows: [] }));
      rows.forEach((row, number) => {
        const id = nodeOf(number);
        if (!nodes.has(id)) nodes.set(id, { id, order: number, rows: [] });
        nodes.get(id).rows.push(number);
        if (host(number) === number) for (const source of row.sources) join(nodeOf(source), id);
      });
      nodes.set("o", { id: "o", order: rows.length, rows: [] });
      for (const number of data.outputs) join(nodeOf(number), "o");

      function join(from, to) {
        if (from !== to) edges.set(`${from} ${to}`, { from, to });
      }
      return { nodes, edges: [...edges.values()] };
    }

    const members = blocks.map(() => []); // the rows anywhere inside
    rows.forEach((row, number) => around(row.inside).forEach((block) => members[block].push(number)));

    /* Blocks of the same class with the same operations inside stand folded where there are several, and so do all
       others, from the innermost, until few enough nodes are left. */
    function foldAtFirst() {
      const kinds = new Map(), kindOf = blocks.map((block, b) => `${block.op} ${members[b].map((m) => rows[m].op)}`);
      for (const kind of kindOf) kinds.set(kind, (kinds.get(kind) || 0) + 1);
      blocks.forEach((block, b) => { if (b !== top && members[b].length > 1 && kinds.get(kindOf[b]) > 1) state.folded.add(b); });
      const byDepth = blocks.map((_, b) => b).filter((b) => b !== top && members[b].length > 1).sort((a, b) => around(b).length - around(a).length);
      for (const block of byDepth) {
        if (visible().nodes.size <= FEW) break;
        state.folded.add(block);
      }
    }

    /* The blocks that hold nothing but one other are passed over: folding them shows nothing new. */
    const foldable = (block) => block !== top && members[block].length > 1;

    /* Unfolds all that hides a row or block. */
    function reveal(node) {
      for (const block of chainOf(node)) state.folded.delete(block);
    }

    function foldAll(folded) {
      state.folded.clear();
      if (folded) blocks.forEach((_, b) => { if (foldable(b)) state.folded.add(b); });
    }

    foldAtFirst();
    return { data, rows, blocks, state, top, seen, interval, central, visible, nodeOf, host, thing, chainOf, around, members, foldable, reveal, foldAll,
             listed, isMerge: (row) => MERGES.has(row.op) && (row.sources || []).length > 1 };
  }

  explorer.makeModel = makeModel;
})(typeof window === "undefined" ? globalThis : window);
