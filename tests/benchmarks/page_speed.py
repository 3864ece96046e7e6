"""Weigh and time the largest page of each kind of a built site in Chromium. A benchmark, not a test.

How to run it, from the root of the repository:

    python tests/benchmarks/page_speed.py                    (the site in site/)
    python tests/benchmarks/page_speed.py DIR --rounds 5 --kbit 1600 --rtt 150 --cpu 4

The site is served on this machine with gzip, and Chromium slows the line and the processor to the profile that is printed.
Each round opens the page with an empty cache. Bytes are those of the wire. Times are medians, in milliseconds: first
picture is the first contentful paint, largest picture the largest contentful paint. They depend on the machine: the
processor is slowed from what it has, and whatever else it does is in the figures.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hosts import hosted
from page_weights import Profile, heaviest, weighed
from playwright.sync_api import sync_playwright


def main() -> None:
    """Print one line a kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", nargs="?", type=Path, default=Path("site"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kbit", type=int, default=Profile.kbit, help="kilobits a second, both ways")
    parser.add_argument("--rtt", type=int, default=Profile.rtt_ms, help="milliseconds")
    parser.add_argument("--cpu", type=int, default=Profile.cpu, help="times slower")
    parser.add_argument("--only", nargs="*", help="kinds")
    wanted = parser.parse_args()
    profile = Profile(wanted.kbit, wanted.rtt, wanted.cpu)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    print(f"load of the machine in the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(
        f"{profile.kbit} kbit/s, {profile.rtt_ms} ms round trip, processor {profile.cpu} times slower; {wanted.rounds} rounds"
    )
    print(f"{'kind':22} {'requests':>8} {'kB':>7} {'without fonts':>13} {'HTML':>7} {'first':>6} {'largest':>7}  page")
    with sync_playwright() as playwright, hosted(wanted.site.resolve()) as host:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for kind, path in heaviest(wanted.site).items():
            if wanted.only and kind not in wanted.only:
                continue
            rounds = [weighed(browser, host.address + path, profile) for _ in range(wanted.rounds)]
            one = rounds[0]
            first, largest = (
                statistics.median(getattr(each, name) for each in rounds) for name in ("first", "largest")
            )
            sizes = f"{one.total / 1000:7.1f} {one.without_fonts / 1000:13.1f} {one.html / 1000:7.1f}"
            print(f"{kind:22} {one.requests:8} {sizes} {first:6.0f} {largest:7.0f}  {path}", flush=True)


if __name__ == "__main__":
    main()
