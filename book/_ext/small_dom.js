/* As much of a page as a figure's script needs to paint once, without a browser: what it paints when the book is built
   is the picture that readers without JavaScript, notebooks and paper have (book/_ext/painting.py). Sizes are given,
   nothing is laid out, and no listener is ever called. */
globalThis.window = globalThis;
globalThis.onPaper = true; // nobody will press a button: a figure shows at once what it has

class Element {
  constructor(tagName) {
    Object.assign(this, { tagName, attributes: new Map(), children: [], dataset: {}, value: "", hidden: false, checked: false,
      selected: false, disabled: false, style: { setProperty: (name, value) => { this.style[name] = value; } } });
    const classes = () => (this.getAttribute("class") || "").split(" ").filter(Boolean), put = (all) => this.setAttribute("class", all.join(" "));
    const toggle = (name, on) => put([...classes().filter((one) => one !== name), ...(on ? [name] : [])]);
    this.classList = { add: (name) => toggle(name, true), remove: (name) => toggle(name, false), toggle, contains: (name) => classes().includes(name) };
  }

  get clientWidth() { return Element.width; }
  get textContent() { return this.children.map((child) => (child instanceof Element ? child.textContent : String(child))).join(""); }
  set textContent(text) { this.children = [text]; }
  setAttribute(name, value) {
    this.attributes.set(name, String(value));
    if (name === "value" || name === "width" || name === "height") this[name] = value;
  }
  getAttribute(name) { return this.attributes.has(name) ? this.attributes.get(name) : null; }
  removeAttribute(name) { this.attributes.delete(name); }
  append(...nodes) { this.children.push(...nodes); }
  replaceChildren(...nodes) { this.children = nodes; }
  after(...nodes) { this.behind = nodes; }
  addEventListener() {}
  below() { return this.children.flatMap((child) => (child instanceof Element ? [child, ...child.below()] : [])); }
  querySelectorAll(asked) { return [...this.below(), ...(this.behind || [])].filter((one) => one.tagName === asked || (asked[0] === "." && one.classList.contains(asked.slice(1)))); }
  querySelector(asked) { return this.querySelectorAll(asked)[0] || this.below().map((one) => one.behind && one.behind.find((node) => node.classList.contains(asked.slice(1)))).find(Boolean) || null; }
  getContext() { return (this.context = this.context || new Context(this)); }
  toDataURL() { return bitmap(this.getContext().image); }

  toString() {
    const written = [...this.attributes].map(([name, value]) => ` ${name}="${escaped(name === "href" ? value : rounded(value))}"`).join("");
    const inside = this.children.map((child) => (child instanceof Element ? String(child) : escaped(String(child)))).join("");
    return `<${this.tagName}${written}${inside ? `>${inside}</${this.tagName}>` : "/>"}`;
  }
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const rounded = (text) => text.replace(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2)))); // finer than a screen

/* A canvas keeps the last picture that was put on it, whole. */
class Context {
  constructor(canvas) { this.canvas = canvas; }
  createImageData(width, height) { return { width, height, data: new Uint8ClampedArray(4 * width * height) }; }
  putImageData(image) { this.image = image; }
  drawImage(source) { this.image = source.getContext().image; }
  clearRect() {}
}

/* An image as the address of a bitmap: rows of blue, green, red from the lowest up, each filled to four bytes. */
function bitmap({ width, height, data }) {
  const row = 4 * Math.ceil((3 * width) / 4), bytes = new Uint8Array(54 + row * height), view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  for (const [at, value] of [[2, bytes.length], [10, 54], [14, 40], [18, width], [22, height]]) view.setUint32(at, value, true);
  for (const [at, value] of [[26, 1], [28, 24]]) view.setUint16(at, value, true);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) for (let k = 0; k < 3; k++) bytes[54 + (height - 1 - y) * row + 3 * x + k] = data[4 * (y * width + x) + 2 - k];
  }
  return `data:image/bmp;base64,${btoa(bytes)}`;
}

const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function btoa(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | ((bytes[i + 1] || 0) << 8) | (bytes[i + 2] || 0);
    for (let k = 0; k < 4; k++) text += i + k > bytes.length ? "=" : SIGNS[(three >> (18 - 6 * k)) & 63];
  }
  return text;
}

function atob(text) {
  let bits = 0, held = 0, out = "";
  for (const sign of text.replace(/=+$/, "")) {
    [held, bits] = [((held << 6) | SIGNS.indexOf(sign)) & 0xffff, bits + 6];
    if (bits >= 8) out += String.fromCharCode((held >> (bits -= 8)) & 255);
  }
  return out;
}

class Observer {
  observe() {}
  disconnect() {}
}

const waiting = [], later = (work) => waiting.push(work);
Object.assign(globalThis, { atob, ResizeObserver: Observer, IntersectionObserver: Observer, MutationObserver: Observer,
  matchMedia: () => ({ matches: true }), requestIdleCallback: later, requestAnimationFrame: later, setTimeout: () => 0, clearTimeout() {},
  performance: { now: () => 0 }, URL: class { constructor(address) { this.href = address; } } });

const host = new Element("figure"), stage = new Element("div"), json = new Element("script");
globalThis.document = { createElement: (tag) => new Element(tag), createElementNS: (_, tag) => new Element(tag), documentElement: new Element("html"),
  getElementById: () => null, querySelectorAll: () => [host], currentScript: { src: "" } };

/* The place of a figure on a page, that wide in pixels; its scripts come after. */
function place(data, width) {
  Element.width = width;
  stage.setAttribute("class", "touch-stage");
  json.setAttribute("class", "touch-data");
  json.textContent = data;
  host.append(stage, json);
}

/* What they painted: the first picture on the stage. `square` is the height of one that has none of its own. */
function painted(square) {
  while (waiting.length) waiting.shift()();
  const svg = stage.querySelector("svg"), [, , wide, high] = svg.getAttribute("viewBox").split(" ").map(Number);
  if (!svg.getAttribute("height")) for (const [name, value] of [["width", (square * wide) / high], ["height", square]]) svg.setAttribute(name, value);
  if (!svg.getAttribute("aria-label")) svg.setAttribute("aria-label", host.querySelector(".touch-told").textContent);
  svg.removeAttribute("aria-labelledby");
  return String(svg);
}
