"""Other tools on the public log sets: `python tests/measurements/peers.py SETS WORK`, and the rows of content/measurements/peers.yml.

With `--into content/measurements/peers.yml` the fields `sets`, `crossed`, `days` and `days_equal` are written anew; what
differs by day and the draw of the cases are printed, since why and who is right is written by hand.

How to run it, from the root of the repository; SETS is the folder into which `../shared/corpora/unpack.py` unpacks:

    python -m venv WORK/claude-cache-audit && WORK/claude-cache-audit/bin/pip install claude-cache-audit==0.1.0
    python -m venv WORK/tokenol && WORK/tokenol/bin/pip install tokenol==0.8.4
    npm install --prefix WORK ccusage@20.0.24

Each set is laid out under WORK/homes as Claude Code lays out its logs, since these tools go by the names of files: a
transcript is `projects/<folder>/<session id>.jsonl`. Given as published, where every file is `full.jsonl`,
claude-cache-audit takes all of them for one transcript (341 rebuilds instead of 155 on `entire-february`).

Both Python tools are asked through their packages for what their commands print, so that each step can be matched by
the id of its message: `analysis.compute` is behind `claude-cache-audit --all --json`, `detect_patterns` behind the
session page of `tokenol serve`. ccusage is run as `ccusage claude daily --json --offline --timezone UTC`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import yaml

from generator.importers import discover, read
from generator.ledger.subjects import subjects
from generator.records.pseudonyms import pseudonym

KEY = b"measurement"
TOKENS = ("input", "written", "read", "output")
DAILY = ("inputTokens", "cacheCreationTokens", "cacheReadTokens", "outputTokens")
SAME = {
    ("compaction", "compaction"),
    ("expired", "lifetime-elapsed"),
    ("model_switch", "model-switch"),
    ("prefix_change", "unexplained"),
    ("idle_expiry", "lifetime-elapsed"),
}
SESSION = re.compile(rb'"sessionId": *"([^"]*)"')

AUDIT = """
import json, sys
from claude_cache_audit import analysis, transcripts
scan = transcripts.scan_transcripts([sys.argv[1]])
report, rebuilds = analysis.compute(scan)
sums = [sum(getattr(r, name) for r in scan.requests) for name in ("inp", "cw", "cr", "out")]
print(json.dumps([len(scan.requests), sums, [(r.req.mid, r.prev.mid, r.cause) for r in rebuilds]]))
"""
TOKENOL = """
import json, sys
from pathlib import Path
from tokenol.ingest.builder import build_sessions, build_turns
from tokenol.ingest.discovery import find_jsonl_files
from tokenol.metrics.patterns import detect_patterns
paths = find_jsonl_files([Path(sys.argv[1])])
turns = build_turns(paths)
names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
sums = [sum(getattr(turn.usage, name) for turn in turns) for name in names]
hits = []
for session in build_sessions(turns, paths=paths):
    for hit in detect_patterns(session.turns):
        hits.append((session.turns[hit.turn_indices[0]].dedup_key.split(":")[0], None, hit.kind))
