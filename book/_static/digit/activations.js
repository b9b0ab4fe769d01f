/* Functions of a single number: f(x), and the derivative d(x), with the conventions of PyTorch. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const ROOT_2_OVER_PI = Math.sqrt(2 / Math.PI);

  function erf(x) { // Abramowitz and Stegun 7.1.26: within 1.5e-7
    const t = 1 / (1 + 0.3275911 * Math.abs(x));
    const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return Math.sign(x) * (1 - tail * Math.exp(-x * x));
  }

  const normal = (x) => 0.5 * (1 + erf(x / Math.SQRT2));
  const bell = (x) => ROOT_2_OVER_PI * (x + 0.044715 * x * x * x);
  /* `s` holds the layer's settings. */
  const ACTIVATIONS = {
    relu: { f: (x) => Math.max(0, x), d: (x) => (x > 0 ? 1 : 0) },
    leaky_relu: { f: (x, s) => (x > 0 ? x : s.slope * x), d: (x, s) => (x > 0 ? 1 : s.slope) },
    elu: {
      f: (x, s) => s.scale * (x > 0 ? x : s.alpha * Math.expm1(x)),
      d: (x, s) => s.scale * (x > 0 ? 1 : s.alpha * Math.exp(x)),
    },
    gelu: {
      f: (x, s) => (s.approximate === "tanh" ? 0.5 * x * (1 + Math.tanh(bell(x))) : x * normal(x)),
      d: (x, s) => {
        if (s.approximate !== "tanh") return normal(x) + (x * Math.exp(-x * x / 2)) / Math.sqrt(2 * Math.PI);
        const t = Math.tanh(bell(x));
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * ROOT_2_OVER_PI * (1 + 0.134145 * x * x);
      },
    },
    silu: { f: (x) => x * sigmoid(x), d: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))) },
    sigmoid: { f: sigmoid, d: (x) => sigmoid(x) * (1 - sigmoid(x)) },
    tanh: { f: Math.tanh, d: (x) => 1 - Math.tanh(x) ** 2 },
    hardswish: {
      f: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
      d: (x) => (x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1),
    },
    hardtanh: { f: (x, s) => Math.min(Math.max(x, s.low), s.high), d: (x, s) => (x > s.low && x < s.high ? 1 : 0) },
  };

  digit.ACTIVATIONS = ACTIVATIONS;
})(typeof window === "undefined" ? globalThis : window);
