"""Seconds of building the site of this repository in a folder of its own, and again after one record was changed.

Check 24 of research/site.md asks for under 60 s and under 15 s with 1,000 findings and 1,000 reports on 2 cores. Times hang
on the machine and on what else runs there, so this is no test:

    python tests/benchmarks/site_twice.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def build(root: Path, cache: Path) -> None:
    """Build and print the seconds and what the command says."""
    environment = os.environ | {"XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    command = [sys.executable, "-m", "generator", "build", "--root", str(root)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    print(f"{time.perf_counter() - began:6.1f} s  {done.stdout.splitlines()[0]}", flush=True)


with tempfile.TemporaryDirectory() as name:
    folder, kept = Path(name) / "root", Path(name) / "cache"
    folder.mkdir()
    for part in ("content", "templates"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    build(folder, kept)
    changed = folder / "content" / "reports" / "cc-46829.yml"
    changed.write_text(changed.read_text("utf-8").replace("title: '", "title: 'Changed. ", 1), "utf-8")
    build(folder, kept)
