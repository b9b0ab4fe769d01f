/* Numbers as text, in one way for all pages. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});
  const signed = (text) => text.replace("-", "−");

  /* A fixed count of decimals, or powers of ten where that would show nothing. */
  function fixed(value, decimals = 3) {
    if (value === 0) return "0";
    if (Number.isNaN(value)) return "no number";
    if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
    const size = Math.abs(value);
    if (size < 0.5 * 10 ** -decimals || size >= 1e6) return signed(value.toExponential(1));
    return signed(value.toFixed(decimals));
  }

  /* The same in the small: two decimals, fewer for large numbers. */
  const brief = (value) => (Math.abs(value) < 1e5 ? signed(value.toFixed(Math.abs(value) < 100 ? 2 : 0)) : fixed(value, 1));

  /* A probability; certainty is never claimed by rounding. */
  function percent(p) {
    if (Number.isNaN(p)) return "–";
    return p >= 0.9995 ? "> 99.9 %" : p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`;
  }

  /* 7,416. The browser's own way to write it costs a phone 150 ms the first time; it is left what is no small whole number. */
  const grouped = (n) => (Number.isSafeInteger(n) ? String(n).replace(/\B(?=(\d{3})+$)/g, ",") : n.toLocaleString("en-US"));
  const count = (n, one, many) => `${grouped(n)} ${n === 1 ? one : many || `${one}s`}`;

  /* As the library's tables write numbers: 1024, 0.5, 0.3333; four digits, a half rounded to the even one. */
  function tabled(value) {
    if (Number.isInteger(value) || Math.abs(value) >= 1000) return String(value);
    const [, kept, rest, power] = /^(-?\d\.\d{3})(\d+)e(.*)$/.exec(value.toExponential(60));
    const half = /^50*$/.test(rest) && Number(kept[kept.length - 1]) % 2 === 0;
    return String(half ? Number(`${kept}e${power}`) : Number(value.toPrecision(4)));
  }

  /* One number for both axes where they agree, else height×width. */
  function both([height, width], write = tabled) {
    return write(height) === write(width) ? write(height) : `${write(height)}×${write(width)}`;
  }

  /* "3 to 7", or "3". */
  const span = ([first, last]) => signed(first === last ? `${first}` : `${first} to ${signed(`${last}`)}`);

  /* What someone typed or sent, as it may stand in a sentence: short. */
  const quoted = (text, most = 60) => `“${text.length > most ? `${text.slice(0, most - 1)}…` : text}”`;

  parts.numbers = { fixed, brief, percent, grouped, count, tabled, both, span, quoted };
})(typeof window === "undefined" ? globalThis : window);
