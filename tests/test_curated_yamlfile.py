"""The YAML reader: hostile files are refused at their line and column, scalars follow YAML 1.2, nothing else is raised."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.base.problems import ContentError
from generator.curated.codes import CODES
from generator.curated.yamlfile import MAX_BYTES, MAX_DEPTH, MAX_NODES, parse, read

PAYLOADS = sorted((Path(__file__).parent / "payloads" / "yaml").glob("*.yml"))

LARGE = {
    "100 KB of [": (b"[" * 100_000, "W-depth", 1, MAX_DEPTH + 2),
    "100 KB of {": (b"{" * 100_000, "W-key", 1, 2),
    "100 KB of [ after a key": (b"a: " + b"[" * 100_000, "W-depth", 1, MAX_DEPTH + 4),
    "100 KB of [ each on its line": (b"[\n" * 50_000, "W-depth", MAX_DEPTH + 2, 1),
    "50,000 dashes in a line": (b"- " * 50_000, "W-depth", 1, 2 * MAX_DEPTH + 3),
    "50,000 question marks in a line": (b"? " * 50_000, "W-key", 1, 3),
    "100 KB of &a": (b"&a " * 33_000, "W-alias", 1, 1),
    "100 KB of !": (b"!" * 100_000, "W-tag", 1, 1),
    "100 KB of *a in a list": (b"[" + b"*a," * 33_000, "W-alias", 1, 2),
    "a scalar over the limit": (b"a: " + b"x" * MAX_BYTES, "W-size", 1, MAX_BYTES + 1),
    "a quote that never ends": (b"a: '" + b"x\n" * 60_000, "W-syntax", 1, 4),
    "one value too many": (b"[" + b"1," * MAX_NODES + b"]", "W-size", 1, 2 * MAX_NODES),
    "version of 5,000 digits": (b"%YAML 1." + b"9" * 5_000 + b"\n---\na\n", "W-syntax", 1, 9),
}


def refused(data):
    """Problems of data that must be refused."""
    with pytest.raises(ContentError) as caught:
        parse(data, "content/x.yml")
    return caught.value.problems


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_hostile_file_is_refused_at_its_place(path):
    """The name of each file says what must be found first, and where."""
    _, code, line, column = path.stem.split(".")
    first = refused(path.read_bytes())[0]
    assert (first.code, first.line, first.column) == (code, int(line), int(column)), str(first)


@pytest.mark.parametrize("name", LARGE)
def test_large_hostile_file_is_refused(name):
    """Neither the stack nor the time grows with the file."""
    data, code, line, column = LARGE[name]
    first = refused(data)[0]
    assert (first.code, first.line, first.column) == (code, line, column), str(first)


def test_largest_scalar_is_read():
    """A file just under the limit is no mistake of the reader; how long a text may be is the schema's matter."""
    assert len(parse(b"a: " + b"x" * (MAX_BYTES - 3), "x").value["a"]) == MAX_BYTES - 3


def test_there_are_payloads():
    """The parametrised test above must not pass because a folder is empty."""
    assert len(PAYLOADS) >= 45


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("off", "off"), ("y", "y"), ("12:30:45", "12:30:45"),
        ("2026-03-17", "2026-03-17"), ("2026-03-17T14:05:00Z", "2026-03-17T14:05:00Z"), ("1_000", "1_000"),
        ("2.1.81", "2.1.81"), ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("12", 12), ("-12", -12), ("2.10", 2.1), ("1e3", 1000.0), ("'12'", "12"), ('"true"', "true"), ("'010'", "010"),
        ("'null'", "null"), ("9" * 18, int("9" * 18)), ('"a\\nb"', "a\nb"), ("=", "="), ("'<<'", "<<"), ("0", 0),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_schema(written, value):
    """YAML 1.2: `no` is text, a date is text, what is quoted is text."""
    found = parse(f"a: {written}\n".encode(), "x").value["a"]
    assert (found, type(found)) == (value, type(value))


def test_places_of_keys_and_values():
    """Lines and columns count characters from 1."""
    document = parse("ä:\n  - x: 1\n    yy: [ü, ß]\n".encode(), "x")
    assert document.value == {"ä": [{"x": 1, "yy": ["ü", "ß"]}]}
    assert document.keys[("ä", 0, "yy")] == (3, 5)
    assert document.place(("ä", 0, "yy", 1)) == (3, 13)
    assert document.place(("ä", 0, "missing")) == (2, 5)


def test_windows_line_ends_are_read():
    """A file saved on Windows has the same values and places."""
    unix, windows = parse(b"a: 1\nb: |\n  x\n  y\n", "x"), parse(b"a: 1\r\nb: |\r\n  x\r\n  y\r\n", "x")
    assert unix == windows


