/* Where a list begins: the network to start from, and the size of the image. */
(function (calculator) {
  "use strict";

  const { dom, layers } = calculator;
  const OWN = "",
    EMPTY = "nothing"; // what the menu says of a list that is no network it knows, and of none

  /** Calls chosen(name) for a network, typed(field, text) for the image's size. */
  function start(host, { chosen, typed }) {
    const told = dom.make("p", { class: "fc-problem", hidden: true });
    const preset = dom.make(
      "select",
      { id: "fc-preset", class: "fc-input", onchange: () => chosen(preset.value) },
      dom.make("option", { value: OWN }, "your own list"),
      dom.make("option", { value: EMPTY }, "an empty list"),
      ...[...new Set(calculator.presets.map(({ group }) => group))].map((group) =>
        dom.make(
          "optgroup",
          { label: group },
          ...calculator.presets
            .filter((p) => p.group === group)
            .map(({ name }) => dom.make("option", { value: name }, name)),
        ),
      ),
    );
    const inputs = Object.fromEntries(
      Object.entries(layers.INPUT).map(([field, { label }]) => [
        field,
        {
          node: dom.make("input", {
            id: `fc-input-${field}`,
            class: "fc-input fc-number",
            inputmode: "numeric",
            maxlength: 40,
            autocomplete: "off",
            "aria-describedby": `fc-input-${field}-said`,
            oninput: (event) => typed(field, event.target.value),
          }),
          said: dom.make("p", { class: "fc-said", id: `fc-input-${field}-said` }),
          label,
        },
      ]),
    );
    host.append(
      dom.make(
        "div",
        { class: "fc-row" },
        dom.make(
          "div",
          { class: "fc-field fc-wide" },
          dom.make("label", { for: "fc-preset" }, "start from"),
          preset,
        ),
        dom.make(
          "div",
          { class: "fc-row fc-input-size", role: "group", "aria-label": "Image" },
          ...Object.values(inputs).map(({ node, label }) =>
            dom.make("div", { class: "fc-field" }, dom.make("label", { for: node.id }, `image ${label}`), node),
          ),
        ),
      ),
      ...Object.values(inputs).map(({ said }) => said),
      told,
    );

    function tell(text) {
      told.hidden = !text;
      dom.say(told, text);
    }

    /** Show the image's size as it was typed, and what is wrong with it or with the list as a whole. */
    function report(input, problems) {
      for (const [field, { node, said }] of Object.entries(inputs)) {
        if (node.value !== input[field]) node.value = input[field];
        const problem = problems.find((p) => p.row === -1 && p.field === field);
        dom.wrong(node, !!problem);
        dom.say(said, problem ? problem.message : "");
      }
      const general = problems.find((p) => p.field === "list");
      tell(general ? general.message : "");
    }

    return {
      report,
      tell,
      name: (name) => {
        preset.value = name;
      },
    };
  }

  calculator.start = { OWN, EMPTY, start };
})((window.fieldCalculator = window.fieldCalculator || {}));
