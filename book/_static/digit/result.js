/* What the network reads: a bar for each digit, and a sentence. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { make, say } = root.bookParts.dom, { percent } = root.bookParts.numbers, { afterPause } = root.bookParts.work;

  /* A sentence for a drawing: `outcome` of network.results, null for an empty pad; `truth` the label of a test
     digit as it is, or null. */
  function sentenceFor(outcome, truth) {
    if (!outcome) return "The pad is empty: draw a digit, or pick one.";
    if (!outcome.sound) return "It gives no answer: on the way its numbers grow too large to be numbers.";
    const p = outcome.probabilities, [first, second] = Array.from(p.keys()).sort((a, b) => p[b] - p[a]);
    const verdict = truth === null ? "" : truth === first ? " That is its label." : ` Its label is ${truth}.`;
    return `It reads a ${first} (${percent(p[first])}); next comes ${second} (${percent(p[second])}).${verdict}`;
  }

  /* `bars` is a table's body, `sentence` and `live` are paragraphs, the latter for those who hear it. */
  function create({ bars, sentence, live }) {
    const rows = Array.from({ length: 10 }, (_, d) => {
      const bar = make("span", { class: "digit-bar" }), share = make("td", { class: "digit-share" }, "–");
      const track = make("td", { class: "digit-track", "aria-hidden": "true" }, bar);
      return { bar, share, row: make("tr", {}, make("th", { scope: "row" }, String(d)), track, share) };
    });
    bars.replaceChildren(...rows.map(({ row }) => row));
    const announce = afterPause(() => say(live, sentence.textContent), 700);

    function show(outcome, truth) {
      const sound = outcome && outcome.sound, best = sound ? digit.network.bestOf(outcome.probabilities) : -1;
      rows.forEach(({ bar, share, row }, d) => {
        bar.style.transform = `scaleX(${sound ? outcome.probabilities[d] : 0})`;
        say(share, sound ? percent(outcome.probabilities[d]) : "–");
        row.classList.toggle("digit-first", d === best);
      });
      say(sentence, sentenceFor(outcome, truth));
      announce();
    }

    /* Said while a large network is still at work. */
    const wait = () => say(sentence, "The network is computing …");
    return { show, wait };
  }

  digit.result = { create, sentenceFor };
})(window);
