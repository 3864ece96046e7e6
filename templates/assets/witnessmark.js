// Small repairs of the theme and comforts. Every page reads the same without this file.
"use strict";

(() => {
  // axe: scrollable-region-focusable. The theme wraps Markdown tables in a region that no key can scroll.
  // axe: landmark-unique. It also makes a navigation landmark of each code block's buttons, all without a name.
  let named = 0;
  const mend = () => {
    for (const region of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) {
      region.tabIndex = 0;
    }
    document.querySelectorAll("nav.md-code__nav:not([aria-label])").forEach((buttons) => {
      named += 1;
      buttons.setAttribute("aria-label", `Code block ${named}`);
    });
  };
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
  mend();

  // The reader's own time beside UTC, where the time of day is known.
  for (const time of document.querySelectorAll("time[datetime*='T']")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) time.title = `${at.toLocaleString()} your time`;
  }

  // On a phone a table of weeks begins at the article's.
  for (const week of document.querySelectorAll(".wm-scroll .wm-week--article")) {
    const region = week.closest(".wm-scroll");
    if (region.scrollWidth > region.clientWidth && !region.scrollLeft) {
      region.scrollLeft = week.offsetLeft - region.clientWidth / 2;
    }
  }

  // Paper cannot be clicked open.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      details.dataset.wmPrinted = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const details of document.querySelectorAll("details[data-wm-printed]")) {
      details.open = false;
      delete details.dataset.wmPrinted;
    }
  });
})();
