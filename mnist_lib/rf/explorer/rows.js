/* The whole table: every row, sortable by every column, with a column for each axis where axes differ. */
(function (root) {
  "use strict";
  const explorer = root.fieldExplorer || (root.fieldExplorer = {});
  const { make } = root.bookParts.dom;

  /* Columns as {name, value(row, number)}; those of lengths once for each axis, or once where all rows agree. */
  function columnsOf(model) {
    const { rows, axes } = model.data;
    const found = [{ name: "#", value: (row, number) => number + 1 }, { name: "layer", value: (row) => row.name, text: true }, { name: "operation", value: (row) => row.op, text: true }];
    const part = (row, key, axis) => (Array.isArray(row[key]) ? row[key][axis] : row[key]);
    function perAxis(key, name, count) {
      const some = rows.filter((row) => row[key] !== undefined && row[key] !== null);
      if (!some.length) return;
      const alike = some.every((row) => !Array.isArray(row[key]) || row[key].every((v) => v === row[key][0]));
      if (alike) found.push({ name, value: (row) => part(row, key, 0) });
      else for (let axis = 0; axis < count; axis++) found.push({ name: `${name} ${axes[axis] || axis}`, value: (row) => part(row, key, axis) });
    }
    const windows = Math.max(0, ...rows.map((row) => (Array.isArray(row.kernel) ? row.kernel.length : 0)));
    for (const [key, name] of [["kernel", "k"], ["stride", "s"], ["padding", "p"], ["dilation", "d"]]) perAxis(key, name, windows);
    perAxis("before", "n_in", axes.length);
    perAxis("size", "n_out", axes.length);
    found.push({ name: "ch_in", value: (row) => row.channels[0] }, { name: "ch_out", value: (row) => row.channels[1] });
    perAxis("jump", "j_out", axes.length);
    perAxis("field", "r_out", axes.length);
    perAxis("start", "start", axes.length);
    found.push({ name: "parameters", value: (row) => row.parameters || 0 }, { name: "multiply-adds", value: (row) => row.products || 0 });
    if (rows.some((row) => row.notes)) found.push({ name: "notes", value: (row) => (row.notes || []).join("; "), text: true });
    return found;
  }

  /* Numbers by size, texts by letters, nothing last. */
  function compared(a, b) {
    const none = (v) => v === undefined || v === null || v === "";
    if (none(a) || none(b)) return none(a) - none(b);
    return typeof a === "number" && typeof b === "number" ? a - b : `${a}`.localeCompare(`${b}`, "en", { numeric: true });
  }

  function makeRows(model, { goTo }) {
    const columns = columnsOf(model), body = make("tbody", {}), numbers = model.rows.map((_, i) => i);
    let by = 0, sign = 1, made = false;
    const heads = columns.map(({ name, text }, c) => make("th", { scope: "col", class: text ? "text" : "" }, make("button", { type: "button", onclick: () => sort(c) }, name)));
    const lines = new Map();
    const element = make("div", { class: "rows", tabindex: 0, role: "region", "aria-label": "All rows of the table" },
      make("table", {}, make("caption", {}, `${model.rows.length} rows; a column's name sorts by it`), make("thead", {}, make("tr", {}, ...heads)), body));

    function line(number) {
      if (!lines.has(number)) {
        const row = model.rows[number];
        lines.set(number, make("tr", { "data-row": number }, ...columns.map(({ value, text }, c) => {
          const found = value(row, number), shown = found === undefined || found === null ? "" : typeof found === "number" && !Number.isInteger(found) ? `${Number(found.toPrecision(6))}` : `${found}`;
          if (c === 1) return make("th", { scope: "row", class: "text" }, make("button", { type: "button", class: "link", onclick: () => goTo(`r${number}`) }, shown));
          return make("td", { class: text ? "text" : "" }, shown);
        })));
      }
      return lines.get(number);
    }

    function fill() {
      made = true;
      const { value } = columns[by];
      const none = (v) => v === undefined || v === null || v === "";
      const sorted = [...numbers].sort((a, b) => {
        const [left, right] = [value(model.rows[a], a), value(model.rows[b], b)];
        return (none(left) || none(right) ? compared(left, right) : sign * compared(left, right)) || a - b;
      });
      body.replaceChildren(...sorted.map(line));
      heads.forEach((head, c) => (c === by ? head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending") : head.removeAttribute("aria-sort")));
    }

    function sort(column) {
      sign = column === by ? -sign : 1;
      by = column;
      fill();
    }

    return { element, open: () => { if (!made) fill(); } };
  }

  Object.assign(explorer, { makeRows, columnsOf });
})(window);
