// "Was it me?": hides what does not apply to a version, a product, a plan and some days, and says the sum in a sentence.
// The rule is that of generator/dossier/applying/base.py. Without this file every record stands in its table.
"use strict";

(() => {
  const form = document.querySelector("form.wm-ask");
  if (!form) return;
  const { version, surface, plan, from, to } = form.elements;
  const said = document.querySelector(".wm-answer");
  const split = (text) => (text ? text.split(",") : []);
  const groups = [...document.querySelectorAll("section[data-kind]")].map((node) => ({
    node,
    kind: node.dataset.kind,
    none: node.querySelector(".wm-none"),
    table: node.querySelector("table"),
    all: false,
    more: node.querySelector("table") && node.appendChild(Object.assign(document.createElement("button"), { type: "button", className: "wm-more" })),
    rows: [...node.querySelectorAll("tr[data-id]")].map((row) => {
      const { days, versions, surfaces, plans } = row.dataset;
      const [first, last] = days.split(",");
      return { row, first, last, versions: versions?.split(",") ?? null, surfaces: split(surfaces), plans: split(plans) };
    }),
  }));

  // Narrow screens show rows as blocks; roles keep them tables for screen readers.
  const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell", TH: "columnheader" };
  for (const part of document.querySelectorAll(".wm-applied, .wm-applied :is(thead, tbody, tr, td, th)")) {
    part.setAttribute("role", roles[part.tagName]);
  }

  // ---- what is chosen ----

  const numbered = (text) => /(?<![\d.])\d{1,6}(?:\.\d{1,6}){2,3}(?![\d.])/.exec(text)?.[0] ?? "";

  const choice = () => {
    const backwards = Boolean(from.value && to.value && from.value > to.value);
    return {
      version: numbered(version.value),
      surface: surface.value,
      plan: plan?.value ?? "",
      first: backwards ? "" : from.value,
      last: backwards ? "" : to.value,
      backwards,
    };
  };

  // Numbers, not letters: 2.1.9 is before 2.1.88.
  const compare = (one, other) => {
    const [a, b] = [one.split(".").map(Number), other.split(".").map(Number)];
    for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
      const difference = (a[at] ?? -1) - (b[at] ?? -1);
      if (difference) return difference;
    }
    return 0;
  };

  const applies = (one, kind, chosen) => {
    if (chosen.surface && one.surfaces.length && !one.surfaces.includes(chosen.surface)) return false;
    if (chosen.plan && one.plans.length && !one.plans.includes(chosen.plan)) return false;
    if (chosen.version && one.versions) {
      const [first, last] = one.versions;
      if ((!first || compare(first, chosen.version) <= 0) && (!last || compare(chosen.version, last) <= 0)) return true;
      if (kind !== "release") return false;
    }
    return (!one.first || !chosen.last || one.first <= chosen.last) && (!one.last || !chosen.first || chosen.first <= one.last);
  };

  // ---- words ----

  const spoken = (day, parts) => new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { timeZone: "UTC", ...parts });
  const full = (day) => spoken(day, { day: "numeric", month: "long", year: "numeric" });
  const listed = (parts) => (parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts.join(""));
  const option = (select) => select.options[select.selectedIndex];

  const when = ({ first, last }) => {
    if (!first && !last) return "On all days on record";
    if (!last) return `From ${full(first)} on`;
    if (!first) return `Until ${full(last)}`;
    if (first === last) return `On ${full(first)}`;
    const shared = first.slice(0, 7) === last.slice(0, 7) ? {} : { month: "long" };
    const year = first.slice(0, 4) === last.slice(0, 4) ? {} : { year: "numeric", month: "long" };
    return `Between ${spoken(first, { day: "numeric", ...shared, ...year })} and ${full(last)}`;
  };

  const where = (chosen) => {
    const client = chosen.version && `${form.dataset.client} ${chosen.version}`;
    const title = chosen.surface && option(surface).textContent;
    const product = !title || !client ? title || client : title === form.dataset.client ? client : `${title} (${client})`;
    const parts = [product && `on ${product}`, chosen.plan && option(plan).dataset.said].filter(Boolean);
    return parts.length ? `, ${parts.join(" ")}` : "";
  };

  const counted = (counts, chosen) =>
    listed(
      groups.map(({ kind, node, rows }, at) => {
        const count = counts[at];
        const { one, many } = node.dataset;
        const words = count ? `${count} ${count === 1 ? one : many}` : `no ${one}`;
        if (kind !== "release" || !chosen.version) return words;
        const newer = rows.filter(({ row, versions }) => !row.hidden && versions && compare(versions[0], chosen.version) > 0);
        return newer.length ? `${words} (${newer.length} newer than ${chosen.version})` : words;
      }),
    );

  const remarks = (chosen) => {
    const parts = [];
    if (version.value.trim() && !chosen.version) parts.push("The version is left out: write it with three numbers, as 2.1.76.");
    if (chosen.backwards) parts.push("The days are left out: the first is after the last.");
    if (chosen.version) {
      const known = document.querySelector(`#wm-versions option[value="${chosen.version}"]`);
      if (!known) parts.push(`No release of ${chosen.version} is on record here, so only its number was compared.`);
      else if (chosen.last && known.dataset.day > chosen.last) {
        parts.push(`${chosen.version} came out on ${full(known.dataset.day)}, after these days.`);
      }
    }
    if ((chosen.first && chosen.first < from.min) || (chosen.last && chosen.last > to.max)) {
      parts.push(`Records are of ${full(from.min)} to ${full(to.max)} only; other days are not covered, and “no” says nothing of them.`);
    }
    return parts;
  };

  const summary = (chosen, counts) => {
    const total = Number(form.dataset.total).toLocaleString("en");
    const uncovered = (chosen.first && chosen.first > to.max) || (chosen.last && chosen.last < from.min);
    if (uncovered) {
      return `These days are not covered: records are of ${full(from.min)} to ${full(to.max)}. What applies on any day is below.`;
    }
    const everything = groups.every(({ rows }, at) => rows.length === counts[at]);
    const words = isAsked(chosen)
      ? `${when(chosen)}${where(chosen)}: ${counted(counts, chosen)}. None of it says whether your usage was counted right.`
      : everything
        ? `Nothing is chosen yet, so all ${total} records are shown.`
        : `Nothing is chosen yet: of ${total} records the first ${FEW} of each kind are shown.`;
    return [words, ...remarks(chosen)].join(" ");
  };

  // ---- the answer, and the address that repeats it ----

  // Before anything is chosen, a phone would show forty screens of records: the first of each kind will do.
  const FEW = 5;
  const isAsked = (chosen) => Boolean(chosen.version || chosen.surface || chosen.plan || chosen.first || chosen.last);

  const show = () => {
    const chosen = choice();
    const counts = groups.map(({ kind, node, rows, none, table, more, all }) => {
      let shown = 0;
      const few = !isAsked(chosen) && !all && rows.length > FEW;
      for (const one of rows) {
        one.row.hidden = !applies(one, kind, chosen) || (few && shown === FEW);
        shown += one.row.hidden ? 0 : 1;
      }
      if (more) {
        more.hidden = !few;
        more.textContent = `Show all ${rows.length.toLocaleString("en")} ${node.dataset.many}`;
      }
      none.hidden = shown > 0;
      if (table) table.hidden = shown === 0;
      return shown;
    });
    for (const field of [from, to]) field.setAttribute("aria-invalid", String(chosen.backwards));
    version.setAttribute("aria-invalid", String(Boolean(version.value.trim() && !chosen.version)));
    const words = summary(chosen, counts);
    if (said.textContent !== words) said.textContent = words;
  };

  const remember = () => {
    const query = new URLSearchParams();
    const kept = { version: numbered(version.value), surface: surface.value, plan: plan?.value, from: from.value, to: to.value };
    for (const [name, value] of Object.entries(kept)) if (value) query.set(name, value);
    const search = query.toString();
    history.replaceState(history.state, "", `${location.pathname}${search ? `?${search}` : ""}${location.hash}`);
  };

  const restore = () => {
    const query = new URLSearchParams(location.search);
    version.value = numbered(query.get("version") ?? "");
    for (const select of [surface, plan]) {
      const wanted = query.get(select?.name) ?? "";
      if (select) select.value = [...select.options].some((one) => one.value === wanted) ? wanted : "";
    }
    for (const field of [from, to]) field.value = query.get(field.name) ?? ""; // the control refuses what is no day
  };

  // A reader's program says the answer once, not at every letter.
  let waiting = 0;
  const later = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { show(); remember(); }, pause);
  };

  for (const group of groups) group.more?.addEventListener("click", () => { group.all = true; show(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); later(0); });
  form.addEventListener("input", (event) => later(event.target === version ? 300 : 0));
  form.addEventListener("reset", () => later(0));
  addEventListener("popstate", () => { restore(); show(); });

  form.hidden = false;
  restore();
  show();
})();
