/* What comes out of the list as text: the table, its sums, and the four forms to copy. */
(function (calculator) {
  "use strict";

  const { dom, exports } = calculator;
  const FORMS = [
    ["mnistLib", "Python for mnist_lib"],
    ["sequential", "Python, nn.Sequential"],
    ["markdown", "Markdown"],
    ["csv", "CSV"],
  ];
  const { grouped } = window.bookParts.numbers;

  /** `show(table, level)` writes the table and marks the row of map `level`. */
  function resultTable(host) {
    const caption = dom.make("caption"),
      body = dom.make("tbody"),
      sums = dom.make("p", { class: "fc-sums" });
    const head = dom.make(
      "tr",
      {},
      ...exports.COLUMNS.map(([heading, meaning]) => dom.make("th", { scope: "col", title: meaning }, heading)),
    );
    host.append(
      dom.make(
        "div",
        {
          class: "fc-scroll",
          role: "group",
          tabindex: "0",
          "aria-label": "Receptive-field table, scrolls sideways",
        },
        dom.make("table", { class: "fc-table" }, caption, dom.make("thead", {}, head), body),
      ),
      sums,
    );

    function mark(level) {
      [...body.children].forEach((row, i) => {
        if (i === level - 1) row.setAttribute("aria-current", "true");
        else row.removeAttribute("aria-current");
      });
    }

    function show(table, level) {
      dom.say(caption, `Receptive fields for an input of ${table.size.join(" × ")}`);
      body.replaceChildren(
        ...exports
          .cells(table)
          .lines.map((line) =>
            dom.make(
              "tr",
              {},
              ...line.map((cell, i) => (i ? dom.make("td", {}, cell) : dom.make("th", { scope: "row" }, cell))),
            ),
          ),
      );
      const { parameters, extra, multiplyAdds } = exports.totals(table);
      dom.say(
        sums,
        `${grouped(parameters)} parameters${extra ? `, ${grouped(extra)} of them in batch normalization` : ""}; ` +
          `${grouped(multiplyAdds)} multiply-adds for one image.`,
      );
      mark(level);
    }

    return { show, mark };
  }

  async function toClipboard(area) {
    try {
      await navigator.clipboard.writeText(area.value);
      return true;
    } catch {
      // not allowed here, as in some browsers on file://
      area.focus();
      area.select();
      return false;
    }
  }

  /** Buttons that copy the list in one of four forms, or its address; what was copied is shown. */
  function copying(host, { current, link }) {
    const status = dom.make("p", { class: "fc-status", role: "status" });
    const area = dom.make("textarea", {
      class: "fc-copied",
      readonly: "",
      rows: "10",
      hidden: true,
      spellcheck: "false",
      "aria-label": "What was copied",
    });

    async function copy(label, text) {
      area.hidden = false;
      area.value = text;
      area.rows = Math.min(16, text.split("\n").length + 1);
      const done = await toClipboard(area);
      dom.say(
        status,
        done ? `${label}: copied.` : `${label}: selected below. Press Ctrl+C (or ⌘C) to copy it.`,
      );
    }

    host.append(
      dom.make(
        "div",
        { class: "fc-row", role: "group", "aria-label": "Copy" },
        ...FORMS.map(([form, label]) =>
          dom.button(label, { "data-copy": form, onclick: () => copy(label, exports[form](current())) }),
        ),
        dom.button("Link", { "data-copy": "link", onclick: () => copy("Link", link()) }),
      ),
      status,
      area,
    );
  }

  calculator.results = { resultTable, copying };
})((window.fieldCalculator = window.fieldCalculator || {}));
