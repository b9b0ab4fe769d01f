/* Reads an exported network, as mnist_lib/export/format.py describes it, and believes nothing of it:
   every field is checked before anything is shown, and no text of the file is run or set as HTML. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const FORMAT = "mnist_lib network", VERSION = 1;
  const LIMITS = { file: 64e6, layers: 400, size: 4096, numbers: 8e6, units: 4e6, work: 1e9, snapshots: 400, text: 300 };
  const ADVICE = "Make one with: python -m mnist_lib export RUN_OR_MODULE out.json";

  class NotANetwork extends Error {}
  const fail = (text) => { throw new NotANetwork(text); };

  const { grouped } = root.bookParts.numbers;

  /* A value as it may stand in a message: short. */
  const shown = (value) => {
    const text = value === undefined ? "nothing" : JSON.stringify(value);
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
  };

  const whole = (least) => (v) => Number.isInteger(v) && v >= least && v <= LIMITS.numbers || `a whole number from ${least} on`;
  const sizes = (count, least) => (v) => Array.isArray(v) && v.length === count &&
    v.every((n) => Number.isInteger(n) && n >= least && n <= LIMITS.size) || `${count} whole numbers from ${least} to ${LIMITS.size}`;
  const number = (v) => Number.isFinite(v) || "a number";
  const positive = (v) => Number.isFinite(v) && v > 0 || "a number above 0";
  const notNegative = (v) => Number.isFinite(v) && v >= 0 || "a number from 0 on";
  const yesNo = (v) => typeof v === "boolean" || "true or false";
  const text = (v) => typeof v === "string" && v.length <= LIMITS.text || `a text of at most ${LIMITS.text} characters`;
  const filled = (v) => text(v) === true && v.trim() !== "" || "a text that is not empty";
  const oneOf = (...values) => (v) => values.includes(v) || values.map((x) => JSON.stringify(x)).join(" or ");
  const same = (wanted) => (v) => JSON.stringify(v) === JSON.stringify(wanted) || JSON.stringify(wanted);
  const orNull = (rule) => (v) => v === null || rule(v) === true || `${rule(v)}, or null`;
  const list = (most) => (v) => Array.isArray(v) && v.length >= 1 && v.length <= most || `a list of 1 to ${most} entries`;

  const WINDOW = { kernel: sizes(2, 1), stride: sizes(2, 1), padding: sizes(2, 0) };
  const LAYERS = {
    conv2d: { in_channels: whole(1), out_channels: whole(1), ...WINDOW, dilation: sizes(2, 1), groups: whole(1), bias: yesNo },
    linear: { in_features: whole(1), out_features: whole(1), bias: yesNo },
    batchnorm: { channels: whole(1), eps: notNegative },
    max_pool: { ...WINDOW, dilation: sizes(2, 1), ceil: yesNo },
    avg_pool: { ...WINDOW, count_padding: yesNo, ceil: yesNo },
    global_avg_pool: {}, zero_pad: { padding: sizes(4, -LIMITS.size) }, flatten: {},
    relu: {}, leaky_relu: { slope: number }, prelu: { channels: whole(1) }, elu: { alpha: number, scale: number },
    gelu: { approximate: oneOf("none", "tanh") }, silu: {}, sigmoid: {}, tanh: {}, hardswish: {},
    hardtanh: { low: number, high: number }, softmax: {}, log_softmax: {},
  };
  const HEAD = {
    format: same(FORMAT), version: same(VERSION), name: filled, about: text, parameters: whole(0), input: same([1, 28, 28]),
    mean: number, std: positive, layers: list(LIMITS.layers), snapshots: list(LIMITS.snapshots),
  };
  /* The SHA-256 that the library writes: its form alone is checked here, its content by the library. */
  const seal = (v) => typeof v === "string" && /^[0-9a-f]{64}$/.test(v) || "64 hexadecimal digits";
  const SNAPSHOT = {
    epoch: orNull(whole(0)), accuracy: orNull((v) => Number.isFinite(v) && v >= 0 && v <= 100 || "a percentage"),
    weights: (v) => typeof v === "string" || "a text",
  };

  function checkFields(object, rules, whose) {
    if (object === null || typeof object !== "object" || Array.isArray(object)) fail(`${whose} is no object but ${shown(object)}.`);
    for (const key of Object.keys(rules)) {
      if (!Object.hasOwn(object, key)) fail(`${whose} has no “${key}”.`);
      const verdict = rules[key](object[key]);
      if (verdict !== true) fail(`${whose} has “${key}”: ${shown(object[key])}; it must be ${verdict}.`);
    }
    for (const key of Object.keys(object)) {
      if (!Object.hasOwn(rules, key)) fail(`${whose} has a field that the format does not know: ${shown(key)}.`);
    }
  }

  function checkLayer(layer, index, layers) {
    const whose = `Layer ${index + 1}${layer && typeof layer.name === "string" ? ` (${shown(layer.name)})` : ""}`;
    if (layer === null || typeof layer !== "object") fail(`${whose} is no object but ${shown(layer)}.`);
    if (typeof layer.type !== "string" || !Object.hasOwn(LAYERS, layer.type)) {
      fail(`${whose} is of the type ${shown(layer.type)}, which this page cannot run.`);
    }
    checkFields(layer, { type: text, name: filled, ...LAYERS[layer.type], ...("shared_with" in layer && { shared_with: filled }) }, whose);
    if (layer.type === "conv2d" && (layer.in_channels % layer.groups || layer.out_channels % layer.groups)) {
      fail(`${whose} cannot be split into ${layer.groups} groups.`);
    }
    if (["max_pool", "avg_pool"].includes(layer.type) && layer.padding.some((p, i) => 2 * p > layer.kernel[i])) {
      fail(`${whose} has more padding than half of its window.`);
    }
    if (["softmax", "log_softmax"].includes(layer.type) && index < layers.length - 1) {
      fail(`${whose} is a softmax before the end.`);
    }
  }

  /* How many numbers each tensor of a layer has, in the order in which the weights hold them. */
  function tensorSizes(layer) {
    const { type, bias } = layer;
    if (type === "conv2d") {
      const weight = (layer.out_channels * layer.in_channels / layer.groups) * layer.kernel[0] * layer.kernel[1];
      return bias ? [weight, layer.out_channels] : [weight];
    }
    if (type === "linear") {
      const weight = layer.out_features * layer.in_features;
      return bias ? [weight, layer.out_features] : [weight];
    }
    if (type === "batchnorm") return Array(4).fill(layer.channels);
    return type === "prelu" ? [layer.channels] : [];
  }

  /* Fewest and most parameters that layers of these sizes can have: a batch normalization's mean and variance
     are none, and its scale and shift may be left out of the training. Shared weights count once. */
  function parametersOf(layers, sizes) {
    const counted = layers.filter((layer) => !layer.shared_with);
    const norms = counted.reduce((sum, layer) => sum + (layer.type === "batchnorm" ? layer.channels : 0), 0);
    const all = sizes.filter((_, i) => !layers[i].shared_with).flat().reduce((a, b) => a + b, 0);
    return [all - 4 * norms, all - 2 * norms];
  }

  function checkParameters(stated, layers, sizes) {
    const [fewest, most] = parametersOf(layers, sizes);
    if (stated >= fewest && stated <= most) return;
    const held = fewest === most ? grouped(most) : `${grouped(fewest)} to ${grouped(most)}`;
    fail(`The file says that the network has ${grouped(stated)} parameters, and its layers have ${held}.`);
  }

  /* base64 of little-endian float32, as the tensors of all layers. */
  function unpack(weights, sizes, layers, whose) {
    const needed = sizes.flat().reduce((a, b) => a + b, 0);
    let binary;
    try {
      binary = root.atob(weights);
    } catch (error) {
      return fail(`${whose} are no base64 text: the file is damaged.`);
    }
    if (binary.length !== 4 * needed) {
      fail(`${whose} hold ${grouped(binary.length / 4)} numbers, and the layers need ${grouped(needed)}.`);
    }
    const content = new Uint8Array(binary.length), bytes = new DataView(content.buffer);
    for (let i = 0; i < binary.length; i++) content[i] = binary.charCodeAt(i);
    let at = 0;
    return sizes.map((ofLayer, i) => ofLayer.map((size, which) => {
      const tensor = new Float32Array(size);
      for (let n = 0; n < size; n++, at += 4) {
        tensor[n] = bytes.getFloat32(at, true);
        if (!Number.isFinite(tensor[n])) fail(`${whose} hold a number that is not finite, in the layer ${shown(layers[i].name)}.`);
      }
      if (layers[i].type === "batchnorm" && which === 3 && tensor.some((v) => v + layers[i].eps <= 0)) {
        fail(`${whose} hold a variance that is not above 0, in the layer ${shown(layers[i].name)}.`);
      }
      return tensor;
    }));
  }

  /* A layer that shares its weights has those of the earlier layer that it names. */
  function checkShared(layers, tensors) {
    layers.forEach((layer, i) => {
      if (!layer.shared_with) return;
      const first = layers.findIndex((other) => other.name === layer.shared_with), [a, b] = [tensors[first] || [], tensors[i]];
      const same = first < i && !layers[first]?.shared_with && b.length > 0 && a.length === b.length &&
        b.every((tensor, t) => tensor.length === a[t].length && tensor.every((value, n) => value === a[t][n]));
      if (!same) fail(`Layer ${i + 1} (${shown(layer.name)}) has not the weights of ${shown(layer.shared_with)}, and says that it has.`);
    });
  }

  /* A network that can be run, from what the JSON says; throws NotANetwork with a sentence for the reader. */
  function fromData(data) {
    if (data === null || typeof data !== "object" || Array.isArray(data) || data.format !== FORMAT) {
      fail(`This is not an exported network: its “format” is not “${FORMAT}”. ${ADVICE}`);
    }
    if (Number.isInteger(data.version) && data.version > VERSION) {
      fail(`This file is of version ${data.version} of the format, and this page reads version ${VERSION}. Open it on a newer page.`);
    }
    checkFields(data, data && Object.hasOwn(data, "seal") ? { ...HEAD, seal } : HEAD, "The file");
    data.layers.forEach(checkLayer);
    const sizes = data.layers.map(tensorSizes);
    const numbers = sizes.flat().reduce((a, b) => a + b, 0);
    if (numbers > LIMITS.numbers) fail(`The network has ${grouped(numbers)} weights, too many for this page.`);
    let shapes;
    try {
      shapes = digit.network.shapesOf(data.layers);
    } catch (error) {
      fail(`${error.message[0].toUpperCase()}${error.message.slice(1)}.`);
    }
    const counts = shapes.map((s) => s.channels * s.height * s.width);
    const work = data.layers.reduce((sum, layer, i) => sum + digit.shapes.workOf(layer, shapes[i], shapes[i + 1]), 0);
    if (counts.reduce((a, b) => a + b, 0) > LIMITS.units) fail("The network's maps are too large for this page.");
    if (work > LIMITS.work) fail(`One image takes ${grouped(work)} operations in this network; this page takes up to ${grouped(LIMITS.work)}.`);
    const last = shapes[shapes.length - 1];
    if (last.channels !== 10 || counts[counts.length - 1] !== 10) {
      fail(`The network ends with ${last.channels} × ${last.height} × ${last.width} numbers; it must give ten, one for each digit.`);
    }
    checkParameters(data.parameters, data.layers, sizes);
    const snapshots = data.snapshots.map((snapshot, i) => {
      const whose = data.snapshots.length > 1 ? `Set of weights ${i + 1}` : "The weights";
      checkFields(snapshot, SNAPSHOT, data.snapshots.length > 1 ? whose : "The set of weights");
      const tensors = unpack(snapshot.weights, sizes, data.layers, whose);
      checkShared(data.layers, tensors);
      return { epoch: snapshot.epoch, accuracy: snapshot.accuracy, tensors };
    });
    const { name, about, parameters, mean, std, layers } = data;
    return { name, about, parameters, mean, std, layers, shapes, snapshots };
  }

  function fromText(content) {
    let data;
    try {
      data = JSON.parse(content);
    } catch (error) {
      fail(`This is not an exported network: the file is not JSON, or only a part of it. ${ADVICE}`);
    }
    return fromData(data);
  }

  /* The network of a File, read on this machine alone. */
  async function fromFile(file) {
    if (file.size > LIMITS.file) fail(`The file has ${Math.round(file.size / 1e6)} MB; this page reads files up to ${LIMITS.file / 1e6} MB.`);
    let content;
    try {
      content = await file.text();
    } catch (error) {
      fail("The file cannot be read: is it a folder, or has it been moved?");
    }
    return fromText(content);
  }

  const LAYERS_KNOWN = Object.fromEntries(Object.entries(LAYERS).map(([type, rules]) => [type, Object.keys(rules).sort()]));
  digit.reading = { NotANetwork, fromData, fromText, fromFile, LAYERS_KNOWN };
})(typeof window === "undefined" ? globalThis : window);
