"""Seconds from a saved edit to what the browser shows, in `witnessmark serve`: ten edits each of YAML, template and style.

Takes a root with a built site, or builds one (minutes). Times hang on the machine and what else runs there, so this is
no test:

    python tests/benchmarks/serve_edits.py [ROOT]
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

REPOSITORY = Path(__file__).parents[2]
PORT, TIMES = 8321, int(os.environ.get("EDITS", "10"))
LOOKED_AT = "2026-03/r/cc-46829/"


def replaced(path: Path, old: str, new: str) -> None:
    """Save the file with the first `old` exchanged for `new`."""
    text = path.read_text("utf-8")
    assert old in text, path
    path.write_text(text.replace(old, new, 1), "utf-8")


def edits(root: Path) -> dict[str, tuple[Path, str, str, str]]:
    """By kind: file, what is exchanged, by what ({} is the number of the edit), and what the browser then knows."""
    heading = "getComputedStyle(document.querySelector('h1'))"
    return {
        "yaml": (
            root / "content/reports/cc-46829.yml",
            "title: '",
            "title: 'Edit {} ",
            "document.body.innerText.includes('Edit {} ')",
        ),
        "template": (
            root / "templates/report.md.j2",
            "{% block body %}\n",
            "{% block body %}\n<p>Edited {} times</p>\n\n",
            "document.body.innerText.includes('Edited {} times')",
        ),
        "style": (
            root / "templates/assets/witnessmark.css",
            "",
            ".md-typeset h1 { letter-spacing: {}px !important }\n",
            heading + ".letterSpacing === '{}px'",
        ),
    }


def until_seen(page: Page, condition: str) -> None:
    """Ask again and again: the page's policy forbids what playwright would put into it."""
    for _ in range(6_000):
        with suppress(Error):  # it is just loading itself again
            if page.evaluate(condition):
                return
        time.sleep(0.05)
    raise TimeoutError(condition)


def measure(root: Path) -> None:
    """Serve, look at one page, save edits, and print what was measured."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "generator", "serve", "--root", str(root), "--port", str(PORT)]
    server = subprocess.Popen(command, env=environment)
    try:
        with sync_playwright() as playwright:
            executable = shutil.which("chromium") or shutil.which("google-chrome")
            page = playwright.chromium.launch(executable_path=executable).new_page()
            while True:
                try:
                    page.goto(f"http://127.0.0.1:{PORT}/{LOOKED_AT}")
                    break
                except Exception:  # noqa: BLE001  not yet
                    time.sleep(1)
            for kind, (path, old, new, seen) in edits(root).items():
                text, took = path.read_text("utf-8"), []
                for number in range(1, TIMES + 2):  # the first one reads what the next find read
                    path.write_text(text, "utf-8") if kind != "style" else None
                    began = time.perf_counter()
                    if kind == "style":
                        path.write_text(text + new.replace("{}", str(number)), "utf-8")
                    else:
                        replaced(path, old, new.replace("{}", str(number)))
                    until_seen(page, seen.replace("{}", str(number)))
                    took.append(time.perf_counter() - began)
                first, *rest = took
                print(f"{kind:9} first {first:.2f} s, then median {statistics.median(rest):.2f}, worst {max(rest):.2f}")
    finally:
        server.send_signal(signal.SIGTERM)
        began = time.perf_counter()
        print(f"ended by SIGTERM with {server.wait(30)} after {time.perf_counter() - began:.1f} s")


if len(sys.argv) > 1:
    measure(Path(sys.argv[1]).resolve())
else:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("content", "templates"):
            shutil.copytree(REPOSITORY / part, folder / part)
        shutil.copy(REPOSITORY / "mkdocs.yml", folder)
        built = [sys.executable, "-m", "generator", "build", "--root", str(folder)]
        subprocess.run(built, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, check=True)
        measure(folder)
