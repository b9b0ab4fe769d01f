/* The maps: all of them to scale in a row, and the picked one large, where a unit is picked.
 *
 * Both call pick(level, row, column); row null keeps the place. Level 0 is the image.
 */
(function (calculator) {
  "use strict";

  const { dom, stage } = calculator;
  const { unitAt: unitOn, placeOn } = window.bookParts.units;
  const LARGEST = 84,
    SMALLEST = 3; // sides in the row, in CSS pixels: of the largest map, and the least that is seen
  const GRID = 64; // a map of more units than this has no grid

  const PIECES = 60; // of the filled part of a map in the row, each of which is a few pixels wide

  /** [row, column] under the pointer on a map that fills `svg`; the nearest unit outside it. */
  function unitAt(event, svg, shape) {
    const { width, height } = svg.getBoundingClientRect();
    const { row, column } = unitOn(placeOn(event, svg), { shape, size: [height, width] }, true);
    return [row, column];
  }

  /** All maps in a row. */
  function strip(host, pick) {
    const items = dom.make("ol", { class: "fc-maps", "aria-label": "Maps; arrow keys move among them" });
    host.append(items);
    let shapes = [],
      svgs = [],
      buttons = [];
    const tab = dom.roving(() => buttons);

    items.addEventListener("keydown", (event) => {
      const at = buttons.indexOf(event.target),
        last = buttons.length - 1;
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
      if (at < 0 || to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      tab.to(to);
    });

    function build(size, rows) {
      shapes = [size.slice(1), ...rows.map((row) => row.output.map((map) => map.size))];
      const scale = LARGEST / Math.max(...shapes.flat());
      svgs = shapes.map(([h, w]) =>
        dom.draw("svg", {
          viewBox: `0 0 ${w} ${h}`,
          width: Math.max(SMALLEST, w * scale),
          height: Math.max(SMALLEST, h * scale),
          preserveAspectRatio: "none",
          "aria-hidden": "true",
          class: "fc-map",
        }),
      );
      buttons = shapes.map(([h, w], level) => {
        const name = level ? rows[level - 1].name : "image";
        return dom.make(
          "button",
          {
            type: "button",
            class: "fc-mapbutton",
            "data-level": level,
            onclick: (event) =>
              pick(
                level,
                ...(event.detail && event.target.closest("svg") ? unitAt(event, svgs[level], [h, w]) : [null]),
              ),
          },
          dom.make("span", { class: "fc-mapbox" }, svgs[level]),
          dom.make("span", { class: "fc-mapname" }, name),
          dom.make("span", { class: "fc-mapsize" }, `${h} × ${w}`),
        );
      });
      items.replaceChildren(...buttons.map((button) => dom.make("li", {}, button)));
      tab.to(0, false);
    }

    function show({ level, unit, read }) {
      svgs.forEach((svg, i) => {
        const [h, w] = shapes[i],
          parts = [dom.draw("rect", { class: "fc-ground", width: w, height: h })];
        if (i < level) parts.push(...stage.pieces(read[i], { class: "fc-read" }, PIECES));
        if (i === level) {
          const least = Math.max(h, w) / 12; // or a unit of a large map would not be seen
          parts.push(
            dom.draw("rect", {
              class: "fc-unit",
              x: unit[1] + 0.5 - Math.max(1, least) / 2,
              y: unit[0] + 0.5 - Math.max(1, least) / 2,
              width: Math.max(1, least),
              height: Math.max(1, least),
            }),
          );
        }
        svg.replaceChildren(...parts);
        buttons[i].classList.toggle("fc-later", i > level);
        if (i === level && !items.contains(document.activeElement)) tab.to(i, false);
        if (i === level) buttons[i].setAttribute("aria-current", "true");
        else buttons[i].removeAttribute("aria-current");
      });
    }

    return { build, show };
  }

  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  /** The picked map, large: pointer and arrow keys choose the unit. */
  function picker(host, pick) {
    const svg = dom.draw("svg", {
      class: "fc-picker",
      tabindex: "0",
      role: "application",
      "aria-roledescription": "map of units",
    });
    host.append(svg);
    let now = { level: 0, unit: [0, 0], shape: [1, 1], last: 0 };

    svg.addEventListener("keydown", (event) => {
      const { level, unit, shape, last } = now,
        step = STEPS[event.key],
        far = event.shiftKey ? 5 : 1;
      let next = null;
      if (step)
        next = [level, ...unit.map((u, axis) => Math.min(shape[axis] - 1, Math.max(0, u + far * step[axis])))];
      else if (event.key === "Home") next = [level, 0, 0];
      else if (event.key === "End") next = [level, shape[0] - 1, shape[1] - 1];
      else if (event.key === "PageUp") next = [Math.max(0, level - 1), null];
      else if (event.key === "PageDown") next = [Math.min(last, level + 1), null];
      if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      pick(...next);
    });
    const point = (event) => {
      if (event.type === "pointerdown") svg.setPointerCapture(event.pointerId);
      if (event.buttons & 1) pick(now.level, ...unitAt(event, svg, now.shape));
    };
    svg.addEventListener("pointerdown", point);
    svg.addEventListener("pointermove", point);

    function show({ level, unit, name, shape, last }) {
      now = { level, unit, shape, last };
      const [h, w] = shape,
        side = Math.max(h, w),
        parts = [dom.draw("rect", { class: "fc-ground", width: w, height: h })];
      svg.setAttribute("viewBox", `0 0 ${w} ${h}`);
      svg.style.aspectRatio = `${w} / ${h}`;
      svg.setAttribute(
        "aria-label",
        `${name}, ${h} × ${w} units. Arrow keys move the picked unit, Page Up and Page Down change the layer.`,
      );
      if (side <= GRID && side > 1) {
        let path = "";
        for (let i = 1; i < h; i++) path += `M0 ${i}H${w}`;
        for (let i = 1; i < w; i++) path += `M${i} 0V${h}`;
        parts.push(dom.draw("path", { class: "fc-grid", d: path, "stroke-width": side / 400 }));
      }
      const mark = Math.max(1, side / 40),
        line = Math.max(side / 90, 0.02);
      parts.push(
        dom.draw("rect", {
          class: "fc-unit",
          x: unit[1] + 0.5 - mark / 2,
          y: unit[0] + 0.5 - mark / 2,
          width: mark,
          height: mark,
          "stroke-width": line,
        }),
      );
      svg.replaceChildren(...parts);
    }

    return { show };
  }

  calculator.maps = { strip, picker };
})((window.fieldCalculator = window.fieldCalculator || {}));
