/* The vocabulary of the list: which layers there are, which settings each has, and what may stand in
 * a field. A layer is {type, then, bias, ceil} and a text for each of its settings, as it was typed.
 * No DOM here.
 */
(function (calculator) {
  "use strict";

  const { quoted } = window.bookParts.numbers;
  const WINDOW = ["kernel", "stride", "padding"];

  /** `op` is the library's name for it, `fields` are its settings in the order they are shown. */
  const TYPES = {
    conv: { label: "Convolution", op: "conv", fields: ["channels", ...WINDOW, "dilation"], bias: true },
    tconv: {
      label: "Transposed convolution",
      op: "conv_transpose",
      bias: true,
      fields: ["channels", ...WINDOW, "dilation", "outputPadding"],
    },
    max: { label: "Max pooling", op: "max_pool", fields: [...WINDOW, "dilation"], ceil: true },
    avg: { label: "Average pooling", op: "avg_pool", fields: WINDOW, ceil: true },
    global: { label: "Global average pooling", op: "global_avg_pool", fields: [] },
  };

  const FIELDS = {
    channels: { label: "channels", least: 1, most: 65536, one: true },
    kernel: { label: "kernel", least: 1, most: 1000 },
    stride: { label: "stride", least: 1, most: 1000 },
    padding: { label: "padding", least: 0, most: 1000 },
    dilation: { label: "dilation", least: 1, most: 1000 },
    outputPadding: { label: "output padding", least: 0, most: 1000 },
  };

  const INPUT = {
    channels: { label: "channels", least: 1, most: 65536, one: true },
    height: { label: "height", least: 1, most: 10000, one: true },
    width: { label: "width", least: 1, most: 10000, one: true },
  };

  const MOST_LAYERS = 200,
    MOST_THEN = 12; // words behind a layer

  /** What a new layer starts with; a pooling's empty stride stands for its kernel. */
  function newLayer(type, settings = {}) {
    const layer = { type, then: "", bias: false, ceil: false };
    const usual = {
      channels: "8",
      kernel: type === "max" || type === "avg" || type === "tconv" ? "2" : "3",
      stride: { conv: "1", tconv: "2" }[type] || "",
      padding: "0",
      dilation: "1",
      outputPadding: "0",
    };
    for (const field of TYPES[type].fields) layer[field] = usual[field];
    return Object.assign(layer, settings);
  }

  const KEEPS_SIZE = {
    conv: { kernel: "3", padding: "1" },
    tconv: { kernel: "3", stride: "1", padding: "1" },
    max: { kernel: "3", stride: "1", padding: "1" },
    avg: { kernel: "3", stride: "1", padding: "1" },
  };

  /** What to try where a layer of a type is wanted behind a map of `channels`: the usual, then what changes no size. */
  function proposals(type, channels) {
    const width = TYPES[type].fields.includes("channels") ? { channels: String(channels) } : {};
    return [{}, ...(KEEPS_SIZE[type] ? [KEEPS_SIZE[type]] : [])].map((settings) =>
      newLayer(type, { ...width, ...settings }),
    );
  }

  /** The same layer as another type: settings that both have are kept. */
  function retyped(layer, type) {
    const kept = {};
    for (const field of TYPES[type].fields) if (layer[field]) kept[field] = layer[field];
    if (kept.padding === "same" && type !== "conv") kept.padding = "0";
    return newLayer(type, {
      ...kept,
      then: layer.then,
      bias: layer.bias && !!TYPES[type].bias,
      ceil: layer.ceil && !!TYPES[type].ceil,
    });
  }

  /** {value: [height, width]} or {problem: a sentence}, from "3", "3x5", "3 × 5" or "3, 5". */
  function parseSize(text, { label, least, most, one }) {
    const name = label[0].toUpperCase() + label.slice(1);
    const parts = text.trim().split(/\s*[x×*,]\s*/i);
    if (!text.trim()) return { problem: `${name} is missing: write a whole number from ${least} on.` };
    if (parts.length > (one ? 1 : 2) || !parts.every((part) => /^\d+$/.test(part))) {
      return {
        problem: `${name} is a whole number${one ? "" : ", or two as in 3x5 (height x width)"}, not ${quoted(text.trim())}.`,
      };
    }
    const numbers = parts.map(Number);
    if (Math.min(...numbers) < least) return { problem: `${name} is at least ${least}.` };
    if (Math.max(...numbers) > most) return { problem: `${name} is at most ${most} on this page.` };
    return { value: [numbers[0], numbers[numbers.length - 1]] };
  }

  /** {value: [{op, p}]} or {problem} from words such as "relu batchnorm dropout(0.1)". */
  function parseThen(text) {
    const value = [];
    for (const word of text
      .toLowerCase()
      .replace(/\s*\(\s*([^)]*?)\s*\)/g, "($1)")
      .split(/[\s,]+/)
      .filter(Boolean)) {
      const match = /^(?:(relu)|(batchnorm|bn)|(dropout)(?:\(?(\d*\.?\d+)\)?)?)$/.exec(word);
      if (!match) {
        return {
          problem: `${quoted(word)} is not known here: write relu, batchnorm or dropout(0.1), in their order.`,
        };
      }
      const p = match[4] === undefined ? 0.5 : Number(match[4]);
      if (p > 1) return { problem: "A dropout probability lies between 0 and 1." };
      if (value.length === MOST_THEN) return { problem: `At most ${MOST_THEN} of these follow a layer on this page.` };
      value.push(match[1] ? { op: "relu" } : match[2] ? { op: "batchnorm" } : { op: "dropout", p });
    }
    return { value };
  }

  function thenText(value) {
    return value.map(({ op, p }) => (op === "dropout" ? `dropout(${p})` : op)).join(" ");
  }

  /** {settings, problems}: pairs (height, width) where a problem names no field; problems as {field, message}. */
  function parseLayer(layer) {
    const settings = {},
      problems = [],
      type = TYPES[layer.type];
    const note = (field, message) => problems.push({ field, message });
    for (const field of type.fields) {
      const text = layer[field];
      if (field === "padding" && layer.type === "conv" && /^(same|valid)$/i.test(text.trim())) continue;
      if (field === "stride" && !text.trim() && (layer.type === "max" || layer.type === "avg")) continue;
      const { value, problem } = parseSize(text, FIELDS[field]);
      if (problem) note(field, problem);
      else settings[field] = field === "channels" ? value[0] : value;
    }
    const then = parseThen(layer.then);
    if (then.problem) note("then", then.problem);
    settings.then = then.value || [];
    if (problems.length || !type.fields.length) return { settings, problems };
    settings.stride = settings.stride || settings.kernel;
    settings.dilation = settings.dilation || [1, 1];
    if (!settings.padding) {
      const spans = settings.kernel.map((k, axis) => settings.dilation[axis] * (k - 1));
      const same = layer.padding.trim().toLowerCase() === "same";
      if (same && Math.max(...settings.stride) > 1)
        note("padding", "Padding “same” needs stride 1. Give a number.");
      else if (same && spans.some((span) => span % 2)) {
        note("padding", "Padding “same” of an even kernel is not the same on both sides. Give a number.");
      }
      settings.padding = same ? spans.map((span) => span / 2) : [0, 0];
    }
    return { settings, problems };
  }

  /** What PyTorch would not run though its receptive field can be told: {field, message}, or null. */
  function refusedByTorch(layer, { kernel, stride, padding, dilation, outputPadding }) {
    const over = (test) => [0, 1].some(test);
    if (TYPES[layer.type].ceil && over((a) => padding[a] > Math.floor(kernel[a] / 2))) {
      return {
        field: "padding",
        message: "PyTorch pads a pooling by at most half its kernel. The table holds all the same.",
      };
    }
    if (layer.type === "tconv" && over((a) => outputPadding[a] >= Math.max(stride[a], dilation[a]))) {
      return {
        field: "outputPadding",
        message:
          "PyTorch wants an output padding below the stride or the dilation. The table holds all the same.",
      };
    }
    return null;
  }

  calculator.layers = {
    TYPES,
    FIELDS,
    INPUT,
    MOST_LAYERS,
    newLayer,
    proposals,
    retyped,
    parseSize,
    parseThen,
    thenText,
    parseLayer,
    refusedByTorch,
  };
})((window.fieldCalculator = window.fieldCalculator || {}));
