/* Test digits to pick from: a sample, or those that the network gets wrong. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { make, roving } = root.bookParts.dom, { pictures } = root.bookParts, { sliced } = root.bookParts.work;

  /* `entries`: [{index, label, image, said}]; one button is in the tab order, the arrow keys reach the others. */
  function create(container, picked) {
    let buttons = [], entries = [];
    const tab = roving(() => buttons);

    function button(entry, i) {
      const picture = make("img", { width: 42, height: 42, alt: "", role: "presentation" }); // a canvas would cost in every frame
      const name = `test image ${entry.index}, a ${entry.label}${entry.said === undefined ? "" : `; this network says ${entry.said}`}`;
      const element = make("button", { type: "button", class: "digit-thumbnail", tabindex: i ? -1 : 0, "aria-label": name, title: name, "aria-pressed": "false" },
        picture, entry.said === undefined ? null : make("span", { "aria-hidden": "true" }, `${entry.label} → ${entry.said}`));
      element.addEventListener("click", () => { tab.to(i, false); picked(entry); });
      return element;
    }

    container.addEventListener("keydown", (event) => {
      const at = buttons.indexOf(document.activeElement), last = buttons.length - 1;
      if (at < 0) return;
      const first = buttons[0].offsetTop, row = buttons.findIndex((b) => b.offsetTop > first + 4);
      const jump = row > 0 ? row : buttons.length;
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + jump, ArrowUp: at - jump, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      if (to >= 0 && to <= last) tab.to(to);
    });

    function* paintSteps() {
      for (let i = 0; i < buttons.length; i++) {
        buttons[i].querySelector("img").src = pictures.inkRaster(entries[i].image, 28).toDataURL();
        yield;
      }
    }

    const painting = sliced(paintSteps, () => {});

    function show(next) {
      entries = next;
      buttons = entries.map(button);
      container.replaceChildren(...buttons);
      painting.ask();
    }

    function mark(index) {
      buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(entries[i].index === index)));
    }

    return { show, paint: painting.ask, mark, busy: painting.busy };
  }

  digit.chooser = { create };
})(window);
