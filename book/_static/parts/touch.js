/* A figure that answers back: finds its places on the page, and gives each what it needs.

   A place is what book/_ext/touch.py writes: the data, a caption, and in `.touch-stage` the picture that the figure's
   own script painted when the book was built. A script registers itself, bookParts.touch.figure("schedules", begin),
   and begin gets {host, stage, controls, data, tell}. The picture stays until the first painting takes its place.
   Figures begin one at a time, each when the page has a moment: first those that are near the screen. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});
  const { make, draw, say } = parts.dom, { afterPause } = parts.work;
  const QUIET = 600; // milliseconds without a change after which a sentence is spoken
  const PATIENCE = 1000; // milliseconds after which a figure begins though the page is busy

  function open(host, begin) {
    const stage = host.querySelector(".touch-stage"), data = JSON.parse(host.querySelector(".touch-data").textContent);
    const controls = make("div", { class: "touch-controls" }), told = make("p", { class: "touch-told" });
    const spoken = make("p", { class: "touch-spoken", role: "status" });
    const speak = afterPause(() => say(spoken, told.textContent), QUIET);
    let first = true;

    /* The sentence below the figure; it is spoken when things rest, but for the one that is there at first. */
    function tell(text) {
      say(told, text);
      if (!first) speak();
      first = false;
    }

    stage.after(controls, told, spoken);
    begin({ host, stage, controls, data, tell });
    host.classList.add("touch-alive");
  }

  const whenIdle = root.requestIdleCallback ? (work) => root.requestIdleCallback(work, { timeout: PATIENCE }) : (work) => setTimeout(work, 30);
  const begins = new Map(); // what begins each figure that waits, in the page's order
  const near = new Set();

  function next() {
    const host = [...begins.keys()].find((one) => near.has(one)) || begins.keys().next().value, begin = begins.get(host);
    begins.delete(host);
    if (begins.size) whenIdle(next); // before this one begins: its fault would be its own
    open(host, begin);
  }

  const looks = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) near[isIntersecting ? "add" : "delete"](target);
  }, { rootMargin: "400px 0px" });

  /* Begins the figure of that name wherever it stands on the page. */
  function figure(name, begin) {
    for (const host of document.querySelectorAll(`figure.touch[data-figure="${name}"]`)) {
      if (!begins.size) whenIdle(next);
      begins.set(host, begin);
      looks.observe(host);
    }
  }

  /* Puts a chart on the stage, with words that say what one would see. */
  function put(stage, svg, words, role = "img") {
    svg.setAttribute("role", role);
    svg.setAttribute("aria-label", words);
    stage.replaceChildren(svg);
  }

  /* The reader's guess at a question of the page, which a figure's data name: a function that gives the number, or null
     while there is none. `changed` is called when the guess comes or goes. */
  function guessOf(data, changed) {
    const box = data.guess && document.getElementById(data.guess);
    if (!box) return () => null;
    box.addEventListener("guess", changed);
    return () => (box.dataset.guess ? Number(box.dataset.guess) : null);
  }

  /* Draws a guess into a chart as an upright line with its words; at the edge, with an arrow, where it lies beyond. */
  function drawGuess(chart, value, words) {
    const at = chart.x(value), here = Math.min(chart.right, Math.max(chart.left, at));
    const arrow = at === here ? "" : at < here ? "← " : "→ ";
    const early = here < (chart.left + chart.right) / 2; // the words stand on the side with more room
    chart.over(draw("path", { class: "touch-guess", d: `M${here} ${chart.top}V${chart.bottom}` }),
               draw("text", { class: "touch-guess", x: here + (early ? 6 : -6), y: chart.bottom - 6, "text-anchor": early ? "start" : "end" }, arrow + words));
  }

  /* Random numbers from 0 to 1 that are the same for the same seed (mulberry32). */
  function randomFrom(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  parts.touch = { figure, put, guessOf, drawGuess, randomFrom };
})(window);
