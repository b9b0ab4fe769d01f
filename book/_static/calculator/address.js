/* The whole state as the part of an address behind #, and back:
 *
 *   #in=1x28x28&net=conv,c8,k3,relu,batchnorm;max,k2;conv,c16,k3x5,p1x2,bias&unit=2,5,6&digit=7
 *
 * `unit` is the picked unit: the map (0 is the image), its row, its column. Settings that are as
 * usual are left out. What was typed and is no setting is kept too, behind a ~ and with its signs as
 * numbers, so that going back in the history takes back every change. No DOM here.
 */
(function (calculator) {
  "use strict";

  const { layers } = calculator;
  const { quoted, grouped } = window.bookParts.numbers;
  const LETTERS = { channels: "c", kernel: "k", stride: "s", padding: "p", dilation: "d", outputPadding: "o" };
  const USUAL = { stride: "1", padding: "0", dilation: "1", outputPadding: "0" };
  const FIELDS = Object.fromEntries(Object.entries(LETTERS).map(([field, letter]) => [letter, field]));
  const MOST_LETTERS = 40000; // of an address: far more than a list of this page needs
  const NUMBER = "\\d{1,6}",
    SETTING = new RegExp(`^(?:${NUMBER}(?:x${NUMBER})?|same|valid)$`),
    PART = new RegExp(`^([cskpdo])(${NUMBER}(?:x${NUMBER})?|same|valid|~[A-Za-z0-9-]*)$`);

  const plain = (text) =>
    text
      .trim()
      .toLowerCase()
      .replace(/\s*[x×*,]\s*/g, "x");

  /** Any text in letters, digits and hyphens; `unraw` reads it. */
  const raw = (text) =>
    `~${Array.from(text, (sign) => (/[A-Za-z0-9]/.test(sign) ? sign : `-${sign.codePointAt(0).toString(16)}-`)).join("")}`;

  function unraw(text) {
    const sign = (code) => (code <= 0x10ffff ? String.fromCodePoint(code) : "?");
    return text.slice(1).replace(/-([0-9a-f]{1,6})-/g, (_, code) => sign(parseInt(code, 16)));
  }

  const usualOf = (type) => ({ ...USUAL, stride: layers.TYPES[type].ceil ? "" : USUAL.stride });

  function layerText(layer) {
    const usual = usualOf(layer.type),
      parts = [layer.type];
    for (const field of layers.TYPES[layer.type].fields) {
      const text = plain(layer[field]);
      if (text !== usual[field]) parts.push(LETTERS[field] + (SETTING.test(text) ? text : raw(layer[field])));
    }
    if (layer.bias) parts.push("bias");
    if (layer.ceil) parts.push("ceil");
    const then = layers.parseThen(layer.then);
    if (then.problem) parts.push(`then${raw(layer.then)}`);
    else for (const { op, p } of then.value) parts.push(op === "dropout" ? `dropout${p}` : op);
    return parts.join(",");
  }

  function sizeText({ channels, height, width }) {
    const sides = [channels, height, width];
    return sides.every((side) => SETTING.test(plain(side)) && !plain(side).includes("x"))
      ? sides.map(plain).join("x")
      : sides.map(raw).join(",");
  }

  /** The list alone, which tells whether two states are the same network. */
  function encodeNetwork({ input, layers: list }) {
    return `in=${sizeText(input)}&net=${list.map(layerText).join(";")}`;
  }

  /** The state as it stands behind #; without a unit where none was picked. */
  function encode(state) {
    const unit = state.unit ? `&unit=${state.unit.join(",")}` : "";
    return `${encodeNetwork(state)}${unit}${state.digit === null ? "" : `&digit=${state.digit}`}`;
  }

  function layerFrom(text) {
    const [type, ...parts] = text.split(",");
    if (!Object.hasOwn(layers.TYPES, type)) throw new Error(`${quoted(type)} is no layer it knows`);
    const { fields, bias, ceil } = layers.TYPES[type],
      usual = usualOf(type),
      layer = layers.newLayer(type),
      then = [];
    for (const field of fields) if (field in usual) layer[field] = usual[field];
    let typed = null;
    for (const part of parts) {
      const match = PART.exec(part);
      if (match && fields.includes(FIELDS[match[1]]))
        layer[FIELDS[match[1]]] = match[2].startsWith("~") ? unraw(match[2]) : match[2];
      else if (part === "bias" && bias) layer.bias = true;
      else if (part === "ceil" && ceil) layer.ceil = true;
      else if (/^then~[A-Za-z0-9-]*$/.test(part)) typed = unraw(part.slice(4));
      else if (!layers.parseThen(part).problem) then.push(...layers.parseThen(part).value);
      else throw new Error(`${quoted(part)} is no setting of ${quoted(type)}`);
    }
    layer.then = typed ?? layers.thenText(then);
    return layer;
  }

  function sizeFrom(text) {
    const plainly = /^(\d{1,6})x(\d{1,6})x(\d{1,6})$/.exec(text);
    const typed = /^(~[A-Za-z0-9-]*),(~[A-Za-z0-9-]*),(~[A-Za-z0-9-]*)$/.exec(text);
    const [, channels, height, width] = plainly || (typed || []).map(unraw);
    if (width === undefined) throw new Error(`the image size ${quoted(text)} is not channels x height x width`);
    return { channels, height, width };
  }

  /** {state} from what stands behind #, {problem} where it cannot be read, null where it is no state. */
  function decode(hash) {
    let text = hash.replace(/^#/, "");
    const ours = /(^|&)(in|net)(=|%3d)/i;
    if (text.length > MOST_LETTERS) {
      return ours.test(text) ? { problem: `with ${grouped(text.length)} letters it is no list of this page` } : null;
    }
    try {
      text = decodeURIComponent(text);
    } catch {
      return { problem: "it is damaged" };
    }
    if (!ours.test(text)) return null; // a heading of the page
    const parts = Object.fromEntries(text.split("&").map((part) => part.split(/=(.*)/s).slice(0, 2)));
    try {
      const list = (parts.net || "").split(";").filter(Boolean);
      if (list.length > layers.MOST_LAYERS) throw new Error(`it has more than ${layers.MOST_LAYERS} layers`);
      const unit = /^(\d{1,6}),(\d{1,6}),(\d{1,6})$/.exec(parts.unit || "");
      return {
        state: {
          input: sizeFrom(parts.in || "1x28x28"),
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