print(json.dumps([len(turns), sums, hits]))
"""


def laid_out(folder: Path, home: Path) -> Path:
    """A configuration folder with hard links to the files of the set; spotter has its layout already."""
    for file in sorted(folder.rglob("*.jsonl")):
        inner = file.relative_to(folder)
        found = Counter(SESSION.findall(file.read_bytes())).most_common(1)
        name = found[0][0].decode() if found else file.stem
        place = (
            Path("spotter") / inner if folder.name == "spotter" else Path("-".join(inner.parts[:-1])) / f"{name}.jsonl"
        )
        target = home / ".claude" / "projects" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            os.link(file, target)
    return home / ".claude"


def asked(python: Path, script: str, config: Path) -> tuple[int, list[int], list[tuple[str, str | None, str]]]:
    """Calls, sums and causes with the ids of their messages."""
    answer = subprocess.run([python, "-c", script, config], capture_output=True, check=True, env={"TZ": "UTC"})
    calls, sums, causes = json.loads(answer.stdout)
    return calls, sums, [(after, before, cause) for after, before, cause in causes]


def daily(work: Path, home: Path) -> dict[str, list[int]]:
    """Sums by day as ccusage tells them."""
    command = [work / "node_modules/.bin/ccusage", "claude", "daily", "--json", "--offline", "--timezone", "UTC"]
    env = {"HOME": str(home), "TZ": "UTC", "PATH": os.environ["PATH"]}
    answer = subprocess.run(command, capture_output=True, check=True, env=env)
    return {day["date"]: [day[name] for name in DAILY] for day in json.loads(answer.stdout)["daily"]}


def row(name: str, calls: int | None, sums: list[int], causes: Counter[str]) -> dict[str, Any]:
    """One entry of `sets`."""
    found: dict[str, Any] = {"set": name} | ({} if calls is None else {"calls": calls})
    found |= dict(zip(TOKENS, sums, strict=True))
    return found | (
        {"causes": [{"word": word, "count": count} for word, count in causes.most_common()]} if causes else {}
    )


def main(sets: Path, work: Path) -> dict[str, dict[str, Any]]:
    """What each tool counted; differences by day and the draw are printed."""
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    crossed: defaultdict[str, Counter[tuple[str | None, str | None]]] = defaultdict(Counter)
    pool: list[tuple[str, str, str, str, str]] = []
    days: Counter[str] = Counter()
    for folder in sorted(sets.iterdir()):
        config = laid_out(folder, work / "homes" / folder.name)
        data = read(discover([folder]).claimed, key=KEY)
        steps = {step.after.id: step for thread in subjects(data).threads for step in thread.steps}
        ours: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for one in data.requests:
            counts = (one.input_tokens, one.cache_write_tokens, one.cache_read_tokens, one.output_tokens)
            day = one.first_seen.date().isoformat()
            ours[day] = [before + more for before, more in zip(ours[day], counts, strict=True)]
        reasons = Counter(step.reason for step in steps.values() if step.reason)
        rows["witnessmark"].append(
            row(folder.name, len(data.requests), list(map(sum, zip(*ours.values(), strict=True))), reasons)
        )
        theirs = daily(work, config.parent)
        rows["ccusage"].append(row(folder.name, None, list(map(sum, zip(*theirs.values(), strict=True))), Counter()))
        for day in sorted(ours.keys() | theirs.keys()):
            mine, other = ours.get(day, [0] * 4), theirs.get(day, [0] * 4)
            days["days"] += 1
            days["equal"] += mine == other
            if mine != other:
                print("#", folder.name, day, [b - a for a, b in zip(mine, other, strict=True)])
        for tool, script in (("claude-cache-audit", AUDIT), ("tokenol", TOKENOL)):
            calls, sums, causes = asked(work / tool / "bin" / "python", script, config)
            rows[tool].append(row(folder.name, calls, sums, Counter(cause for _, _, cause in causes)))
            seen = set()
            for after, _, cause in causes:
                step = steps.get(pseudonym("message", after, KEY))
                reason = step.reason if step else None
                seen.add(step.after.id if step else "")
                crossed[tool][cause, reason] += 1
                if reason and (cause, reason) not in SAME:
                    pool.append((tool, folder.name, after, cause, reason))
            crossed[tool].update(
                (None, step.reason) for step in steps.values() if step.reason and step.after.id not in seen
            )
    fields: dict[str, dict[str, Any]] = {tool: {"sets": found} for tool, found in rows.items()}
    for tool, pairs in crossed.items():
        ordered = sorted(pairs.items(), key=lambda item: (-item[1], str(item[0])))
        fields[tool]["crossed"] = [{"theirs": one, "ours": other, "count": count} for (one, other), count in ordered]
    fields["ccusage"] |= {"days": days["days"], "days_equal": days["equal"]}
    print(f"# {dict(days)}; {len(pool)} steps with another cause, of which seed 7 draws:")
    for case in random.Random(7).sample(sorted(pool), 10):
        print("#", *case)
    return fields


def written(file: Path, fields: dict[str, dict[str, Any]]) -> None:
    """Put the measured fields into the records of the file; its first lines and all else are kept."""
    text = file.read_text("utf-8")
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    records = [record | fields.get(record["id"], {}) for record in yaml.safe_load(text)]
    body = yaml.safe_dump(records, sort_keys=False, width=120, default_flow_style=None, allow_unicode=True)
    file.write_text(head + body, "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Other tools on the public log sets.")
    parser.add_argument("sets", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--into", type=Path)
    given = parser.parse_args()
    measured = main(given.sets, given.work)
    if given.into:
        written(given.into, measured)
