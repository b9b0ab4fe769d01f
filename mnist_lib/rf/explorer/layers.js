/* A graph in layers, from top to bottom: after Sugiyama, Tagawa and Toda 1981 (https://doi.org/10.1109/TSMC.1981.4308636).
   Each node is one layer below the lowest that leads to it; long edges go through places of their own; the order
   within a layer is by barycentres; and then each node comes as near to its neighbours' middle as the order
   allows, which pooling adjacent violators answers exactly. No DOM here.

   In: nodes [{width, height}] and edges [{from, to, out, into}], from < to, where `out` and `into` are the places of
   the edge's ends, measured from the nodes' middles; `first` and `last` are nodes that stand in the first and last layer
   alone. Out: {width, height, nodes: [{x, y}] of the middles' tops, edges: [[[x, y], ...]]}. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const ACROSS = 22, DOWN = 30, THIN = 12, LONGEST = 40, MOST = 3000;

  function ranked(nodes, edges, first, last) {
    const rank = nodes.map(() => (first.size ? 1 : 0)), lasting = new Set(last);
    for (const node of first) rank[node] = 0;
    const into = nodes.map(() => []), out = nodes.map(() => []);
    for (const edge of edges) { into[edge.to].push(edge); out[edge.from].push(edge); }
    nodes.forEach((_, v) => { for (const { from } of into[v]) rank[v] = Math.max(rank[v], rank[from] + 1); });
    const deepest = Math.max(0, ...nodes.map((_, v) => (lasting.has(v) ? 0 : rank[v])));
    for (const node of lasting) rank[node] = deepest + 1;
    for (let v = nodes.length - 1; v >= 0; v--) { // what nothing leads to stands close to where it leads
      if (!into[v].length && out[v].length && !first.has(v)) rank[v] = Math.max(rank[v], Math.min(...out[v].map(({ to }) => rank[to])) - 1);
    }
    return rank;
  }

  /* The nodes and the places of long edges, as one list, in layers; links join neighbours. */
  function spread(nodes, edges, rank) {
    const all = nodes.map(({ width, height }, v) => ({ width, height, rank: rank[v], up: [], down: [] }));
    const paths = [], budget = edges.reduce((sum, { from, to }) => sum + rank[to] - rank[from], 0) > MOST ? 3 : LONGEST;
    for (const edge of edges) {
      const path = [edge.from];
      if (rank[edge.to] - rank[edge.from] <= budget) {
        for (let r = rank[edge.from] + 1; r < rank[edge.to]; r++) path.push(all.push({ width: THIN, height: 0, rank: r, up: [], down: [], thin: true }) - 1);
      }
      path.push(edge.to);
      paths.push(path);
      if (rank[edge.to] - rank[edge.from] > budget) continue; // drawn straight, and nothing is moved for it
      for (let k = 1; k < path.length; k++) {
        const [upper, lower] = [all[path[k - 1]], all[path[k]]];
        const link = { upper, lower, out: k === 1 ? edge.out : 0, into: k === path.length - 1 ? edge.into : 0, weight: upper.thin && lower.thin ? 8 : upper.thin || lower.thin ? 2 : 1 };
        upper.down.push(link);
        lower.up.push(link);
      }
    }
    const layers = [];
    for (const node of all) (layers[node.rank] = layers[node.rank] || []).push(node);
    return { all, layers: Array.from(layers, (layer) => layer || []), paths };
  }

  function crossings(layers) {
    let count = 0;
    for (const layer of layers) {
      const ends = layer.flatMap((node) => node.down.map(({ lower, out }) => [node.place + out * 1e-6, lower.place])).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      for (let i = 0; i < ends.length; i++) for (let j = i + 1; j < ends.length; j++) if (ends[j][1] < ends[i][1] && ends[j][0] > ends[i][0]) count++;
    }
    return count;
  }

  function ordered(layers, large) {
    const number = (layer) => layer.forEach((node, i) => { node.place = i; });
    layers.forEach(number);
    let best = null, fewest = Infinity;
    for (let sweep = 0; sweep < (large ? 4 : 10); sweep++) {
      const down = sweep % 2 === 0;
      for (const layer of down ? layers : [...layers].reverse()) {
        for (const node of layer) {
          const links = down ? node.up : node.down;
          node.wish = links.length ? links.reduce((sum, l) => sum + (down ? l.upper.place : l.lower.place), 0) / links.length : node.place;
        }
        layer.sort((a, b) => a.wish - b.wish || a.place - b.place);
        number(layer);
      }
      const now = large ? -sweep : crossings(layers);
      if (now < fewest) {
        fewest = now;
        best = layers.map((layer) => [...layer]);
      }
    }
    best.forEach((layer, r) => { layers[r] = layer; number(layer); });
  }

  /* Places for the nodes of a layer, in their order and apart, with the least squares of distances from their wishes. */
  function settled(layer) {
    const offset = [0];
    for (let i = 1; i < layer.length; i++) offset.push(offset[i - 1] + (layer[i - 1].width + layer[i].width) / 2 + ACROSS);
    const pools = [];
    layer.forEach((node, i) => {
      let pool = { sum: node.weight * (node.wish - offset[i]), weight: node.weight, count: 1 };
      while (pools.length && pools[pools.length - 1].sum / pools[pools.length - 1].weight >= pool.sum / pool.weight) {
        const before = pools.pop();
        pool = { sum: pool.sum + before.sum, weight: pool.weight + before.weight, count: pool.count + before.count };
      }
      pools.push(pool);
    });
    let i = 0;
    for (const { sum, weight, count } of pools) for (let k = 0; k < count; k++, i++) layer[i].x = sum / weight + offset[i];
  }

  function placed(layers, large) {
    for (const layer of layers) {
      let x = 0;
      for (const node of layer) { node.x = x + node.width / 2; x += node.width + ACROSS; }
      for (const node of layer) node.x -= x / 2;
    }
    for (let sweep = 0; sweep < (large ? 6 : 16); sweep++) {
      const down = sweep % 2 === 0;
      for (const layer of down ? layers : [...layers].reverse()) {
        for (const node of layer) {
          const links = sweep > 10 ? [...node.up, ...node.down] : down ? node.up : node.down;
          const weight = links.reduce((sum, l) => sum + l.weight, 0);
          const wish = (l) => (l.upper === node ? l.lower.x + l.into - l.out : l.upper.x + l.out - l.into);
          node.wish = weight ? links.reduce((sum, l) => sum + l.weight * wish(l), 0) / weight : node.x;
          node.weight = weight || 0.1;
        }
        settled(layer);
      }
    }
  }

  function layered(nodes, edges, first = new Set(), last = new Set()) {
    const rank = ranked(nodes, edges, first, last), { all, layers, paths } = spread(nodes, edges, rank);
    const large = all.length > 600;
    ordered(layers, large);
    placed(layers, large);
    const left = Math.min(0, ...all.map((node) => node.x - node.width / 2)), tops = [];
    let y = 0;
    for (const layer of layers) {
      const height = Math.max(0, ...layer.map((node) => node.height));
      for (const node of layer) { node.y = y + (node.thin ? 0 : (height - node.height) / 2); node.bottom = node.thin ? y + height : node.y + node.height; }
      tops.push(y);
      y += height + (height ? DOWN : DOWN / 2);
    }
    for (const node of all) node.x -= left;
    const lines = edges.map((edge, e) => paths[e].flatMap((number, k) => {
      const node = all[number];
      if (k === 0) return [[node.x + edge.out, node.bottom]];
      if (k === paths[e].length - 1) return [[node.x + edge.into, node.y]];
      return [[node.x, node.y], [node.x, node.bottom]];
    }));
    return { width: Math.max(...all.map((node) => node.x + node.width / 2)), height: Math.max(...all.map((node) => node.bottom)),
             nodes: nodes.map((_, v) => ({ x: all[v].x, y: all[v].y })), edges: lines };
  }

  explorer.layered = layered;
})(typeof window === "undefined" ? globalThis : window);
