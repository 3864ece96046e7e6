"""Text of private logs is found on a finished site, through every usual coding, and named without being repeated."""

from __future__ import annotations

import gzip
import itertools
import json
import pydoc
import random
import sqlite3
import zipfile
from pathlib import Path
from pydoc_data.topics import topics

import pytest
from click.testing import CliRunner
from disguises import FOUND, LOST
from promises import record

from generator.base.problems import ContentError, PublishRefusedError
from generator.cli import cli
from generator.guard.leaks import find_canaries, find_leaks, read_canaries
from generator.guard.logs import OVERLAP, PIECE, pieces

VERBS = ("repair", "rewrite", "rename", "review", "measure", "delete", "explain", "compare", "publish", "translate")
THINGS = ("invoice parser", "payment gateway", "login form", "warehouse report", "tenant table", "shift roster")
PLACES = ("before the Oslo release", "in the Lisbon office", "for the Henderson account", "on the staging cluster")
WHYS = ("because the auditors complained", "since the outage", "although nobody asked", "while Priya is away")
DOCUMENTED = [line for text in topics.values() for line in text.splitlines() if len(line.split()) > 4]
COMMENTS = [
    line.strip()
    for path in sorted(Path(pydoc.__file__).parent.glob("*.py"))
    for line in path.read_text("utf-8").splitlines()
    if line.lstrip().startswith("# ") and len(line.split()) > 5
]
CLEAN = list(dict.fromkeys([*DOCUMENTED, *COMMENTS]))
SITE = "<!doctype html><html><head><title>Page</title></head><body><p>{}</p></body></html>"


def prompts(count, seed=6):
    """Prompts as somebody might write them, all different."""
    parts = list(itertools.product(VERBS, THINGS, PLACES, WHYS))
    random.Random(seed).shuffle(parts)
    return [f"Please {verb} the {thing} {place}, {why} & <quickly>." for verb, thing, place, why in parts[:count]]


def values(count):
    """Paths, addresses and ids."""
    made = []
    for number in range(count):
        made += [
            f"/srv/maria/acme{number}/billing/q{number}.py",
            f"maria{number}@acme.example",
            f"feature/acme-{number}-login",
        ]
    return made[:count]


def page(folder, text, name="index.html"):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(SITE.format(text) if name.endswith(".html") else text, "utf-8")


def log(path, texts):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"type": "user", "message": {"content": [{"type": "text", "text": text}]}}) for text in texts]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def leaks(site, *logs, public=()):
    return list(find_leaks(site, logs, public))


def planted(tmp_path, texts, ways):
    """How many of the texts are missed, by disguise: each text on a page of its own, all in one log."""
    told = log(tmp_path / "logs" / "a.jsonl", texts)
    missed = {}
    for way, disguise in ways.items():
        site = tmp_path / way.replace(" ", "-")
        for number, text in enumerate(texts):
            page(site / f"part-{number // 40}", f"Before it. {disguise(text)} And after it.", f"{number}.html")
        found = {problem.path for part in sorted(site.iterdir()) for problem in leaks(part, told)}
        missed[way] = len(texts) - len(found)
    return missed


@pytest.mark.parametrize(("form", "count"), [("fast", 40), pytest.param("full", 400, marks=pytest.mark.full)])
def test_planted_prompts_are_found_in_eleven_disguises(tmp_path, form, count):
    missed = planted(tmp_path, prompts(count), FOUND)
    trials, failures = count * len(FOUND), sum(missed.values())
    record("leak-prompts", trials=trials, failures=failures, note="prompts of ten words and more, in 11 disguises")
    assert len(FOUND) == 11
    assert failures <= 0.05 * trials, missed


