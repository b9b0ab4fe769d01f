/* Small helpers of the page: elements, numbers as text, and one update a frame. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});

  /* An element with attributes and children; texts become text, never HTML. */
  function el(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  }

  const signed = (text) => text.replace("-", "−");

  /* A number for a reader: a fixed count of decimals, or powers of ten where that would show nothing. */
  function say(value, decimals = 3) {
    if (value === 0) return "0";
    if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
    const size = Math.abs(value);
    if (size < 0.5 * 10 ** -decimals || size >= 1e6) return signed(value.toExponential(1));
    return signed(value.toFixed(decimals));
  }

  /* The same in the small: two decimals, fewer for large numbers. */
  const brief = (value) => (Number.isFinite(value) ? signed(value.toFixed(Math.abs(value) < 100 ? 2 : 0)) : say(value));

  /* A probability; certainty is never claimed by rounding. */
  const percent = (p) => (p >= 0.9995 ? "> 99.9 %" : p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`);
  const count = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many || `${one}s`}`;

  /* Runs `work` once, before the next frame is painted, however often it is asked for. */
  function oncePerFrame(work) {
    let waiting = 0;
    return () => { waiting = waiting || requestAnimationFrame(() => { waiting = 0; work(); }); };
  }

  /* Runs `work` when it has not been asked for during `wait` ms: for announcements, and for slow things. */
  function afterPause(work, wait) {
    let timer = 0;
    return () => { clearTimeout(timer); timer = setTimeout(work, wait); };
  }

  digit.dom = { el, say, brief, percent, count, oncePerFrame, afterPause };
})(window);
