/* The image with a digit on it, and on that the field of one unit. Lengths are pixels of the image.
 *
 * Solid frame: the part inside the image. Dashed: the whole field. Filled: the pixels that are really
 * read. Thin: the fields of the layers before, each of the unit in the middle of what is read there.
 */
(function (calculator) {
  "use strict";

  const { dom, geometry } = calculator;
  const { runs } = window.bookParts.windows, { inkRaster } = window.bookParts.pictures;
  const SIDE = 28,
    MOST_PIECES = 1500; // pieces of the filled part that are drawn one by one
  const pictures = new Map();

  /** The digit as an image address; made once for each digit. */
  function pictureOf(digit) {
    if (!pictures.has(digit)) {
      const ink = Array.from(atob(digit.pixels), (byte) => byte.charCodeAt(0));
      pictures.set(digit, inkRaster(ink, SIDE, 255).toDataURL());
    }
    return pictures.get(digit);
  }

  /** How far the fields of a network reach beyond the image, in its pixels; at most its own side. */
  function margins(size, rows) {
    return [0, 1].map((axis) => {
      let most = 0;
      for (const { output } of rows) {
        for (const unit of [0, output[axis].size - 1]) {
          const seen = geometry.sees(output[axis], unit);
          if (seen) most = Math.max(most, -seen[0], seen[1] - size[axis + 1] + 1);
        }
      }
      return Math.min(most, size[axis + 1]);
    });
  }

  function box([rows, columns], attributes) {
    return dom.draw("rect", {
      x: columns[0],
      y: rows[0],
      width: columns[1] - columns[0] + 1,
      height: rows[1] - rows[0] + 1,
      ...attributes,
    });
  }

  /** The filled part: all runs of rows crossed with all runs of columns; beyond `most` pieces what holds them. */
  function pieces(read, attributes, most = MOST_PIECES) {
    let [rows, columns] = read.map(runs);
    if (rows.length * columns.length > most) {
      [rows, columns] = read.map((units) => (units.length ? [[units[0], units[units.length - 1]]] : []));
    }
    return rows.flatMap((r) => columns.map((c) => box([r, c], attributes)));
  }

  /** `show(picked, digit)` draws what drawing.js found out about a unit. */
  function stage(host, sentenceId) {
    const svg = dom.draw("svg", { class: "fc-stage", role: "img", "aria-labelledby": sentenceId });
    host.append(svg);

    function show({ size, rows, level, whole, inside, read, before }, digit) {
      const [, height, width] = size,
        [over, aside] = margins(size, rows),
        line = Math.max(height + 2 * over, width + 2 * aside) / 200;
      svg.setAttribute(
        "viewBox",
        `${-aside - 2 * line} ${-over - 2 * line} ${width + 2 * aside + 4 * line} ${height + 2 * over + 4 * line}`,
      );
      const image = dom.draw("image", {
        href: pictureOf(digit),
        width,
        height,
        preserveAspectRatio: "none",
        class: "fc-digit",
      });
      const parts = [
        dom.draw("rect", { class: "fc-paper", x: -aside - 2 * line, y: -over - 2 * line, width: width + 2 * aside + 4 * line, height: height + 2 * over + 4 * line }),
        image,
        dom.draw("rect", { class: "fc-edge", width, height, "stroke-width": line }),
        ...pieces(read[0], { class: "fc-read" }),
        ...before.map((frame) => box(frame, { class: "fc-before", "stroke-width": line / 1.5 })),
      ];
      const beyond = whole && JSON.stringify(whole) !== JSON.stringify(inside);
      if (beyond)
        parts.push(
          box(whole, {
            class: "fc-whole",
            "stroke-width": line * 1.6,
            "stroke-dasharray": `${line * 5} ${line * 4}`,
          }),
        );
      if (inside) parts.push(box(inside, { class: "fc-inside", "stroke-width": line * 2.4 }));
      svg.replaceChildren(...parts);
      svg.dataset.level = level;
    }

    return { show };
  }

  calculator.stage = { stage, pieces };
})((window.fieldCalculator = window.fieldCalculator || {}));
