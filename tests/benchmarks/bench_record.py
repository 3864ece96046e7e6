"""The file that `make bench` writes: what is on record, one set more, and the machine that it hangs on."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from bench_rows import growth_rows
from bench_tools import PEERS, ROOT, Absent, Tool
from whole_process import own_floor

_PLACES = {"ccusage-newest": 0.5} | {tool.id: float(place) for place, tool in enumerate(PEERS)}
HEAD = "# Written by `make bench`; do not edit the figures by hand.\n"


def memory() -> int:
    """Bytes of this machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def machine() -> dict[str, Any]:
    """What the figures hang on."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory() / 2**30, 1),
        "processor": processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def processor() -> str:
    """Family of the processor, as the kernel names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "not known"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "not known")


def program() -> dict[str, str]:
    """This program: its version, and a digest of its sources."""
    from generator import __version__

    sources = sorted((ROOT / "generator").rglob("*.py"))
    return {
        "version": __version__,
        "sources": hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16],
    }


def known(path: Path, tools: Sequence[Tool]) -> dict[str, Any]:
    """What is on record, as far as it is of this machine, this program and these versions."""
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}
    versions = {tool.id: tool.version for tool in tools}
    same = (
        found.get("machine") == machine()
        and found.get("program") == program()
        and all(versions.get(one["id"], one["version"]) == one["version"] for one in found.get("tools", ()))
    )
    if found and not same:
        print("another machine, program or version is on record: its rows are dropped", flush=True)
    return found if same else {}


def merged(
    before: Mapping[str, Any], record: Mapping[str, Any], absent: Sequence[Absent], tools: Sequence[Tool]
) -> dict[str, Any]:
    """The record with the rows of one set put in the place of its older ones."""
    name = record["sets"][0]["id"]
    rows = {
        part: [one for one in before.get(part, ()) if one.get("set", one.get("id")) != name] + record[part]
        for part in ("sets", "runs", "ratios", "failed")
    }
    rows["sets"].sort(key=lambda one: (not one["simulated"], one["bytes"]))
    listed = {one["id"]: one for one in before.get("tools", ())} | {tool.id: _listed(tool) for tool in tools}
    missing = {one["id"]: one for one in before.get("absent", ())} | {one.id: asdict(one) for one in absent}
    return {
        "machine": machine(),
        "program": program(),
        "floor": round(own_floor(), 1),
        "tools": sorted(listed.values(), key=lambda one: _PLACES.get(one["id"], len(_PLACES))),
        "absent": [one for id, one in missing.items() if id not in listed],
        **rows,
        "growth": growth_rows(rows["sets"], rows["runs"]),
    }


def _listed(tool: Tool) -> dict[str, str]:
    return {name: getattr(tool, name) for name in ("id", "name", "version", "url", "does", "lacks")}


def written(record: Mapping[str, Any]) -> str:
    """YAML with a row a line."""
    return "".join(
        f"{part}:\n" + "".join(f"- {_flow(row)}" for row in value)
        if isinstance(value, list) and value
        else f"{part}: {_flow(value)}"
        for part, value in record.items()
    )


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False, width=10**6, default_flow_style=True, allow_unicode=True)
    return text.removesuffix("...\n")
