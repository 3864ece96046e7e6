"""How fast: the record that `make bench` writes, its mistakes, the sums behind it, and the page."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

import bench
import bench_record
import bench_rows
import made_logs
import pytest
from bench_states import Growing
from bench_tools import PEERS, Absent
from public_library import dossier
from whole_process import FailedRunError, Run, own_floor, run

from generator.base.problems import ContentError
from generator.curated.library import load_kind
from generator.curated.speed import Speed
from generator.pages import method, promises, speed
from generator.site.render import SiteContext, render

ROOT = Path(__file__).parent.parent
SITE = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0")
TOOLS = PEERS[:2]  # ccusage and one more
QUICK, SLOW = (tool.id for tool in TOOLS)


def one_run(seconds: float, cpu: float = 0.0) -> Run:
    return Run(seconds, cpu or seconds, 30.0, 40.0, b"")


def record(size=10, *, states=("cold",), simulated=True, rounds=2):
    """Rows of a set on which we take two seconds a MiB, one program one and the other eight."""
    name = f"{size}-mib" if simulated else "public"
    ours = {"cold": 2.0, "first": 2.5, "warm": 0.2, "grown": 0.4}
    seconds = {f"{bench_rows.OURS}/{state}": ours[state] for state in states} | {
        f"{QUICK}/cold": 1.0,
        f"{SLOW}/cold": 8.0,
    }
    turns = {turn: [one_run(each * size * (1 + 0.1 * at)) for at in range(rounds)] for turn, each in seconds.items()}
    watched = {turn: one_run(1.0) for turn in turns}
    row = {
        "id": name, "simulated": simulated, "bytes": size * 1_000_000, "files": 7, "rounds": rounds,
        "measured": date(2026, 11, 30), "command": "make bench", "load_before": 0.5, "load_after": 1.5, "nice": 0,
        "in_page_cache": True,
    }  # fmt: skip
    runs = [
        one | {"counted": 0.68 if one["tool"] == SLOW else None} for one in bench_rows.run_rows(name, turns, watched)
    ]
    return {"sets": [row], "runs": runs, "ratios": bench_rows.ratio_rows(name, turns), "failed": []}


def text_of(*records, absent=()) -> str:
    before: dict = {}
    for one in records:
        before = bench_record.merged(before, one, absent, TOOLS)
    return bench_record.HEAD + bench_record.written(before)


def read(tmp_path, text) -> Speed:
    (tmp_path / "measurements").mkdir(exist_ok=True)
    (tmp_path / "measurements" / "speed.yml").write_text(text, encoding="utf-8")
    (found,) = load_kind(tmp_path, Speed)
    return found


def page(measured: Speed | None):
    planned = list(speed.KIND.pages(dossier(speed=measured)))
    files = {one.path: one.content.decode() for one in render(planned, templates=ROOT / "templates", site_context=SITE)}
    return planned, files.get("2026-03/speed/index.md", "")


# ---- the record ----


def test_what_the_command_writes_can_be_read_and_holds_ratios_within_a_round(tmp_path):
    found = read(tmp_path, text_of(record(states=("cold", "warm"))))
    ratios = {(row.tool, row.state): row for row in found.ratios}
    assert set(ratios) == {(tool, state) for tool in (QUICK, SLOW) for state in ("cold", "warm")}
    assert (ratios[QUICK, "cold"].wall.median, ratios[SLOW, "cold"].wall.high, ratios[QUICK, "warm"].n) == (2, 0.25, 2)
    assert [tool.id for tool in found.tools] == [QUICK, SLOW]


def test_a_ratio_is_of_pairs_and_not_of_medians():
    """The machine gets three times slower after each round: no ratio moves."""
    ours, theirs = ([one_run(each * 3.0**at) for at in range(3)] for each in (2.0, 1.0))
    assert bench_rows.paired(ours, theirs)["wall"] == {"median": 2.0, "low": 2.0, "high": 2.0}
    uneven = bench_rows.paired([one_run(1), one_run(10), one_run(3)], [one_run(1), one_run(2), one_run(3)])
    assert uneven["wall"] == {"median": 1.0, "low": 1.0, "high": 5.0}


def test_growth_is_the_slope_of_logarithms_over_the_simulated_sets(tmp_path):
    found = read(tmp_path, text_of(record(10), record(100), record(1024), record(47, simulated=False)))
    (ours,) = (row for row in found.growth if row.tool == bench_rows.OURS)
    assert (ours.sizes, ours.wall, ours.wall_last, ours.memory) == (3, 1.0, 1.0, 0.0)
    assert bench_rows.exponent([1, 10, 100], [3, 300, 30000]) == 2


def test_a_set_measured_again_replaces_its_rows_and_leaves_the_others(tmp_path):
    found = read(tmp_path, text_of(record(10, rounds=2), record(100), record(10, rounds=4)))
    assert [(one.id, one.rounds) for one in found.sets] == [("10-mib", 4), ("100-mib", 2)]
    assert {(row.set, row.n) for row in found.runs} == {("10-mib", 4), ("100-mib", 2)}


def test_rows_of_another_machine_or_program_are_dropped(tmp_path):
    path = tmp_path / "speed.yml"
    path.write_text(text_of(record(10)), "utf-8")
    assert bench_record.known(path, TOOLS)["sets"]
    digest = bench_record.program()["sources"]
    path.write_text(text_of(record(10)).replace(digest, "0" * 16), "utf-8")
    assert bench_record.known(path, TOOLS) == {}


def test_what_could_not_be_run_is_named_once_and_no_longer_when_it_could(tmp_path):
    gone = (Absent("other", "Other", "1.0", "It has no program."), Absent(SLOW, "Slow", "0.1", "Never mind."))
    assert [one.id for one in read(tmp_path, text_of(record(10), record(100), absent=gone)).absent] == ["other"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("- {set: 10-mib, state: cold, tool: ccusage,", "- {set: 11-mib, state: cold, tool: ccusage,", "W-ref"),
        ("- {set: 10-mib, state: cold, tool: ccusage,", "- {set: 10-mib, state: cold, tool: ccusafe,", "W-ref"),
        ("- {set: 10-mib, tool: ccusage,", f"- {{set: 10-mib, tool: {SLOW},", "W-twice"),
        ("wall: {median: 2.0,", "wall: {median: 7.0,", "W-value"),
        ("nice: 0", "nice: calm", "W-type"),
    ],
)
def test_each_mistake_is_at_its_line(tmp_path, old, new, code):
    text = text_of(record(10))
    assert text.count(old) == 1
    with pytest.raises(ContentError) as caught:
        read(tmp_path, text.replace(old, new))
    line = next(number for number, words in enumerate(text.replace(old, new).splitlines(), 1) if new in words)
    assert code in {problem.code for problem in caught.value.problems}
    assert {problem.line for problem in caught.value.problems} <= {line, line + 1}


# ---- the page ----


def test_the_page_shows_each_row_of_the_record(tmp_path):
    found = read(tmp_path, text_of(record(10, states=("cold", "first", "warm", "grown")), record(100), absent=(
        Absent("other", "Other", "1.0", "It has no program."),)))  # fmt: skip
    (planned,), text = page(found)
    for row in found.ratios:
        assert f"{speed.number(row.wall.median)} ({speed.number(row.wall.low)} to" in text, row
    for row in found.runs:
        assert f"{speed.number(row.seconds.median)} ({speed.number(row.seconds.low)} to" in text, row
    assert text.count('<tr><th scope="row"') == 2 * 2 + len(found.runs) + len(found.growth) + 3
    assert "Other 1.0: It has no program." in text
    assert "68.0 %" in text
    assert planned.description in text


def test_the_first_line_answers_with_the_largest_set_and_the_first_run_of_a_person(tmp_path):
    states = ("cold", "first", "warm")
    (planned,), text = page(read(tmp_path, text_of(record(10, states=states), record(100, states=states))))
    assert planned.description == (
        "On 100 MB of simulated logs a run of scan takes 2.50 times (2.50 to 2.50) the time of ccusage 20.0.24, and "
        "0.31 times that of 1 other program; a second run on the same logs takes 0.20 times (0.20 to 0.20) the time of ccusage "
        "20.0.24."
    )
    slower = text.split("{ #slower }")[1].split("## Seconds")[0]
    assert slower.count("<li>") == 4  # cold and first against the quick one, on both sets
    assert "claude-cache-audit" not in slower


def test_one_set_of_our_own_runs_alone_has_a_page(tmp_path):
    alone = record(10)
    alone["ratios"], alone["runs"] = [], alone["runs"][:1]
    (planned,), text = page(read(tmp_path, text_of(alone)))
    assert planned.description == "On 10 MB of simulated logs witnessmark 0.1.0 was timed alone."
    assert "nothing is known of growth" in text


def test_without_the_file_there_is_no_page_and_no_link_to_one(tmp_path):
    assert page(None) == ([], "")
    for kind in (method, promises):
        for measured in (None, read(tmp_path, text_of(record(10)))):
            files = render(
                list(kind.KIND.pages(dossier(speed=measured))), templates=ROOT / "templates", site_context=SITE
            )
            text = next(one.content.decode() for one in files if one.path.endswith(".md"))
            assert ("speed/" in text) == (measured is not None)


# ---- the runs ----


def test_a_run_counts_all_processes_of_the_tree():
    inner = "import time; hold = bytearray(60_000_000); time.sleep(0.4)"
    outer = f"import subprocess, sys; hold = bytearray(60_000_000); subprocess.run([sys.executable, '-c', {inner!r}])"
    found = run((sys.executable, "-c", outer), {}, watched=True)
    assert found.tree > 110
    assert found.largest < max(110, own_floor() + 1)


def test_a_run_that_ends_badly_says_how():
    with pytest.raises(FailedRunError, match="ended with 3: no logs"):
        run((sys.executable, "-c", "import sys; print('no logs', file=sys.stderr); sys.exit(3)"), {})
    assert run((sys.executable, "-c", "import sys; sys.exit(3)"), {}, good=(3,)).tree == 0


def test_every_command_begins_a_round_and_none_is_left_out():
    names = ["a", "b", "c"]
    rounds = [bench.ordered(names, number) for number in range(6)]
    assert all(sorted(one) == names for one in rounds)
    assert {one[0] for one in rounds} == set(names)


def test_a_log_grows_to_what_it_was_and_the_shared_one_is_never_touched(tmp_path):
    logs = tmp_path / "logs"
    (logs / "projects" / "one").mkdir(parents=True)
    whole = {"a.jsonl": b"a\n" * 40, "b.jsonl": b"".join(b"%d\n" % at * 50_000 for at in range(10))}
    for name, data in whole.items():
        (logs / "projects" / "one" / name).write_bytes(data)
    growing = Growing.beside(logs, 4)
    log = growing.folder / "projects" / "one" / "b.jsonl"
    sizes = [log.stat().st_size]
    for _ in range(4):
        assert (logs / "projects" / "one" / "b.jsonl").read_bytes() == whole["b.jsonl"]
        growing.grow()
        sizes.append(log.stat().st_size)
    assert sizes == sorted(set(sizes))
    assert whole["b.jsonl"].startswith(log.read_bytes())
    assert {name: (logs / "projects" / "one" / name).read_bytes() for name in whole} == whole


def test_the_command_on_record_names_no_folder(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["bench.py", "--data", "/tmp/x", "--only", "scan", "--sizes", "10,100"])
    assert bench._arguments().command == 'make bench BENCH="--only scan --sizes 10,100"'


def test_no_call_of_one_copy_is_a_call_of_another():
    """A call of a gateway has ids of its own kind; with the same ones in two copies, a reader counts it once."""
    session = b'{"sessionId":"5a1b2c3d-0000-4000-8000-000000000001","message":{"id":"%s"},"requestId":"%s"}\n'
    ids = ((b"msg_01aaaaBBBB", b"req_011aaaaBBBB"), (b"chatcmpl-c13c9390", b"relay-79af9d59"))
    name = "projects/x/5a1b2c3d-0000-4000-8000-000000000001.jsonl"
    made = made_logs.copies({name: b"".join(session % pair for pair in ids)})
    first, second = (dict(next(made)) for _ in range(2))
    seen = [set(re.findall(rb'"(?:id|requestId)":"([^"]+)"', b"".join(one.values()))) for one in (first, second)]
    assert (len(seen[0]), seen[0] & seen[1], first.keys() & second.keys()) == (4, set(), set())
