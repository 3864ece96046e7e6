"""The programs that `make bench` runs: how each is installed, started and asked what it counted.

All but this one are installed by name and version below the work folder, once. What cannot be installed or started is
named with its reason and never left out in silence. `does` and `lacks` are printed on the page "How fast".
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SINCE = "2026-08-01"  # before the first day of the simulated logs; tokenol prints a row for every day since
WITHOUT_WAITING = (  # its table of all days waits for Ctrl-C when it is done; its --once reads the last eight days only
    "import signal, sys\n"
    "signal.pause = lambda: signal.raise_signal(signal.SIGINT)\n"
    "from claude_monitor.__main__ import main\n"
    "sys.exit(main())\n"
)


@dataclass(frozen=True)
class Tool:
    """One program in one version. `output` reads the output tokens that it counted from what it printed."""

    id: str
    name: str
    version: str
    does: str
    lacks: str
    registry: str  # "pip" or "npm"
    command: Callable[[Path, Path], Sequence[str]]  # from the folder of its installation and that of the logs
    output: Callable[[str], float | None]
    url: str
    largest: int = 1024  # MiB of the largest set on which it is run
    good: tuple[int, ...] = (0,)

    @property
    def package(self) -> str:
        """What is installed, without the version."""
        return self.id.removesuffix("-newest")


def _ccusage(home: Path, _logs: Path) -> Sequence[str]:
    return (str(native(home)), "claude", "daily", "--json", "--offline")


def native(home: Path) -> Path:
    """The binary of ccusage itself, so that no start of Node is timed."""
    machine = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), platform.machine())
    return home / "node_modules" / "@ccusage" / f"ccusage-{sys.platform}-{machine}" / "bin" / "ccusage"


def _below(*path: str) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        value: Any = json.loads(text)
        for key in path:
            value = value[key]
        return float(value)

    return read


def _shown(row: str) -> Callable[[str], float | None]:
    """The number of a table's row of sums, also where it is shortened as 456.4k."""

    def read(text: str) -> float | None:
        found = re.search(row + r"([\d,.]+)([kM]?)", text)
        return float(found[1].replace(",", "")) * {"": 1, "k": 1e3, "M": 1e6}[found[2]] if found else None

    return read


counted_by_us = _below("requests", "output_tokens")
"""Output tokens in what `scan --json` printed."""
_CCUSAGE = Tool(
    id="ccusage",
    name="ccusage",
    version="20.0.24",
    does="Adds up tokens and dollars by day; native code, a thread for each core.",
    lacks="It looks for no faults and explains nothing.",
    registry="npm",
    command=_ccusage,
    output=_below("totals", "outputTokens"),
    url="https://github.com/ccusage/ccusage",
    largest=10 * 1024,
)
PEERS = (
    _CCUSAGE,
    Tool(
        id="claude-cache-audit",
        name="claude-cache-audit",
        version="0.1.0",
        does="Finds rebuilds of the cache and gives each one of four causes.",
        lacks="It asks no other question.",
        registry="pip",
        command=lambda home, _logs: (str(home / "bin" / "claude-cache-audit"), "--all", "--json"),
        output=_below("usage_split", "output", "tokens"),
        url="https://github.com/27medkamal/claude-cache-audit",
        largest=10 * 1024,
    ),
    Tool(
        id="claude-monitor",
        name="claude-monitor",
        version="4.0.0",
        does="Adds up tokens and dollars by day.",
        lacks="It looks for no faults; its table waits for Ctrl-C, and the clock is stopped where the wait begins.",
        registry="pip",
        command=lambda home, logs: (
            str(home / "bin" / "python"),
            "-c",
            WITHOUT_WAITING,
            *("--view", "daily", "--data-paths", str(logs / "projects")),
        ),
        output=_shown(r"Total +│ +│ +[\d,.]+ │ +"),
        url="https://github.com/Maciek-roboblog/Claude-Code-Usage-Monitor",
    ),
    Tool(
        id="usagesniffer",
        name="usagesniffer",
        version="1.4.0",
        does="Adds up tokens by session and by what they went to, as an estimate, and dollars.",
        lacks="It looks for no faults in this run; its command doctor, which does, was not run.",
        registry="pip",
        command=lambda home, _logs: (str(home / "bin" / "usagesniffer"), "export", "--agents", "claude"),
        output=_below("totals", "output"),
        url="https://github.com/Sleepy-Studio/UsageSniffer",
    ),
    Tool(
        id="tokenhabit",
        name="tokenhabit",
        version="1.3.2",
        does="Adds up tokens by session and looks for habits that cost tokens, such as long sessions.",
        lacks="It looks for habits of the person, not for faults of the service.",
        registry="pip",
        command=lambda home, _logs: (
            str(home / "bin" / "tokenhabit"),
            *("--days", "9999", "--json", "--include-subagents"),
        ),
        output=_below("totals", "total_output"),
        url="https://github.com/epoko77-ai/tokenhabit",
    ),
    Tool(
        id="tokenol",
        name="tokenol",
        version="0.8.4",
        does="Adds up tokens, dollars and the health of the cache by day.",
        lacks="Its patterns of faults are on the pages that its server shows, which are not in this run.",
        registry="pip",
        command=lambda home, _logs: (str(home / "bin" / "tokenol"), "daily", "--since", SINCE),
        output=_shown(r"TOTAL +│ +"),
        url="https://github.com/farhanferoz/tokenol",
    ),
)


def newest(version: str) -> Tool:
    """ccusage in its newest version."""
    return replace(_CCUSAGE, id="ccusage-newest", version=version)


@dataclass(frozen=True)
class Absent:
    """A program that could not be run, and why."""

    id: str
    name: str
    version: str
    why: str


def installed(tool: Tool, work: Path) -> Absent | None:
    """Install it once below `work`; None where it is ready, else the reason."""
    home = home_of(tool, work)
    ready = home / ".ready"
    if ready.exists():
        return None
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    wanted = f"{tool.package}=={tool.version}" if tool.registry == "pip" else f"{tool.package}@{tool.version}"
    steps: list[Sequence[str]] = [
        (sys.executable, "-m", "venv", str(home)),
        (str(home / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", wanted),
    ]
    if tool.registry == "npm":
        steps = [("npm", "install", "--no-audit", "--no-fund", "--prefix", str(home), wanted)]
    for step in steps:
        if reason := _failure(step):
            return Absent(tool.id, tool.name, tool.version, f"It could not be installed: {reason}")
    if tool.registry == "npm":
        if not native(home).exists():
            why = f"It comes without its program for {sys.platform} on {platform.machine()}."
            return Absent(tool.id, tool.name, tool.version, why)
        native(home).chmod(0o755)
    ready.touch()
    return None


def home_of(tool: Tool, work: Path) -> Path:
    """Folder of the installation."""
    return work / "peers" / f"{tool.id}-{tool.version}"


def newest_ccusage() -> str | None:
    """Number of the newest version; None where nobody says."""
    try:
        answer = subprocess.run(
            ("npm", "view", "ccusage", "version"), check=False, capture_output=True, text=True, timeout=120
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None


def _failure(step: Sequence[str]) -> str | None:
    """Why the step failed, in words without addresses; None where it did not."""
    try:
        done = subprocess.run(step, check=False, capture_output=True, text=True, timeout=600)
    except FileNotFoundError:
        return f"there is no {Path(step[0]).name}."
    except subprocess.TimeoutExpired:
        return f"{Path(step[0]).name} did not end within ten minutes."
    return f"{Path(step[0]).name} ended with {done.returncode}." if done.returncode else None
