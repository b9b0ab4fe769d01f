/* The whole state as the part of an address behind #, and back:
 *
 *   #in=1x28x28&net=conv,c8,k3,relu,batchnorm;max,k2;conv,c16,k3x5,p1x2,bias&unit=2,5,6&digit=7
 *
 * `unit` is the picked unit: the map (0 is the image), its row, its column. Settings that are as
 * usual are left out. No DOM here.
 */
(function (calculator) {
  "use strict";

  const { layers } = calculator;
  const LETTERS = { channels: "c", kernel: "k", stride: "s", padding: "p", dilation: "d", outputPadding: "o" };
  const USUAL = { stride: "1", padding: "0", dilation: "1", outputPadding: "0" };
  const FIELDS = Object.fromEntries(Object.entries(LETTERS).map(([field, letter]) => [letter, field]));

  const plain = (text) =>
    text
      .trim()
      .toLowerCase()
      .replace(/\s*[x×*,]\s*/g, "x");

  function layerText(layer) {
    const usual = { ...USUAL, stride: layer.type === "max" || layer.type === "avg" ? "" : "1" };
    const parts = [layer.type];
    for (const field of layers.TYPES[layer.type].fields) {
      const text = plain(layer[field]);
      if (text !== usual[field]) parts.push(LETTERS[field] + text);
    }
    if (layer.bias) parts.push("bias");
    if (layer.ceil) parts.push("ceil");
    for (const { op, p } of layers.parseThen(layer.then).value || [])
      parts.push(op === "dropout" ? `dropout${p}` : op);
    return parts.join(",");
  }

  /** The list alone, which tells whether two states are the same network. */
  function encodeNetwork({ input, layers: list }) {
    return `in=${[input.channels, input.height, input.width].map(plain).join("x")}&net=${list.map(layerText).join(";")}`;
  }

  /** The state as it stands behind #. */
  function encode(state) {
    return `${encodeNetwork(state)}&unit=${state.unit.join(",")}&digit=${state.digit}`;
  }

  function layerFrom(text) {
    const [type, ...parts] = text.split(",");
    if (!Object.hasOwn(layers.TYPES, type)) throw new Error(`“${type}” is no layer it knows`);
    const pooling = type === "max" || type === "avg",
      usual = { ...USUAL, stride: pooling ? "" : "1" };
    const { fields, bias, ceil } = layers.TYPES[type],
      layer = layers.newLayer(type),
      then = [];
    for (const field of fields) if (field in usual) layer[field] = usual[field];
    for (const part of parts) {
      const match = /^([cskpdo])(\d+(?:x\d+)?|same|valid)$/.exec(part);
      if (match && fields.includes(FIELDS[match[1]])) layer[FIELDS[match[1]]] = match[2];
      else if (part === "bias" && bias) layer.bias = true;
      else if (part === "ceil" && ceil) layer.ceil = true;
      else if (!layers.parseThen(part).problem) then.push(...layers.parseThen(part).value);
      else throw new Error(`“${part}” is no setting of “${type}”`);
    }
    layer.then = layers.thenText(then);
    return layer;
  }

  /** {state} from what stands behind #, {problem} where it cannot be read, null where it is no state. */
  function decode(hash) {
    let text = hash.replace(/^#/, "");
    try {
      text = decodeURIComponent(text);
    } catch {
      return { problem: "it is damaged" };
    }
    if (!/(^|&)(in|net)=/.test(text)) return null; // a heading of the page
    const parts = Object.fromEntries(text.split("&").map((part) => part.split(/=(.*)/s).slice(0, 2)));
    const size = /^(\d+)x(\d+)x(\d+)$/.exec(parts.in || "1x28x28");
    if (!size) return { problem: `the image size “${parts.in}” is not channels x height x width` };
    try {
      const list = (parts.net || "").split(";").filter(Boolean);
      if (list.length > layers.MOST_LAYERS) throw new Error(`it has more than ${layers.MOST_LAYERS} layers`);
      const unit = /^(\d+),(\d+),(\d+)$/.exec(parts.unit || "");
      return {
        state: {
          input: { channels: size[1], height: size[2], width: size[3] },
          layers: list.map(layerFrom),
          unit: unit ? unit.slice(1).map(Number) : null,
          digit: /^\d$/.test(parts.digit || "") ? Number(parts.digit) : null,
        },
      };
    } catch (error) {
      return { problem: error.message };
    }
  }

  calculator.address = { encode, encodeNetwork, decode };
})((window.fieldCalculator = window.fieldCalculator || {}));