@pytest.mark.parametrize(("form", "count"), [("fast", 30), pytest.param("full", 400, marks=pytest.mark.full)])
def test_paths_addresses_and_branches_are_found_in_eleven_disguises(tmp_path, form, count):
    missed = planted(tmp_path, values(count), FOUND)
    trials, failures = count * len(FOUND), sum(missed.values())
    record("leak-values", trials=trials, failures=failures, note="paths, e-mail addresses and branches")
    assert failures <= 0.05 * trials, missed


def test_reversed_and_hashed_text_is_not_found_and_not_promised(tmp_path):
    assert set(planted(tmp_path, prompts(3), LOST).values()) == {3}


def test_ten_thousand_clean_lines_raise_no_alarm(tmp_path):
    """English prose about programming (documentation of Python and comments in its library) against logs of prompts, code and paths."""
    clean = CLEAN[:10_000]
    assert len(clean) == 10_000
    for number in range(10):
        page(tmp_path / "site", "\n".join(clean[number::10]).replace("<", "&lt;"), f"{number}.html")
    told = log(tmp_path / "a.jsonl", [*prompts(1000), *values(300)])
    found = leaks(tmp_path / "site", told)
    record("leak-clean-lines", trials=len(clean), failures=len(found), note="false alarms; documentation of Python")
    assert found == []


@pytest.mark.corpora
@pytest.mark.full
def test_documentation_raises_no_alarm_against_real_transcripts(tmp_path):
    """Prose alone against 43 MB of public transcripts. Comments of a library that they work with would be found."""
    corpora = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "claude-code"
    for number in range(10):
        page(tmp_path / "site", "\n".join(DOCUMENTED[number::10]).replace("<", "&lt;"), f"{number}.html")
    found = leaks(tmp_path / "site", corpora)
    record(
        "leak-clean-transcripts",
        trials=len(DOCUMENTED),
        failures=len(found),
        note="lines of prose, 43 MB of transcripts",
    )
    assert found == []


def test_a_problem_names_page_file_and_line_and_nothing_else(tmp_path):
    prompt = prompts(1)[0]
    page(tmp_path / "site", prompt.replace("<", "&lt;"), "p/index.html")
    told = log(tmp_path / "logs" / "a.jsonl", ["one thing", "another thing", prompt])
    (problem,) = leaks(tmp_path / "site", told.parent)
    assert (problem.path, problem.code) == ("p/index.html", "W-leak")
    assert problem.message == f"would publish words of log-0001 ({told}) line 3"
    assert not any(
        word in str(problem) for word in prompt.split() if len(word) > 5 and word.isalpha() and word != "Please"
    )


def test_what_is_public_already_is_no_leak(tmp_path):
    prompt = prompts(1)[0]
    page(tmp_path / "site", prompt.replace("<", "&lt;"))
    told = log(tmp_path / "a.jsonl", [prompt])
    content = tmp_path / "claim.yml"
    content.write_text(f"text: {prompt}\n")
    assert leaks(tmp_path / "site", told)
    assert leaks(tmp_path / "site", told, public=[content]) == []


def test_typed_cells_are_no_leak(tmp_path):
    cells = "2026-03-17T09:00:13.250Z 2026-03-17 claude-opus-4-6 2.1.76 1234567 98.5% F-7K2QH3AB"
    page(tmp_path / "site", cells)
    assert leaks(tmp_path / "site", log(tmp_path / "a.jsonl", [cells])) == []


def of_kind(kind, folder, text):
    """A log of one kind that holds the text."""
    path = folder / f"log.{kind}"
    if kind == "csv":
        path.write_text(f'time,prompt\n2026-03-17,"{text}"\n')
    elif kind == "json":
        path.write_text(
            json.dumps({"log": {"entries": [{"request": {"postData": {"text": json.dumps({"prompt": text})}}}]}})
        )
    elif kind == "sse":
        path.write_text(f"event: message\ndata: {json.dumps({'delta': {'text': text}})}\n\n")
    elif kind == "db":
        with sqlite3.connect(path) as base:
            base.execute("create table polls (at text, note text)")
            base.execute("insert into polls values (?, ?)", ("2026-03-17", text))
        base.close()
    elif kind == "gz":
        path.write_bytes(gzip.compress(json.dumps({"text": text}).encode()))
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("conversations.json", json.dumps([{"text": text}]))
    elif kind == "utf-16":
        path.write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    elif kind == "damaged":
        path.write_bytes(b'{"text": "\xff\xfe ' + text.encode() + b'\xc3" \x00')
    elif kind == "one long line":
        path.write_text("[" + '"filler words of no account",' * 30_000 + json.dumps(text) + "]")
    return path


