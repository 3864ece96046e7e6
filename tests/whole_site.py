"""The site of this repository with findings of real transcripts, a server that counts what it sends, and building once."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import filelock

from generator.build import build
from generator.importers import discover, read
from generator.packs.examine import examine
from generator.records.results import Level

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def shared(temporary: Path) -> Path:
    """The folder of the run that all its workers see."""
    return temporary.parent if os.environ.get("PYTEST_XDIST_WORKER") else temporary


def once(temporary: Path, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that `make` fills, for all workers of a run: the first that asks makes it, the others wait for it.

    `temporary`: the worker's own folder of the run (pytest-xdist keeps those of all workers side by side).
    """
    at = shared(temporary)
    folder, whole = at / name, at / f"{name}.whole"
    with filelock.FileLock(at / f"{name}.lock"):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


def own_evidence(corpora: Path):
    """Evidence as `build --logs ../shared/corpora/claude-code/entire` makes it."""
    reading = read(discover([corpora / "entire"]).claimed, key=b"key of a test")
    return examine(reading, id="own-logs", simulated=False, level=Level.FINDINGS, tool_version="0.1.0")


def build_whole(folder: Path, corpora: Path) -> Path:
    """Build it in a folder of its own; MkDocs is strict, and the checker refuses broken links."""
    for name in ("content", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    cache = Path(os.environ["XDG_CACHE_HOME"]) / "witnessmark"
    return build(folder, (own_evidence(corpora),), now=NOW, version="0.1.0", cache=cache).site


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Counts the bytes of answers by path in `server.sent`, those to workers too."""

    def log_message(self, *arguments):
        pass

    def copyfile(self, source, outputfile):
        data = source.read()
        self.server.sent.append((self.path, len(data)))
        outputfile.write(data)


@contextmanager
def served(site: Path) -> Iterator[http.server.ThreadingHTTPServer]:
    """A server of this folder on this machine; `address` ends without a slash."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    server.sent, server.address = [], f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()


@contextmanager
def chromium():
    """The browser. Without one on the path playwright takes its own; there is no skip."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def watched(browser, **options):
    """A page of its own, wide and still; what its console and its scripts complain of is in `faults`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **options)
    made = context.new_page()
    made.faults = []
    made.on("console", lambda said: made.faults.append(said.text) if said.type in {"error", "warning"} else None)
    made.on("pageerror", lambda error: made.faults.append(str(error)))
    yield made
    context.close()


LAID_OUT = """() => {
  const all = new CSSStyleSheet();
  all.replaceSync("* { content-visibility: visible !important }");
  document.adoptedStyleSheets.push(all);
}"""
"""Lists that are laid out when they come near are so at once: axe measures far rows too, which have no place yet."""


def one_of_each(site: Path) -> list[str]:
    """A page of each kind, with ids that every build gives anew looked up."""
    case = "2026-03/"
    finding = next(path for path in sorted((site / case / "f").iterdir()) if (path / "proof.json").exists()).name
    incident = next(path for path in sorted((site / case / "i").iterdir()) if path.is_dir()).name
    pages = [
        "", "claims/", "c/C-064/", "c/C-101/", "findings/", f"f/{finding}/", "detectors/", "d/cache-break/", "d/idle-advance/",
        "evidence/", "evidence/specimen/", "evidence/specimen/account/", "reports/", "r/cc-46829/", "incidents/",
        f"i/{incident}/", "timeline/", "e/E-069/", "sources/", "s/S-010/", "measurements/", "m/meter-weights/",
        "m/same-tasks/", "corrections/", "surfaces/", "surface/api/", "symptoms/", "symptom/cache-miss/", "method/",
        "data/", "check/", "contribute/", "explore/", "article/", "analysis/", "analysis/own-logs/", "headline/",
        "was-march-special/", "calibration/", "other-tools/", "prices/", "promises/", "verify/", "logs/",
        "logs/detectors/", "logs/claude-code/", "logs/admin-cost/", "was-it-me/", "wanted/", "changes/",
    ]  # fmt: skip
    pages.extend(page for page in ("speed/",) if (site / case / page).is_dir())  # where `make bench` was run
    figures = sorted(path.parent.name for path in (site / case / "g").glob("*/index.html"))[:1]
    return ["", *(case + page for page in (*pages, *(f"g/{figure}/" for figure in figures))), "404.html"]
