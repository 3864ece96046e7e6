// The search of the site: a dialog over the index that Pagefind made of the built pages. Nothing of it is loaded before
// the box is used. Text of pages is only ever set as text. Without an index (a page opened as a file, a build without
// Pagefind, no WebAssembly) the box leads to the table of all records, whose own filter needs none.
"use strict";

(() => {
  const box = document.querySelector(".wm-searchbox");
  if (!box || !window.HTMLDialogElement) return;
  const SHOWN = 10;
  const WAIT = 120; // ms of rest after a key before a search
  const AS_FILE = location.protocol === "file:";
  const RANKING = {
    // Ids, titles and what readers ask weigh most; pictures, kinds and grades are shown, not searched.
    metaWeights: { title: 5, asked: 5, id: 2, description: 1, kind: 0, grade: 0, image: 0, image_alt: 0 },
  };
  const PLURAL = { Page: "Other pages" };
  const GRADE = /^[A-Z][a-z]+( [a-z]+)*$/;
  const ID = /^\s*([cefs])-[a-z0-9]{1,12}\s*$/i;

  const table = (words) => {
    const address = new URL(box.href);
    if (AS_FILE) address.pathname += "index.html"; // a folder has no page of its own there
    if (words) address.searchParams.set("words", words);
    return address.href;
  };

  const make = (tag, fields = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), fields);
    node.append(...children);
    return node;
  };
  const squash = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "");

  // ---- the index ----

  let index; // a promise of {search, kindOf, named, kinds}
  let engine;
  const load = async () => {
    const base = new URL(box.dataset.index, location.href).href;
    const [module, answer] = await Promise.all([import(`${base}pagefind.js`), fetch(`${base}records.json`)]);
    if (!answer.ok) throw new Error("no list of records");
    engine = module;
    const records = await answer.json();
    await engine.options({ ranking: RANKING, excerptLength: 28 });
    await engine.init();
    const kindOf = new Map();
    const named = new Map();
    for (const [kind, names] of Object.entries(records)) {
      for (const [name, fragment] of Object.entries(names)) {
        kindOf.set(fragment, kind);
        named.set(name, [...(named.get(name) ?? []), fragment]);
      }
    }
    const kinds = Object.keys(records).sort((a, b) => (a === "Page") - (b === "Page"));
    return { search: engine.search, kindOf, named, kinds };
  };
  const loaded = () => {
    index ??= load();
    return index;
  };
  const failed = () => { // a broken line may be whole again at the next key
    index = undefined;
    engine?.destroy();
    instead();
  };

  // ---- the dialog, made when it is first opened ----

  let dialog, input, form, kinds, status, list, more, aside;
  const build = () => {
    input = make("input", { type: "search", name: "words", autocomplete: "off", spellcheck: false, enterKeyHint: "search" });
    input.setAttribute("aria-label", "Search for words, ids, versions or figures");
    input.placeholder = "Words, an id, a version, a figure";
    const close = make("button", { type: "button", className: "wm-find__close", textContent: "Close" });
    close.addEventListener("click", () => dialog.close());
    kinds = make("fieldset", { className: "wm-find__kinds", hidden: true }, make("legend", { textContent: "Kind" }));
    form = make("form", { className: "wm-find__form" }, make("div", { className: "wm-find__line" }, input, close), kinds);
    form.setAttribute("role", "search");
    status = make("p", { className: "wm-find__status" });
    status.setAttribute("role", "status");
    list = make("ol", { className: "wm-find__results" });
    more = make("button", { type: "button", className: "wm-find__more", textContent: "More", hidden: true });
    aside = make("p", { className: "wm-find__aside" });
    dialog = make("dialog", { className: "wm-find md-typeset" }, form, status, list, more, aside);
    dialog.setAttribute("aria-label", "Search");
    document.body.append(dialog);

    form.addEventListener("submit", (event) => { event.preventDefault(); first(); });
    input.addEventListener("input", ask);
    kinds.addEventListener("change", () => { chosen = form.elements.kind.value; show(); });
    more.addEventListener("click", () => {
      const from = list.children.length;
      show(from + SHOWN).then(() => list.children[from]?.querySelector("a").focus());
    });
    dialog.addEventListener("keydown", keys);
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  };

  const open = () => {
    if (!dialog) build();
    if (dialog.open) return;
    dialog.showModal(); // the browser keeps the focus in it, closes it by Escape and gives the focus back
    input.focus();
    input.select();
    hint();
    if (AS_FILE) instead();
    else loaded().catch(failed);
  };

  const hint = () => {
    aside.replaceChildren(make("a", { href: table(input.value.trim()), textContent: "All records in one table" }),
      ", with filters by date, grade, symptom and surface.");
  };

  // Where there is no index: say so, and lead to the table.
  const instead = () => {
    const why = AS_FILE
      ? "This page was opened as a file, and browsers let no file load a search index."
      : "The search index could not be loaded.";
    clear();
    status.replaceChildren(`${why} The table of all records has a filter of its own, which works here: `,
      make("a", { href: table(input.value.trim()), textContent: "open it" }), ". Enter opens it too.");
    status.dataset.instead = "";
  };

  const clear = () => {
    list.replaceChildren();
    more.hidden = true;
    delete status.dataset.instead;
  };

  // ---- asking ----

  let turn = 0; // only the last question is answered
  let answer = null; // what was found: {found, exact, said}
  let chosen = "";
  let pending = Promise.resolve();

  const ask = () => {
    const mine = ++turn;
    hint();
    if (AS_FILE) { instead(); return; }
    pending = new Promise((done) => { setTimeout(done, WAIT); }).then(async () => {
      if (mine !== turn) return;
      const words = input.value.trim();
      if (!words) { answer = null; clear(); kinds.hidden = true; status.textContent = ""; return; }
      try {
        const got = await find(words);
        if (mine !== turn) return;
        answer = got;
        await show();
      } catch {
        if (mine === turn) failed();
      }
    });
  };

  const find = async (words) => {
    const { search, named } = await loaded();
    const exact = named.get(squash(words)) ?? [];
    let { results } = await search(words);
    if (exact.some((fragment) => !results.some(({ id }) => id === fragment))) {
      const again = await search(squash(words)); // "f 7k2qh3": two words to the index, one id to the reader
      const known = new Set(results.map(({ id }) => id));
      results = [...results, ...again.results.filter(({ id }) => !known.has(id) && exact.includes(id))];
    }
    let said = "";
    if (!results.length) {
      const long = words.split(/\s+/).filter((word) => word.length > 3 || /\d/.test(word)).join(" ");
      if (long && long !== words) ({ results } = await search(long));
      if (results.length) said = `No page has all of these words. With “${long}”: `;
    }
    if (ID.test(words) && !exact.length) said = `No record has the id ${words}. Pages with letters like these: `;
    // The ranking counts letters that begin alike as a match, so what bears the very name is put first here.
    const rank = (result) => (exact.includes(result.id) ? 0 : 1);
    return { found: [...results].sort((a, b) => rank(a) - rank(b)), said };
  };

  // ---- showing ----

  const show = async (upto = SHOWN) => {
    if (!answer) return;
    const mine = turn;
    const { kindOf, kinds: all } = await loaded();
    const counts = new Map();
    for (const { id } of answer.found) counts.set(kindOf.get(id), (counts.get(kindOf.get(id)) ?? 0) + 1);
    if (!counts.has(chosen)) chosen = "";
    const left = answer.found.filter(({ id }) => !chosen || kindOf.get(id) === chosen);
    const data = await Promise.all(left.slice(0, upto).map((result) => result.data()));
    if (mine !== turn) return;
    clear();
    list.append(...data.map(item));
    more.hidden = left.length <= upto;
    offer(all, counts);
    const pages = left.length === 1 ? "1 page" : `${left.length} pages`;
    const of = chosen ? ` of the kind ${chosen}` : "";
    status.textContent = answer.found.length ? `${answer.said}${pages}${of}.` : `${answer.said || "No page has these words: "}nothing found.`;
  };

  const offer = (all, counts) => {
    const at = kinds.contains(document.activeElement);
    const choice = (value, label, count) => {
      const radio = make("input", { type: "radio", name: "kind", value, checked: value === chosen });
      return make("label", {}, radio, make("span", {}, `${label} `, make("small", { textContent: count })));
    };
    const choices = all.filter((kind) => counts.has(kind)).map((kind) => choice(kind, PLURAL[kind] ?? `${kind}s`, counts.get(kind)));
    kinds.replaceChildren(kinds.firstChild, choice("", "All", answer.found.length), ...choices);
    kinds.hidden = choices.length < 2;
    if (at) kinds.querySelector(":checked")?.focus();
  };

  const item = (page) => {
    const { title, kind, id, grade, description } = page.meta;
    const facts = make("p", { className: "wm-find__facts" }, make("span", { className: "wm-tag", textContent: kind }));
    if (grade && GRADE.test(grade)) {
      const look = grade.toLowerCase().replace(/ /g, "_");
      const shape = make("i", { className: "wm-shape" });
      shape.setAttribute("aria-hidden", "true");
      facts.append(" ", make("span", { className: `wm-badge wm-grade wm-grade--${look}` }, shape, grade));
    }
    if (id && !title.includes(id)) facts.append(" ", make("span", { className: "wm-ref", textContent: id }));
    const text = page.excerpt.includes("<mark>") ? marked(page.excerpt) : [description ?? ""];
    const link = make("a", { href: new URL(page.url, location.origin).href, textContent: title });
    return make("li", {}, link, facts, make("p", { className: "wm-find__text" }, ...text));
  };

  // Pagefind gives the excerpt as HTML, with the signs < and > of the page as entities; here it becomes text and marks.
  const marked = (excerpt) => excerpt.split("<mark>").flatMap((part, at) => {
    const [within, after] = at ? part.split("</mark>") : ["", part];
    const plain = (text = "") => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">");
    return at ? [make("mark", { textContent: plain(within) }), plain(after)] : [plain(after)];
  });

  // ---- keys ----

  const first = async () => {
    if (AS_FILE || "instead" in status.dataset) { location.href = table(input.value.trim()); return; }
    await pending;
    list.querySelector("a")?.click();
  };

  const keys = (event) => {
    event.stopPropagation(); // the theme turns pages by letters
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (kinds.contains(event.target)) return; // arrows choose the kind there
    const stops = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  const typing = (node) => node.closest?.("input, textarea, select, [contenteditable]");
  addEventListener("keydown", (event) => {
    const letter = !event.ctrlKey && !event.metaKey && !event.altKey && ["/", "s", "f"].includes(event.key);
    const chord = (event.ctrlKey || event.metaKey) && event.key === "k";
    if (event.defaultPrevented || !(letter && !typing(event.target)) && !chord) return;
    event.preventDefault();
    open();
  });
  box.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // into a tab of its own: the table
    event.preventDefault();
    open();
  });
  box.setAttribute("role", "button");
  box.setAttribute("aria-haspopup", "dialog");
  box.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); open(); } });
  box.append(make("kbd", { textContent: "/", ariaHidden: "true" }));
})();