@pytest.mark.parametrize("kind", ["csv", "json", "sse", "db", "gz", "zip", "utf-16", "damaged", "one long line"])
def test_every_format_is_looked_through(tmp_path, kind):
    prompt = prompts(1)[0].split(" & ")[0]
    page(tmp_path / "site", prompt)
    assert [problem.code for problem in leaks(tmp_path / "site", of_kind(kind, tmp_path, prompt))] == ["W-leak"]


def test_a_log_that_cannot_be_opened_up_is_a_problem_and_not_passed_over(tmp_path):
    page(tmp_path / "site", "nothing")
    (tmp_path / "a.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(50))
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04" + bytes(50))
    problems = leaks(tmp_path / "site", tmp_path / "a.zst", tmp_path / "b.zip")
    assert [problem.code for problem in problems] == ["W-leak-unread"] * 2


def test_pieces_are_small_and_lose_nothing(tmp_path):
    """Whatever the length of lines: memory is bounded, line numbers are right, each phrase is whole in some piece."""
    lines = ["x" * 300_000, "short", "y" * (3 * PIECE), "last line without an end"]
    (tmp_path / "a.log").write_text("\n".join(lines))
    got = list(pieces([tmp_path / "a.log"]))
    assert max(len(piece.text) for piece in got) <= 2 * PIECE + OVERLAP
    assert {line for piece in got for line in (piece.text.split("\n"))} >= {"short", "last line without an end"}
    (last,) = [piece for piece in got if "last line" in piece.text]
    assert last.line + last.text[: last.text.index("last line")].count("\n") == 4


@pytest.mark.parametrize("way", FOUND)
def test_a_canary_is_found_however_it_is_coded(tmp_path, way):
    canary = "Quokka-7731 zx"
    page(tmp_path / "site", f"before {FOUND[way](canary)} after")
    (problem,) = find_canaries(tmp_path / "site", [canary])
    assert (problem.path, problem.code) == ("index.html", "W-canary")
    assert "Quokka" not in str(problem)


def test_canaries_of_a_file_and_too_short_ones(tmp_path):
    (tmp_path / "canaries.txt").write_text("a canary of mine\n\nabc\n")
    with pytest.raises(ContentError) as refused:
        read_canaries(tmp_path / "canaries.txt")
    assert refused.value.problems[0].line == 3
    (tmp_path / "canaries.txt").write_text("a canary of mine\n\n")
    assert read_canaries(tmp_path / "canaries.txt") == ("a canary of mine",)


@pytest.mark.slow
def test_the_command_refuses_with_exit_code_5_and_shows_no_text(tmp_path):
    (tmp_path / "content").mkdir()
    (tmp_path / "templates").mkdir()
    prompt = prompts(1)[0]
    page(tmp_path / "site", prompt.replace("<", "&lt;"))
    told = log(tmp_path / "a.jsonl", [prompt])
    run = CliRunner().invoke(cli, ["check-leaks", str(told), "--root", str(tmp_path)])
    assert isinstance(run.exception, PublishRefusedError)
    assert "Please" not in str(run.exception) + run.output
    page(tmp_path / "site", "nothing of it")
    clean = CliRunner().invoke(cli, ["check-leaks", str(told), "--root", str(tmp_path)])
    assert (clean.exit_code, clean.output) == (0, "Nothing of these logs was found on the site.\n")
