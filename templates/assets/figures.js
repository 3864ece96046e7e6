// Draws a chart live over its picture when it comes into view, with Vega from this site. Without this file, on any
// error, and where a reader saves data the picture stays. The table beside it is what a keyboard or a screen reader uses.
"use strict";

(() => {
  const figures = [...document.querySelectorAll("template.wm-spec")];
  const saves = navigator.connection?.saveData || matchMedia("(prefers-reduced-data: reduce)").matches;
  if (!figures.length || saves || !("IntersectionObserver" in window)) return;

  // The colours of charts on dark paper: those of generator/charts/base.py, which a test compares.
  const DARK = {
    "#1c2326": "#e6e4dd", "#4a5559": "#b3b9b8", "#dcd8cd": "#364044", "#ffffff": "#1b2224", "#f6e3c4": "#4a3a1c",
    "#14466f": "#b5d6f5", "#c65f0a": "#ef9a4a", "#45a595": "#308a7b", "#c3a5da": "#785da3", "#5e6a70": "#879399",
    "#a32b2b": "#f39a94", "#14633f": "#67c596", "#2f5fa3": "#8db6ef", "#855a08": "#deb057", "#a5322a": "#ee8b83",
    "#5f6368": "#a5aab0",
  };
  const FONT = "Liberation Sans";
  const FONTS = "'Liberation Sans', Arial, Helvetica, 'Nimbus Sans', system-ui, sans-serif";
  const phone = matchMedia("(max-width: 44.9375em)");
  const isDark = () => document.body.dataset.mdColorScheme === "slate";

  // A classic script, since a page that was opened as a file may load no module.
  let loading;
  const loaded = (address) => {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", () => (window.wmVega ? resolve(window.wmVega) : reject(new Error("no Vega"))));
      script.addEventListener("error", () => reject(new Error("not loaded")));
      document.head.append(script);
    });
    return loading;
  };

  // ---- what a mark says: the words of its row in the table, as text and never as HTML ----

  const tip = document.createElement("div");
  tip.className = "wm-tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  const hide = () => { tip.hidden = true; };
  const line = ([name, value]) => {
    const row = document.createElement("span");
    const label = document.createElement("b");
    label.textContent = `${name} `;
    row.append(label, String(value));
    return row;
  };
  const tell = (_view, event, _item, value) => {
    if (value === null || value === undefined || value === "") return hide();
    tip.replaceChildren(...(typeof value === "object" ? Object.entries(value).map(line) : [String(value)]));
    tip.hidden = false;
    const [x, y] = [event.clientX + 14, event.clientY + 14];
    tip.style.left = `${Math.max(4, Math.min(x, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${y + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 10 : y}px`;
  };
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("scroll", hide, { passive: true, capture: true });

  // ---- one figure ----

  const frameOf = (template) => template.closest(".wm-figure").querySelector(".wm-chart");
  const specification = (template) => {
    const both = template.content.textContent;
    const coloured = isDark() ? both.replace(/"(#[0-9a-f]{6})"/g, (whole, colour) => `"${DARK[colour] ?? colour}"`) : both;
    const { wide, narrow } = JSON.parse(coloured);
    const spec = phone.matches && narrow ? { ...wide, ...narrow } : wide;
    const config = { ...spec.config, aria: false, background: null };
    return JSON.parse(JSON.stringify({ ...spec, config }).replaceAll(JSON.stringify(FONT), JSON.stringify(FONTS)));
  };

  // What Vega-Lite's compiler warns of is for whoever writes charts; it can be told to be silent in no other way.
  const quietly = async (call) => {
    const { warn } = console;
    console.warn = () => {};
    try {
      return await call();
    } finally {
      console.warn = warn;
    }
  };

  const draw = async (template) => {
    const frame = frameOf(template);
    const box = document.createElement("div");
    box.className = "wm-drawn";
    box.hidden = true;
    const old = frame.querySelector(".wm-drawn");
    try {
      const vega = await loaded(template.dataset.vega);
      frame.append(box);
      const options = { ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: tell, logLevel: 0 };
      const made = await quietly(() => vega.embed(box, specification(template), options));
      const svg = box.querySelector("svg");
      if (!svg || !svg.querySelector(".role-mark")) throw new Error("nothing drawn");
      svg.setAttribute("aria-hidden", "true");
      box.removeAttribute("aria-roledescription"); // Vega's own words for the box
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", frame.querySelector("img").alt);
      old?.wmDrawing?.finalize();
      old?.remove();
      box.wmDrawing = made;
      box.hidden = false;
      frame.classList.add("wm-chart--live");
    } catch {
      for (const one of [box, old]) one?.remove();
      frame.classList.remove("wm-chart--live");
    }
  };

  let queue = Promise.resolve(); // one after the other, so that the last one drawn is the one that was wanted last
  const drawNext = (template) => { queue = queue.then(() => draw(template)); };

  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      const template = target.closest(".wm-figure").querySelector("template.wm-spec");
      seen.add(template);
      drawNext(template);
    }
  }, { rootMargin: "200px 0px" });
  for (const template of figures) watch.observe(frameOf(template));

  const again = () => { hide(); seen.forEach(drawNext); };
  new MutationObserver(again).observe(document.body, { attributes: true, attributeFilter: ["data-md-color-scheme"] });
  phone.addEventListener("change", again);
})();
