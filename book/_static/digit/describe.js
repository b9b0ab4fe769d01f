/* Layers, shapes and units in a few words, and which layers stand together. No DOM here. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { count } = root.bookParts.numbers;
  const BEGINS = [...digit.shapes.WINDOWS, "linear", "softmax", "log_softmax"];
  const WORDS = {
    conv2d: "convolution", linear: "linear layer", batchnorm: "batch normalization", max_pool: "max pooling",
    avg_pool: "average pooling", global_avg_pool: "global average pooling", zero_pad: "zero padding", flatten: "flattening",
    relu: "ReLU", leaky_relu: "leaky ReLU", prelu: "PReLU", elu: "ELU", gelu: "GELU", silu: "SiLU", sigmoid: "sigmoid",
    tanh: "tanh", hardswish: "hardswish", hardtanh: "hardtanh", softmax: "softmax", log_softmax: "log softmax",
  };

  const isCrop = (layer) => layer.type === "zero_pad" && Math.max(...layer.padding) <= 0;

  /* "convolution 3 × 3, padding 1": a layer in a few words. */
  function describe(layer) {
    const pair = ([a, b]) => (a === b ? a : `${a} × ${b}`), words = [isCrop(layer) ? "cropping" : WORDS[layer.type]];
    if (layer.kernel) words[0] += ` ${layer.kernel[0]} × ${layer.kernel[1]}`;
    if (layer.type === "conv2d" ? layer.stride.some((s) => s > 1) : layer.stride) words.push(`stride ${pair(layer.stride)}`);
    if (layer.padding && layer.kernel && layer.padding.some(Boolean)) words.push(`padding ${pair(layer.padding)}`);
    if (layer.dilation && layer.dilation.some((d) => d > 1)) words.push(`dilation ${pair(layer.dilation)}`);
    if (layer.groups > 1) words.push(`${layer.groups} groups`);
    if (layer.shared_with) words.push(`the weights of ${layer.shared_with}`);
    return words.join(", ");
  }

  const sizeText = ({ channels, height, width }) => (height * width === 1
    ? count(channels, "number") : `${count(channels, "map")} of ${height} × ${width}`);

  /* "map 3, row 5, column 7", or "number 4" where a map is a single number; for people, from 1 (digits from 0). */
  function unitText(network, at, unit) {
    const shape = network.shapes[at], place = digit.network.placeOf(shape, unit);
    if (at === network.shapes.length - 1) return `the score of digit ${unit}`;
    if (shape.height * shape.width === 1) return `number ${unit + 1}`;
    const where = `row ${place.row + 1}, column ${place.column + 1}`;
    return at === 0 ? `pixel in ${where}` : `map ${place.channel + 1}, ${where}`;
  }

  /* Layers in groups: [[0], [1, 2, 3], …], numbers of maps; 0 is the image. */
  function groupsOf(network) {
    const groups = [[0]];
    network.layers.forEach((layer, i) => {
      if (BEGINS.includes(layer.type) || groups.length === 1) groups.push([i + 1]);
      else groups[groups.length - 1].push(i + 1);
    });
    return groups;
  }

  digit.describe = { describe, sizeText, unitText, groupsOf };
})(typeof window === "undefined" ? globalThis : window);
