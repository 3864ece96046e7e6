// Filters of timeline and explore, sorting, and the live strip. Without this file every row stands there, in groups.
// A row names its values in data-f: facets apart by ";" in the order of the form's data-names, values by ",";
// what a record does not state is empty there and "none" in the form.
"use strict";

(() => {
  const form = document.querySelector("form.wm-filters");
  if (!form) return;
  const names = form.dataset.names.split(" ");
  const status = form.querySelector("[role=status]");
  const table = document.querySelector(".wm-explore");
  const groups = [...document.querySelectorAll("[data-group]")].map((node) => ({ node, open: node.open, rows: [] }));
  const rows = [...document.querySelectorAll("[data-f]")].map((node, place) => {
    const values = node.dataset.f.split(";").map((part) => (part || "none").split(","));
    const id = /\/([^/]+)\/(?:index\.html)?$/.exec(node.querySelector("a")?.getAttribute("href") ?? "")?.[1] ?? "";
    const row = { node, place, home: node.parentNode, values, words: `${node.textContent} ${id}`.toLowerCase() };
    groups.find((group) => group.node.contains(node)).rows.push(row);
    return row;
  });

  // Narrow screens show rows as blocks; roles keep them a table for screen readers.
  const roles = { THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  table?.setAttribute("role", "table");
  for (const part of table?.querySelectorAll("thead, tbody, tr, td") ?? []) part.setAttribute("role", roles[part.tagName]);
  for (const head of table?.querySelectorAll("thead th") ?? []) head.setAttribute("role", "columnheader");

  // ---- what is chosen: read from the controls, kept in the address ----

  const order = { column: "", down: false };
  const controls = (name) => [...form.elements].filter((control) => control.name === name);
  const chosen = () => {
    const data = new FormData(form);
    return names.map((name) => new Set(data.getAll(name).filter(Boolean)));
  };
  const typed = () => form.elements.words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);

  const restore = () => {
    const query = new URLSearchParams(location.search);
    for (const name of names) {
      const wanted = query.getAll(name);
      for (const control of controls(name)) {
        if (control.type === "checkbox") control.checked = wanted.includes(control.value);
        else control.value = [...control.options].some((option) => option.value === wanted[0]) ? wanted[0] : "";
      }
    }
    form.elements.words.value = query.get("words") ?? "";
    const column = query.get("sort") ?? "";
    order.down = column.startsWith("-");
    order.column = column.replace("-", "");
    if (!table?.querySelector(`th[data-sort="${CSS.escape(order.column)}"]`)) order.column = "";
  };

  const remember = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    if (order.column) query.set("sort", (order.down ? "-" : "") + order.column);
    const search = query.toString();
    history.replaceState(history.state, "", `${location.pathname}${search ? `?${search}` : ""}${location.hash}`);
  };

  // ---- rows and counts ----

  const fits = (row, sets, words, except) =>
    sets.every((set, at) => at === except || !set.size || row.values[at].some((value) => set.has(value))) &&
    words.every((word) => row.words.includes(word));

  const show = () => {
    const sets = chosen();
    const words = typed();
    const filtered = words.length > 0 || sets.some((set) => set.size > 0);
    let shown = 0;
    for (const row of rows) {
      row.node.hidden = !fits(row, sets, words, -1);
      shown += row.node.hidden ? 0 : 1;
    }
    for (const group of groups) {
      const some = group.rows.some((row) => !row.node.hidden);
      group.node.hidden = !some || (table !== null && order.column !== "");
      if (group.node.tagName === "DETAILS") group.node.open = filtered ? some : group.open;
    }
    names.forEach((name, at) => count(name, at, sets, words));
    const said = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows shown`;
    if (status.textContent !== said) status.textContent = said;
    draw();
  };

  // Beside each choice: how many rows it leaves, given the other facets.
  const count = (name, at, sets, words) => {
    const found = new Map();
    for (const row of rows) {
      if (fits(row, sets, words, at)) for (const value of row.values[at]) found.set(value, (found.get(value) ?? 0) + 1);
    }
    for (const control of controls(name)) {
      if (control.type === "checkbox") {
        control.parentNode.querySelector("[data-count]").textContent = found.get(control.value) ?? 0;
      } else {
        for (const option of control.options) {
          if (option.value) option.textContent = `${option.dataset.label} (${found.get(option.value) ?? 0})`;
        }
      }
    }
  };

  // ---- sorting: a button in each head; once up, once down, then the groups again ----

  const flat = table?.createTBody();
  const rank = (row) => {
    const at = names.indexOf(order.column);
    if (at < 0) return row.node.cells[order.column === "date" ? 0 : 2].textContent.replace("between ", "").trim();
    const listed = controls(names[at]).flatMap((control) => [...(control.options ?? [control])]);
    const first = listed.findIndex((choice) => choice.value && row.values[at].includes(choice.value));
    return row.values[at][0] === "none" ? null : String(first).padStart(4, "0");
  };

  const sort = () => {
    if (!table) return;
    for (const head of table.querySelectorAll("th[data-sort]")) {
      const mine = head.dataset.sort === order.column;
      if (mine) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    if (!order.column) {
      for (const row of rows) row.home.append(row.node);
      return;
    }
    const keys = new Map(rows.map((row) => [row, rank(row) || null]));
    const turn = order.down ? -1 : 1;
    const compare = (one, other) => {
      const [a, b] = [keys.get(one), keys.get(other)];
      if (a === null || b === null) return (a === null) - (b === null) || one.place - other.place;
      return turn * (a < b ? -1 : a > b ? 1 : 0) || one.place - other.place;
    };
    flat.append(...[...rows].sort(compare).map((row) => row.node));
  };

  for (const head of table?.querySelectorAll("th[data-sort]") ?? []) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const again = order.column === head.dataset.sort;
      order.column = again && order.down ? "" : head.dataset.sort;
      order.down = again && !order.down;
      sort();
      show();
      remember();
    });
  }

  // ---- the live strip: drawn from the rows that are shown, so it cannot say another thing than the list ----

  const live = document.querySelector(".wm-live");
  const HEIGHT = 34;
  const SVG = "http://www.w3.org/2000/svg";
  const DAY = 86_400_000;

  const make = (parent, name, attributes, text = "") => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.textContent = text;
    parent.append(node);
    return node;
  };

  // First and last moment that the head of a row leaves open; a day lasts until midnight.
  const extent = (node) => {
    const times = [...node.querySelectorAll(":scope > span:first-child time")].map((time) => time.dateTime || time.textContent);
    const last = times.at(-1);
    return [Date.parse(times[0]), Date.parse(last) + (last.includes("T") ? 0 : DAY)];
  };

  const draw = () => {
    if (!live) return;
    const [from, to] = [Date.parse(live.dataset.from), Date.parse(live.dataset.to)];
    const percent = (at) => (100 * (Math.min(Math.max(at, from), to) - from)) / (to - from);
    const kinds = controls(names[0]).map((box) => [box.value, box.nextSibling.data.trim()]);
    const lines = [["fault-band", "Documented faults"], ["policy-band", "Promotions, policy, limits"], ...kinds];
    const height = lines.length * HEIGHT;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", "100%");
    svg.setAttribute("height", height + 20);
    const bar = ([begin, end], y, size, look, title) => {
      if (end < from || begin >= to) return null;
      const width = Math.max(percent(end) - percent(begin), 0.2);
      const box = { x: `${percent(begin)}%`, y, width: `${width}%`, height: size };
      const mark = make(svg, "rect", { ...box, class: `wm-live__${look}` });
      if (title) make(mark, "title", {}, title);
      return mark;
    };
    const bands = [...document.querySelectorAll("[data-band]")].map((node) => [node.dataset.band, extent(node), node]);
    for (const [kind, span, node] of bands) {
      if (kind === "article" || kind === "statement") bar(span, 0, height, kind, node.textContent.trim());
    }
    for (let at = from; at < to; at += 14 * DAY) {
      const x = `${percent(at)}%`;
      make(svg, "line", { x1: x, x2: x, y1: 0, y2: height, class: "wm-live__rule" });
      const label = new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
      if (to - at > 10 * DAY) make(svg, "text", { x, y: height + 14 }, label); // else it would be cut at the edge
    }
    lines.forEach(([, label], line) => make(svg, "text", { x: 0, y: line * HEIGHT + 11 }, label));
    ["fault", "policy"].forEach((wanted, line) => {
      const lanes = []; // end of the last bar in each; overlapping periods lie below each other
      for (const [, span, node] of bands.filter(([kind]) => kind === wanted)) {
        const free = lanes.findIndex((end) => end <= span[0]);
        const lane = free < 0 ? lanes.length : free;
        lanes[lane] = span[1];
        bar(span, line * HEIGHT + 15 + lane * 5, 4, wanted, node.textContent.trim());
      }
    });
    for (const row of rows.filter((each) => !each.node.hidden)) {
      const [kind] = row.values[0];
      const line = lines.findIndex(([value]) => value === kind);
      // What lies somewhere in a range is a thin line along all of it.
      const [top, size] = row.node.firstElementChild.textContent.startsWith("between") ? [9, 3] : [0, 12];
      const mark = bar(extent(row.node), line * HEIGHT + 15 + top, size, kind, row.node.querySelector("a").textContent);
      mark?.addEventListener("click", () => { location.hash = row.node.id; });
    }
    live.replaceChildren(svg);
  };

  // ---- wiring ----

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { show(); remember(); });
  form.addEventListener("reset", () => {
    order.column = "";
    setTimeout(() => { sort(); show(); remember(); });
  });
  addEventListener("popstate", () => { restore(); sort(); show(); });

  form.hidden = false;
  if (live) {
    live.hidden = false;
    document.querySelector(".wm-live__key").hidden = false;
    document.querySelector("#timeline-strip .wm-chart")?.classList.add("wm-live__static");
  }
  restore();
  sort();
  show();
})();
