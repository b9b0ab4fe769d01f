/* The list as something to take away: Python for mnist_lib, Python as nn.Sequential, Markdown, CSV.
 *
 * Each takes a table of network.js, {size, rows}, and gives text. No DOM here.
 */
(function (calculator) {
  "use strict";

  const { geometry, network } = calculator;
  const { both } = window.bookParts.numbers;

  const setting = (row, name) => row.windows.map((w) => w[name]);
  const python = (pair) => (pair[0] === pair[1] ? `${pair[0]}` : `(${pair[0]}, ${pair[1]})`);
  const differs = (pair, usual) => pair[0] !== usual[0] || pair[1] !== usual[1];

  /** The columns of the table in order: [heading, what it means, cell of a row, cell for the library's name]. */
  const COLUMNS = [
    ["layer", "layer, numbered by its operation", (r) => r.name, "name"],
    ["k", "kernel", (r) => both(setting(r, "kernel")), "kernel"],
    ["s", "stride", (r) => both(setting(r, "stride")), "stride"],
    ["p", "padding", (r) => both(setting(r, "padding")), "padding"],
    ["d", "dilation", (r) => both(setting(r, "dilation")), "dilation"],
    ["n_in", "size of the map before the layer", (r) => both(r.input.map((m) => m.size)), "n_in"],
    ["n_out", "size of the map after it", (r) => both(r.output.map((m) => m.size)), "n_out"],
    ["ch_in", "channels before", (r) => String(r.chIn), "ch_in"],
    ["ch_out", "channels after", (r) => String(r.chOut), "ch_out"],
    ["j_in", "jump before, in pixels", (r) => both(r.input.map(geometry.jump)), "j_in"],
    ["j_out", "jump after, in pixels", (r) => both(r.output.map(geometry.jump)), "j_out"],
    ["r_in", "receptive field before, in pixels", (r) => both(r.input.map((m) => m.field)), "r_in"],
    ["r_out", "receptive field after, in pixels", (r) => both(r.output.map((m) => m.field)), "r_out"],
    [
      "start",
      "centre of unit 0, in pixels from the image's edge",
      (r) => both(r.output.map((m) => m.start)),
      "start",
    ],
    ["r_image", "largest part of a field inside the image", (r) => both(r.inside), "r_image"],
    ["parameters", "weights and biases of the layer itself", (r) => String(r.parameters), "parameters"],
  ];

  /** {headings, lines}: the table as texts, a line a layer. */
  function cells({ size, rows }) {
    const inside = network.insideOf(size, rows);
    const full = rows.map((row, i) => ({ ...row, inside: inside[i] }));
    return {
      headings: COLUMNS.map(([heading]) => heading),
      lines: full.map((row) => COLUMNS.map(([, , cell]) => cell(row))),
    };
  }

  /** {parameters, extra, multiplyAdds} of the whole list; `extra` is what batch normalization has of them. */
  function totals({ rows }) {
    const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
    return {
      parameters: sum("parameters") + sum("extra"),
      extra: sum("extra"),
      multiplyAdds: sum("multiplyAdds"),
    };
  }

  function libraryLayer(row) {
    const [kernel, stride, padding, dilation, outputPadding] = [
      "kernel",
      "stride",
      "padding",
      "dilation",
      "outputPadding",
    ].map((name) => setting(row, name));
    if (row.type === "global") return "global_avg_pool()";
    const pooling = row.type === "max" || row.type === "avg";
    const parts = pooling ? [python(kernel)] : [String(row.chOut), python(kernel)];
    if (differs(stride, pooling ? kernel : [1, 1])) parts.push(`stride=${python(stride)}`);
    if (differs(padding, [0, 0])) parts.push(`padding=${python(padding)}`);
    if (differs(dilation, [1, 1])) parts.push(`dilation=${python(dilation)}`);
    if (row.type === "tconv" && differs(outputPadding, [0, 0]))
      parts.push(`output_padding=${python(outputPadding)}`);
    if (row.bias) parts.push("bias=True");
    if (row.ceil) parts.push("ceil_mode=True");
    return `${row.op}(${parts.join(", ")})`;
  }

  /** Python that makes the list of mnist_lib.rf.layers and prints its table; runs as it stands. */
  function mnistLib({ size, rows }) {
    const lines = rows.flatMap((row) => [
      libraryLayer(row),
      ...row.then.map(({ op, p }) => (op === "dropout" ? `dropout(${p})` : `${op}()`)),
    ]);
    const names = [...new Set(lines.map((line) => line.split("(")[0]))].sort();
    return [
      "from mnist_lib import receptive_field",
      ...(names.length ? [`from mnist_lib.rf.layers import ${names.join(", ")}`] : []),
      "",
      "layers = [",
      ...lines.map((line) => `    ${line},`),
      "]",
      `table = receptive_field(layers, (${size.join(", ")}))`,
      "print(table)",
      "",
    ].join("\n");
  }

  function torchLayer(row) {
    if (row.type === "global") return "nn.AdaptiveAvgPool2d(1)";
    const call = libraryLayer(row)
      .slice(row.op.length + 1, -1)
      .split(", ")
      .filter((part) => part !== "bias=True");
    const all = call.join(", ");
    if (row.type === "max") return `nn.MaxPool2d(${all})`;
    if (row.type === "avg") return `nn.AvgPool2d(${all})`;
    const name = row.type === "tconv" ? "ConvTranspose2d" : "Conv2d";
    return `nn.${name}(${row.chIn}, ${all}${row.bias ? "" : ", bias=False"})`;
  }

  function torchThen({ op, p }, channels) {
    return { relu: "nn.ReLU()", batchnorm: `nn.BatchNorm2d(${channels})`, dropout: `nn.Dropout(${p})` }[op];
  }

  /** Python that makes the network; a comment says where PyTorch would refuse to run it. */
  function sequential({ size, rows, warnings }) {
    const refused = new Map(warnings.map((w) => [w.row, w.message.split(".")[0]]));
    const lines = rows.flatMap((row, i) => [
      `    ${torchLayer(row)},${refused.has(i) ? `  # ${refused.get(i)}.` : ""}`,
      ...row.then.map((part) => `    ${torchThen(part, row.chOut)},`),
    ]);
    return [
      `# for images of shape (N, ${size.join(", ")})`,
      "from torch import nn",
      "",
      "network = nn.Sequential(",
      ...lines,
      ")",
      "",
    ].join("\n");
  }

  function markdown(table) {
    const { headings, lines } = cells(table);
    const line = (texts) => `| ${texts.join(" | ")} |`;
    return [
      line(headings),
      `|${headings.map((_, i) => (i ? " ---: " : " --- ")).join("|")}|`,
      ...lines.map(line),
      "",
    ].join("\n");
  }

  function csv(table) {
    const { lines } = cells(table);
    return [COLUMNS.map((column) => column[3]), ...lines].map((line) => line.join(",")).join("\n") + "\n";
  }

  calculator.exports = { COLUMNS, cells, totals, mnistLib, sequential, markdown, csv };
})((window.fieldCalculator = window.fieldCalculator || {}));
