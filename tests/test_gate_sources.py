"""What may not leave is named where it was written, once, and not on each of the pages that it reached."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator.base.problems import Problem, PublishRefusedError
from generator.build import build
from generator.guard.gate import allow, gate
from generator.guard.sources import Sources
from generator.site.render import RenderedFile

ROOT = Path(__file__).parent.parent
CASE = ROOT / "tests" / "sites" / "small"
EVENTS = "content/events/2026-03.yml"
TITLE = "'Raised time-outs on Opus 4.6 and Sonnet 4.6'"
UUID = "9d7a9d52-7eb4-427d-847d-ee5451884f3d"
KEY = "sk-ant-" + "a1b2c3d4"


@pytest.fixture
def root(tmp_path):
    shutil.copytree(CASE / "content", tmp_path / "content")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "home.md.j2").write_text("line\n<p>maria@acme.example</p>\n")
    pack = tmp_path / "content" / "evidence" / "mine"
    pack.mkdir(parents=True)
    (pack / "pack.json").write_text('{\n "id": "msg_01aaaaaaaaaaaaaaaaaaaaaa"\n}')
    return tmp_path


def write(root, file, old, new):
    path = root / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def told(root, found, pages=("a/index.md", "b/index.md", "c/index.json")):
    """Problems of pages that hold the string, as path:line:col and code."""
    files = [RenderedFile(page, f"one\ntwo {found} x".encode()) for page in pages]
    problems = sorted(gate(files, allow(cited=()), Sources(root).of))
    assert not [one for one in problems if found.strip("/") in str(one)]
    return [(f"{one.path}:{one.line}:{one.column}", one.code) for one in problems]


@pytest.mark.parametrize(
    ("title", "found", "place", "code"),
    [
        (f"'Raised {UUID}'", UUID, "26:18", "W-gate-uuid"),
        (f"'Raised {UUID.upper()}'", UUID.upper(), "26:18", "W-gate-uuid"),
        ("'Ask maria@acme.example'", "maria@acme.example", "26:15", "W-gate-mail"),
        ("'See https://evil.example/x'", "https://evil.example", "26:23", "W-gate-host"),
        ("'See https://EVIL.example/x'", "https://evil.example", "26:23", "W-gate-host"),
        (f"'Key {KEY}'", KEY, "26:15", "W-gate-key"),
        ("'Read /home/maria/x'", "/home/maria/", "26:16", "W-gate-home"),
        ('"Read \\x2fhome\\x2fmaria\\x2fx"', "/home/maria/", "26:10", "W-gate-home"),
        ("'Ask maria&#64;acme.example'", "maria@acme.example", "26:10", "W-gate-mail"),
        ("'Read %2Fhome%2Fmaria%2Fx'", "/home/maria/", "26:10", "W-gate-home"),
        ("'Call 10.1.2.3 now'", "10.1.2.3", "26:16", "W-gate-network"),
        (f">-\n    Raised\n    by {UUID}", UUID, "28:8", "W-gate-uuid"),
        (f"|-\n    Raised\n    by {UUID}", UUID, "28:8", "W-gate-uuid"),
    ],
)
def test_a_hit_is_named_at_its_place_in_content_once(root, title, found, place, code):
    write(root, EVENTS, TITLE, title)
    assert told(root, found) == [(f"{EVENTS}:{place}", code)]


def test_the_message_says_which_pages_and_how_many_more(root):
    write(root, EVENTS, TITLE, f"'Raised {UUID}'")
    files = [RenderedFile(f"{name}/index.md", UUID.encode()) for name in "cab"]
    (problem,) = gate(files, allow(cited=()), Sources(root).of)
    assert problem.message == "would publish a raw id of a session or line, on a/index.md and 2 more"


def test_two_places_and_two_strings_are_named_each(root):
    other = UUID.replace("9d7a", "8d7a")
    write(root, EVENTS, TITLE, f"'Raised {UUID}'")
    write(root, "content/case.yml", "question: Did one", f"question: {UUID} {other} Did one")
    assert told(root, f"{UUID} {other}") == [
        ("content/case.yml:4:11", "W-gate-uuid"),
        ("content/case.yml:4:48", "W-gate-uuid"),
        (f"{EVENTS}:26:18", "W-gate-uuid"),
    ]


def test_a_comment_and_a_longer_word_are_no_source(root):
    write(root, EVENTS, TITLE, f"'Raised'  # {UUID}")
    assert told(root, UUID) == [(f"{page}:2:0", "W-gate-uuid") for page in ("a/index.md", "b/index.md", "c/index.json")]


def test_packs_and_templates_are_looked_through_where_content_has_nothing(root):
    assert told(root, "maria@acme.example") == [("templates/home.md.j2:2:4", "W-gate-mail")]
    assert told(root, "msg_01aaaaaaaaaaaaaaaaaaaaaa") == [("content/evidence/mine/pack.json:2:9", "W-gate-id")]


def test_without_a_source_the_pages_are_named_once_for_each_kind(root):
    other = UUID.replace("9d7a", "8d7a")
    assert told(root, f"{UUID} {other}", ("a/index.md",)) == [("a/index.md:2:0", "W-gate-uuid")]


def test_a_page_of_thousands_of_hosts_is_told_in_time(root):
    text = " ".join(f"https://h{number}.example/" for number in range(20_000))
    problems = list(gate([RenderedFile("a/index.md", text.encode())], allow(cited=()), Sources(root).of))
    assert [problem.code for problem in problems] == ["W-gate-host"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("2026-03/e/E-090/index.html", f"the page of {EVENTS}:20:7"),
        ("2026-03/e/E-090/x-light.svg", f"the page of {EVENTS}:20:7"),
        ("2026-03/r/cc-46829/index.html", "the page of content/reports/cc-46829.yml:2:5"),
        ("assets/mine.css", "from templates/assets/mine.css"),
        ("2026-03/timeline/index.html", ""),
        ("assets/none.css", ""),
    ],
)
def test_a_problem_of_the_checker_names_what_its_page_is_made_from(root, path, hint):
    (root / "templates" / "assets").mkdir()
    (root / "templates" / "assets" / "mine.css").write_text("a{}")
    assert Sources(root).traced(Problem(path, 3, 0, "S216", "a picture with <script>")).hint == hint
    assert Sources(root).traced(Problem(path, 3, 0, "S216", "x", "draw")).hint == "; ".join(
        filter(None, ("draw", hint))
    )


@pytest.mark.slow
def test_a_build_names_the_line_of_content(root):
    shutil.rmtree(root / "content" / "evidence")
    shutil.rmtree(root / "templates")
    shutil.copytree(ROOT / "content" / "examples", root / "content" / "examples")
    shutil.copytree(ROOT / "templates", root / "templates")
    shutil.copyfile(ROOT / "mkdocs.yml", root / "mkdocs.yml")
    write(root, EVENTS, TITLE, f"'Raised {UUID} by maria@acme.example'")
    with pytest.raises(PublishRefusedError) as error:
        build(root, now=datetime(2026, 11, 24, tzinfo=UTC), version="0")
    places = [(one.path, one.line, one.column, one.code) for one in error.value.problems]
    assert (EVENTS, 26, 18, "W-gate-uuid") in places
    assert (EVENTS, 26, 58, "W-gate-mail") in places
    assert len(places) == 2
