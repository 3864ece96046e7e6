"""Text of private logs is found on a finished site, through every usual coding, and named without being repeated."""

from __future__ import annotations

import gzip
import itertools
import json
import os
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
    assert problem.message == "would publish words of log-0001 line 3"
    assert str(tmp_path) not in str(problem)
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


# ---- what is said: a line a page, and no all-clear where nothing was looked at ----


@pytest.fixture
def root(tmp_path):
    """A repository without a site."""
    for name in ("content", "templates"):
        (tmp_path / name).mkdir()
    return tmp_path


def apart(count):
    """Texts that have no word in common."""
    ends = [chr(97 + number // 26) + chr(97 + number % 26) for number in range(count)]
    return [" ".join(f"{word}{end}" for word in ("invoice", "parser", "gateway", "tenant", "roster")) for end in ends]


def check_leaks(root, *arguments):
    """What the command ends with: its error and its output, in one text."""
    run = CliRunner().invoke(cli, ["check-leaks", *map(str, arguments), "--root", str(root)])
    return run.exception, f"{run.output}{run.exception or ''}"


@pytest.mark.slow
def test_a_hit_is_one_line_a_page_with_a_count_and_without_a_path(root):
    texts = apart(60)
    told = log(root / "Users" / "maria" / "acme-secret.jsonl", texts)
    page(root / "site", " <p> ".join(texts[:40]), "a/index.html")
    page(root / "site", " <p> ".join(texts[40:43]), "b/index.html")
    page(root / "site", "nothing of it")
    error, output = check_leaks(root, told.parent)
    assert isinstance(error, PublishRefusedError)
    assert [problem.path for problem in error.problems] == ["a/index.html", "b/index.html"]
    assert error.problems[0].message == "would publish words of log-0001 line 1, and of 39 more lines"
    assert error.problems[1].message == "would publish words of log-0001 line 41, and of 2 more lines"
    assert not [word for word in ("maria", "acme", str(root)) if word in output]


@pytest.mark.slow
def test_the_owner_can_ask_which_file_a_label_is(root):
    one, other = log(root / "x" / "one.jsonl", prompts(1)), log(root / "y" / "deep" / "other.jsonl", prompts(2)[1:])
    page(root / "site", prompts(2)[1].replace("<", "&lt;"))
    error, output = check_leaks(root, one, root / "y", "--files")
    assert "of log-0002 line 1" in str(error)
    assert f"log-0001  {one}\nlog-0002  {other}\n" in output


def test_many_pages_are_named_up_to_a_number_and_the_others_counted(tmp_path):
    texts = apart(60)
    for number, text in enumerate(texts):
        page(tmp_path / "site", text, f"{number:02}.html")
    found = leaks(tmp_path / "site", log(tmp_path / "a.jsonl", texts))
    assert len(found) == 51
    assert found[-1].message == "10 more pages hold text of the logs"


def test_words_and_values_of_one_page_are_one_line(tmp_path):
    page(tmp_path / "site", f"{prompts(1)[0].replace('<', '&lt;')} at {values(1)[0]}")
    (problem,) = leaks(tmp_path / "site", log(tmp_path / "a.jsonl", [prompts(1)[0], values(1)[0]]))
    assert problem.message == "would publish words and a value of log-0001 line 1, and of 1 more line"


@pytest.mark.parametrize("site", ["none", "empty", "only hidden", "no page", "only links"])
@pytest.mark.parametrize("canary", [False, True])
def test_without_a_built_site_there_is_no_all_clear(root, site, canary):
    told = log(root / "a.jsonl", prompts(1))
    (root / "canaries.txt").write_text("a canary of mine\n")
    if site != "none":
        (root / "site").mkdir()
    if site == "only hidden":
        (root / "site" / ".gitignore").write_text("*")
    if site == "no page":
        (root / "site" / "data.csv").write_text("a,b\n")
    if site == "only links":
        (root / "site" / "index.html").symlink_to(told)
    error, output = check_leaks(root, *(["--canary", root / "canaries.txt"] if canary else [told]))
    assert isinstance(error, ContentError)
    assert "site:0:0: W-no-site there is no built site here" in output
    assert "witnessmark build" in output
    assert "Nothing of these" not in output


@pytest.mark.slow
def test_a_named_folder_that_is_no_site_is_an_error_too(root):
    told = log(root / "a.jsonl", prompts(1))
    page(root / "site", "nothing of it")
    error, _ = check_leaks(root, told, "--site", root / "content")
    assert isinstance(error, ContentError)
    assert check_leaks(root, told, "--site", root / "site")[0] is None


@pytest.mark.parametrize("kind", ["an empty folder", "an empty file", "a pipe"])
def test_logs_that_hold_nothing_to_look_for_are_no_all_clear(tmp_path, kind):
    page(tmp_path / "site", "nothing of it")
    logs = tmp_path / "logs"
    if kind == "an empty folder":
        logs.mkdir()
    elif kind == "an empty file":
        logs.touch()
    else:
        os.mkfifo(logs)
    assert [problem.code for problem in leaks(tmp_path / "site", logs)] == ["W-leak-unread"]


def test_a_file_of_canaries_without_one_is_a_mistake(tmp_path):
    (tmp_path / "canaries.txt").write_text("\n  \n")
    with pytest.raises(ContentError, match="holds no string"):
        read_canaries(tmp_path / "canaries.txt")


def test_canaries_of_one_page_are_one_line(tmp_path):
    page(tmp_path / "site", "first canary here and second canary there")
    (problem,) = find_canaries(tmp_path / "site", ["first canary", "absent canary", "second canary"])
    assert problem.message == "would publish canaries 1, 3"
