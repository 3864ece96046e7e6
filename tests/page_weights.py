"""What a page costs a reader: requests and bytes over the wire in Chromium, from a host that packs text with gzip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

ITEMS = {
    "c": "claim", "f": "finding", "d": "detector", "m": "measurement", "r": "report", "i": "incident", "e": "event",
    "s": "source", "g": "figure", "surface": "surface", "symptom": "symptom", "analysis": "section", "logs": "log format",
    "evidence": "evidence set",
}  # fmt: skip


LIVE = "live"


@dataclass(frozen=True)
class Profile:
    """A line and a processor, as Chromium slows them. The default is the "slow 4G" of its audits, written out."""

    kbit: int = 1_600
    rtt_ms: int = 150
    cpu: int = 4  # times slower than the machine


@dataclass(frozen=True)
class Weight:
    """One page as it loaded without a click. Bytes are those of the wire, with headers."""

    requests: int
    total: int
    fonts: int
    html: int
    live: int = 0  # the script that draws charts live, where one is on the first screen
    first: float = 0.0  # first contentful paint, ms
    largest: float = 0.0  # largest contentful paint, ms

    @property
    def without_fonts(self) -> int:
        return self.still - self.fonts

    @property
    def still(self) -> int:
        """All but the script that draws charts live: the picture is there before it."""
        return self.total - self.live


def heaviest(site: Path) -> dict[str, str]:
    """The largest page of each kind, by kind: home, hubs by their address, items by what they are."""
    sizes: dict[str, tuple[int, str]] = {}
    for path in sorted(site.rglob("index.html")):
        folders = path.parent.relative_to(site).parts
        if folders and folders[0] == "v":
            continue
        item = ITEMS.get(folders[1]) if len(folders) > 2 else None
        kind = item or "/".join(folders[1:2]) or ("case" if folders else "home")
        page = "".join(f"{one}/" for one in folders)
        sizes[kind] = max(sizes.get(kind, (0, "")), (path.stat().st_size, page))
    return {kind: page for kind, (_, page) in sorted(sizes.items())}


@contextmanager
def opened(browser: Browser, profile: Profile | None) -> Iterator[tuple[Page, CDPSession]]:
    """A page of its own, with nothing in its cache."""
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    if profile:
        speed = profile.kbit * 1000 / 8
        line = {"offline": False, "latency": profile.rtt_ms, "downloadThroughput": speed, "uploadThroughput": speed}
        session.send("Network.emulateNetworkConditions", line)
        session.send("Emulation.setCPUThrottlingRate", {"rate": profile.cpu})
    yield page, session
    context.close()


PAINTS = """() => new Promise((done) => {
  let largest = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) largest = one.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => {
    const first = performance.getEntriesByName("first-contentful-paint")[0];
    done([first ? first.startTime : -1, largest]);
  }, 300);
})"""


def weighed(browser: Browser, address: str, profile: Profile | None = None) -> Weight:
    """Load a page, wait until nothing is asked for any more, and add up what came."""
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    with opened(browser, profile) as (page, session):
        session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: _kind(event)}))
        session.on(
            "Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]})
        )
        page.goto(address, wait_until="networkidle")
        first, largest = page.evaluate(PAINTS)
    of = {
        kind: sum(int(size) for id, size in sizes.items() if kinds.get(id) == kind)
        for kind in ("Font", "Document", LIVE)
    }
    return Weight(len(sizes), int(sum(sizes.values())), of["Font"], of["Document"], of[LIVE], first, largest)


def _kind(event: dict[str, Any]) -> str:
    return LIVE if "/assets/live/vega-" in event["response"]["url"] else event["type"]
