/* A question before its evidence (book/_ext/predict.py): the reader's guess opens the fold and is compared.

   The page holds the question, its settings and the fold. Here a form is put into the question; the guess is
   kept in the browser, so that a page that is opened again shows it. */
(function (root) {
  "use strict";
  const parts = root.bookParts;
  const { make, draw, say } = parts.dom;

  // Words ------------------------------------------------------------------------------------

  /* A number with `digits` behind the point and its thousands parted, as Python writes f"{value:,.2f}". */
  const number = (value, digits) => value.toLocaleString("en-US", {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  });

  const sameWords = (said) => said.replace(/[:\s]+$/, "");

  /* Where a guess lies: 0 within the answer, else how far beside its nearer end (below: negative). */
  function beside(guess, answer) {
    const low = answer[0], high = answer[answer.length - 1];
    return guess < low ? guess - low : guess > high ? guess - high : 0;
  }

  /* What came of a guess, in words: {hit, text}. */
  function compared(guess, settings) {
    const { answer, digits, unit = "", says, kind } = settings;
    if (kind === "choice") {
      const hit = guess === answer;
      return { hit, text: hit ? "As you said." : `${sameWords(says)}: ${settings.right}.` };
    }
    const rounded = answer.map((value) => Number(value.toFixed(digits)));
    const off = beside(Number(guess.toFixed(digits)), rounded);
    const [low, high] = [rounded[0], rounded[rounded.length - 1]].map((value) => number(value, digits));
    const behind = unit ? ` ${unit}` : "";
    const text = `You said ${number(guess, digits)}${behind}. ${says} ${low === high ? low : `${low} to ${high}`}${behind}`;
    if (off === 0) return { hit: true, text: `${text}, as you said.` };
    const counted = unit === "%" ? " points" : unit.startsWith("of ") ? "" : behind;
    return { hit: false, text: `${text}: ${number(Math.abs(off), digits)}${counted} ${off < 0 ? "more" : "less"} than you said.` };
  }

  // The guess beside the answer, on a line -------------------------------------------------------

  /* The positions (0 to 1) of values on a line that holds the guess and the answer with some room beside them. */
  function placed(values) {
    const low = Math.min(...values), high = Math.max(...values), span = high - low || 1;
    return values.map((value) => 0.5 + (high === low ? 0 : (value - (low + high) / 2) / span * 0.84));
  }

  function line(guess, settings, room) {
    const { answer, digits, unit = "" } = settings;
    const WIDE = Math.min(560, Math.max(220, room || 560)), AXIS = 34;
    const at = placed([guess, ...answer]).map((place) => place * WIDE);
    const first = at[1], last = at[at.length - 1];
    const label = (x, y, text, name) => draw("text", {
      x: Math.min(WIDE - 4, Math.max(4, x)), y, class: name,
      "text-anchor": x < 60 ? "start" : x > WIDE - 60 ? "end" : "middle",
    }, text);
    const behind = unit ? ` ${unit}` : "";
    const ends = last - first > 130 ? [[first, answer[0]], [last, answer[answer.length - 1]]] : [[(first + last) / 2, null]];
    const range = answer[0] === answer[answer.length - 1] ? number(answer[0], digits)
      : `${number(answer[0], digits)} to ${number(answer[answer.length - 1], digits)}`;
    return draw("svg", { viewBox: `0 0 ${WIDE} 66`, class: "predict-line", "aria-hidden": "true" },
      draw("line", { x1: 0, x2: WIDE, y1: AXIS, y2: AXIS, class: "axis" }),
      draw("rect", { x: first - 5, y: AXIS - 5, width: last - first + 10, height: 10, rx: 5, class: "band" }),
      answer.map((_, i) => draw("circle", { cx: at[i + 1], cy: AXIS, r: 4.5, class: "seen" })),
      draw("path", { d: `M${at[0]} ${AXIS - 3}l-6 -11h12z`, class: "guess" }),
      label(at[0], AXIS - 19, `you: ${number(guess, digits)}${behind}`, "guess"),
      ends.map(([x, value]) => label(x, AXIS + 23, (value === null ? range : number(value, digits)) + behind, "seen")));
  }

  // Remembering ----------------------------------------------------------------------------------

  const keyOf = (box) => `predict:${document.documentElement.dataset.page || root.location.pathname}#${box.id}`;

  function recall(box) {
    try { return JSON.parse(root.localStorage.getItem(keyOf(box))); } catch { return null; }
  }

  function remember(box, guess) {
    try {
      if (guess === null) root.localStorage.removeItem(keyOf(box));
      else root.localStorage.setItem(keyOf(box), JSON.stringify(guess));
    } catch { /* a browser that keeps nothing: the guess holds for this visit */ }
  }

  /* Tells the figures of the page (touch.js) what the reader guessed, or that nothing stands any more. */
  function announce(box, guess) {
    if (guess === null) delete box.dataset.guess;
    else box.dataset.guess = guess;
    box.dispatchEvent(new Event("guess"));
  }

  // Asking -----------------------------------------------------------------------------------------

  /* The fields of a question: {nodes, value(), set(guess)}; `value` is null while nothing is chosen. */
  function choices(box) {
    const list = box.querySelector(".predict-choices");
    const radios = [...list.children].map((item, i) => {
      const radio = make("input", { type: "radio", name: box.id, value: i, required: true });
      const label = make("label", {}, radio, make("span", {}, ...(item.querySelector("p") || item).childNodes));
      item.replaceChildren(label);
      return radio;
    });
    list.classList.add("asked");
    return {
      nodes: [list],
      value: () => { const at = radios.findIndex((radio) => radio.checked); return at < 0 ? null : at; },
      set: (guess) => radios.forEach((radio, i) => { radio.checked = i === guess; }),
      lock: (locked) => radios.forEach((radio) => { radio.disabled = locked; }),
      mark: (guess, answer) => [...list.children].forEach((item, i) => {
        item.classList.toggle("right", answer === i);
        item.classList.toggle("guessed", guess === i);
      }),
    };
  }

  function typed(box, { unit, min, max }) {
    const field = make("input", { type: "number", step: "any", required: true, inputmode: "decimal", id: `${box.id}-guess`, min, max });
    return {
      nodes: [make("label", { for: field.id }, "Your guess"), field, unit ? make("span", {}, unit) : null],
      value: () => (field.value === "" ? null : field.valueAsNumber),
      set: (guess) => { field.value = guess === null ? "" : guess; },
      lock: (locked) => { field.disabled = locked; },
    };
  }

  function slid(box, settings) {
    const { min, max, step, unit = "", digits } = settings, LAST = Math.round((max - min) / step);
    const real = (at) => min + at * step, place = (value) => Math.round((value - min) / step);
    let touched = false; // where the slider stands at first is nobody's guess
    const touch = () => { touched = true; show(); };
    const said = make("output", { for: `${box.id}-guess` });
    const field = make("input", { type: "range", min: 0, max: LAST, step: 1, id: `${box.id}-guess`, oninput: touch, onpointerdown: touch });
    function show() {
      const text = touched ? number(real(Number(field.value)), digits) + (unit ? ` ${unit}` : "") : "move the slider";
      say(said, text);
      field.setAttribute("aria-valuetext", text);
    }
    const set = (guess) => { touched = guess !== null; field.value = touched ? place(guess) : Math.round(LAST / 2); show(); };
    set(null);
    return {
      nodes: [make("label", { for: field.id }, "Your guess"), field, said],
      value: () => (touched ? real(Number(field.value)) : null), set, field,
      lock: (locked) => { field.disabled = locked; },
    };
  }

  /* Puts the form into a question and joins it with its fold. */
  function ask(box) {
    const settings = JSON.parse(box.dataset.predict);
    const fold = box.nextElementSibling;
    fold.classList.add("veiled");
    if (settings.kind === "look") return; // the reader does something else before unfolding
    const asked = settings.kind === "choice" ? choices(box) : settings.kind === "slider" ? slid(box, settings) : typed(box, settings);
    const outcome = make("div", { class: "predict-outcome", role: "status", tabindex: -1 });
    const commit = make("button", { type: "submit", class: "part-button" }, "That is my guess");
    const again = make("button", { type: "button", class: "part-button quiet", hidden: true, onclick: forget }, "Ask me again");
    const form = make("form", { onsubmit: answer }, make("div", { class: "predict-fields" }, asked.nodes), commit, outcome, again);
    box.append(form);

    function shown(guess) {
      const { hit, text } = compared(guess, settings);
      asked.set(guess);
      asked.lock(true);
      if (asked.mark) asked.mark(guess, settings.answer);
      commit.hidden = true;
      again.hidden = false;
      box.classList.toggle("hit", hit);
      box.classList.add("answered");
      outcome.replaceChildren(make("p", {}, text), settings.kind === "choice" ? "" : line(guess, settings, outcome.clientWidth));
      fold.open = true;
      announce(box, guess);
    }

    function answer(event) {
      event.preventDefault();
      const guess = asked.value();
      if (guess === null) { // a form's own checks hold the other kinds back
        if (asked.field) asked.field.focus();
        return;
      }
      remember(box, guess);
      shown(guess);
      outcome.focus({ preventScroll: true });
    }

    function forget() {
      remember(box, null);
      announce(box, null);
      asked.lock(false);
      asked.set(null);
      if (asked.mark) asked.mark(null, null);
      commit.hidden = false;
      again.hidden = true;
      box.classList.remove("hit", "answered");
      outcome.replaceChildren();
      fold.open = false;
      commit.focus();
    }

    const before = recall(box);
    const kept = typeof before === "number" && (settings.kind !== "choice" || before < box.querySelector(".predict-choices").children.length);
    if (kept) shown(before);
  }

  parts.predict = { compared, placed };
  for (const box of document.querySelectorAll(".predict[data-predict]")) ask(box);
})(window);