def test_all_duplicates_of_a_file_at_once():
    """A mistake that does not end the reading does not hide the next."""
    problems = refused(b"a: 1\na: 2\nb: {c: 1, c: 2}\nd: &x 1\n")
    assert [(p.code, p.line, p.column) for p in problems] == [("W-twice", 2, 1), ("W-twice", 3, 11), ("W-alias", 4, 4)]


def test_link_folder_and_pipe_are_refused(tmp_path):
    """Only an ordinary file is read; a link is not followed and a pipe does not block."""
    (tmp_path / "real.yml").write_text("a: 1\n")
    (tmp_path / "link.yml").symlink_to(tmp_path / "real.yml")
    (tmp_path / "folder.yml").mkdir()
    os.mkfifo(tmp_path / "pipe.yml")
    for name in ("link.yml", "folder.yml", "pipe.yml", "absent.yml"):
        with pytest.raises(ContentError) as caught:
            read(tmp_path / name, name)
        assert [problem.code for problem in caught.value.problems] == ["W-file"]
    assert read(tmp_path / "real.yml", "real.yml").value == {"a": 1}


YAMLISH = st.text(alphabet=list("ab1:-?[]{},&*!|>'\"%@`#~.<= \n\t\\u0\x00\ufeff\u202eé"), max_size=80)


@settings(max_examples=drawn(400), deadline=None)
@given(st.one_of(YAMLISH.map(str.encode), st.text(max_size=60).map(str.encode), st.binary(max_size=60)))
def test_nothing_but_content_error(data):
    """Whatever the bytes: a value, or problems with known codes at places inside the file, without the file's text."""
    try:
        parse(data, "content/x.yml")
    except ContentError as error:
        for problem in error.problems:
            assert problem.code in CODES
            assert 0 <= problem.line <= data.count(b"\n") + 2
            assert len(str(problem)) < 250
            assert "\n" not in str(problem)


KEYS = "id: x\ndate: 2026-03-17\n"
WORDS = [
    ("title: 'Weekly\n" + KEYS + "status: 'open'\n", 1, 8, "the quote that opens here is not closed"),
    ('title: "Weekly\n' + KEYS + 'status: "open"\n', 1, 8, "the quote that opens here is not closed"),
    ("title: 'Weekly\n" + KEYS, 1, 8, "the quote that opens here is not closed"),
    ("- id: a\n  title: 'x\n- id: b\n  title: 'y'\n", 2, 10, "the quote that opens here is not closed"),
    ("plans: ['max, pro]\nstatus: 'open'\n", 1, 9, "the quote that opens here is not closed"),
    ("note: 'one\n  two'\na: b: c\n", 3, 5, "a second colon in this line"),  # a text of two lines is none
    ("title: 'It's gone'\n" + KEYS, 1, 12, "text after the closing quote"),
    ("title: 'x' y\n", 1, 12, "text after the closing quote"),
    ("plans: [a, b\n" + KEYS, 1, 8, "the bracket that opens here is not closed"),
    (
        "figures:\n  - {metric: a\n  - {metric: b}\n" + KEYS,
        3,
        5,
        "a comma or the closing bracket is missing before this",
    ),
    ("plans: [a, b\n", 1, 8, "the bracket that opens here is not closed"),
    ("plans: [a]]\n", 1, 11, "a closing bracket that none opens"),
    ("[]\n- id: a\n", 2, 1, "entries below an empty list"),
    ("# none yet\n[ ]\n\n# first\n- id: a\n", 5, 1, "entries below an empty list"),
    ("{}\nid: a\n", 2, 1, "entries below an empty list"),
    ("  id: a\ndate: b\n", 2, 1, "the value of the file ends above this line"),
    ("title: Limit: gone\n", 1, 13, "a second colon in this line"),
    ("id: x\n date: y\n", 2, 6, "a field where none can begin"),
    ("id: x\ntitle Weekly\ndate: y\n", 2, 1, "a line without a colon"),
    ("a:\n  - x\n - y\n", 3, 2, "this line is indented otherwise than those above"),
    ("- id: a\ndate: b\n", 2, 1, "a field among the entries of a list"),
    ("date: b\n- id: a\n", 2, 1, "an entry of a list among the fields of a record"),
    ("plans: - a\n", 1, 8, "a list cannot begin in the line of its field"),
    ("by: @somebody\n", 1, 5, "a value cannot begin with this character"),
    ("by: %x\n", 1, 5, "a value cannot begin with this character"),
    ("by: *\n", 1, 6, "a value cannot begin with * or &"),
    ('by: "c:\\dir"\n', 1, 9, "a backslash with a letter that means nothing"),
    ("text: |2x\n", 1, 9, "text in the line of | or >"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), WORDS)
def test_what_is_not_yaml_is_told_in_plain_words_where_it_is_to_be_mended(text, line, column, words):
    first = refused(text.encode())[0]
    assert (first.code, first.line, first.column, first.message) == ("W-syntax", line, column, words)
    assert first.hint
    assert refused(text.replace("\n", "\r\n").encode())[0] == first
