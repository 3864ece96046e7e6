// What the reader may have meant, on the page for addresses that do not exist: the nearest addresses of the site map.
// Nothing is opened unasked. Without this file the page lists the kinds of records.
"use strict";

(async () => {
  const box = document.querySelector(".wm-missing");
  if (!box) return;
  const MOST = 5;
  const map = new URL(box.dataset.base, location.href);
  const base = map.pathname.slice(0, -"sitemap.xml".length);
  const squash = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "");
  const decoded = (path) => { try { return decodeURIComponent(path); } catch { return path; } };

  // Ids as people write them: c-64 and C064 are C-064.
  const padded = (name) => name.replace(/^([ces])([0-9]{1,2})$/, (_, kind, digits) => kind + digits.padStart(3, "0"));

  const steps = (path) =>
    decoded(path).split("/").map((part) => squash(part.replace(/\.(html?|md|json)$/i, ""))).filter((part) => part && part !== "index");

  // Letters to add, drop or change; more than `most` is told as more.
  const distance = (one, other, most) => {
    if (Math.abs(one.length - other.length) > most) return most + 1;
    let row = [...other, ""].map((_, at) => at);
    for (let i = 1; i <= one.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= other.length; j += 1) {
        next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1)));
      }
      row = next;
    }
    return row[other.length];
  };

  // Less is nearer: the whole path but for its case, a step of it (the last one first), the number of an issue, a slip of
  // the pen. The case itself, 2026-03, is a step of nearly every address and says nothing.
  const rank = (page, asked) => {
    const own = page.steps.at(-1);
    if (page.steps.join("/") === asked.join("/")) return 0;
    const kin = asked.includes(page.steps.at(-2)) ? 0 : 0.1;
    for (const [back, step] of [...asked].reverse().slice(0, 4).entries()) {
      if (/^20[0-9]{4}$/.test(step) && asked.length > 1) continue;
      if (padded(step) === own) return 1 + 0.2 * back + kin;
      if (/^[0-9]{3,}$/.test(step) && /^[a-z]+[0-9]+$/.test(own) && own.replace(/^[a-z]+/, "") === step) return 2 + 0.2 * back + kin;
    }
    const last = asked.at(-1) ?? "";
    const most = last.length > 7 ? 2 : last.length > 4 ? 1 : 0;
    const slips = most ? distance(last, own, most) : 1;
    return slips <= most ? 3 + slips + kin : Infinity;
  };

  const asked = steps(location.pathname.startsWith(base) ? location.pathname.slice(base.length) : location.pathname);
  const answer = await fetch(map).catch(() => null);
  if (!asked.length || !answer?.ok) return;
  const found = [...(await answer.text()).matchAll(/<loc>([^<]+)<\/loc>/g)]
    .map(([, address]) => new URL(address).pathname)
    .filter((path) => path.startsWith(base) && path !== base)
    .map((path) => ({ path, steps: steps(path.slice(base.length)) }))
    .map((page) => ({ ...page, rank: rank(page, asked) }))
    .filter((page) => page.rank < Infinity)
    .sort((one, other) => one.rank - other.rank || one.path.length - other.path.length);
  const near = found.filter((page) => Math.floor(page.rank) === Math.floor(found[0].rank)).slice(0, MOST);
  if (!near.length) return;
  const list = document.createElement("ul");
  for (const { path } of near) {
    const link = document.createElement("a");
    link.href = path + location.hash;
    link.textContent = path.slice(base.length);
    list.appendChild(document.createElement("li")).append(link);
  }
  const said = document.createElement("p");
  said.textContent = near.length === 1 ? "Did you mean this page?" : "Did you mean one of these?";
  box.replaceChildren(said, list);
})();
