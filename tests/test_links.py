"""Archived copies: the list of addresses, the filled list read back into the YAML, and what is refused."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.base.problems import ContentError
from generator.cli import cli
from generator.curated.archives import fault_of
from generator.curated.archiving import Addition, with_copies
from generator.curated.library import load
from generator.curated.yamlfile import parse

CASE = Path(__file__).parent / "sites" / "small" / "content"
ISSUE = "https://github.com/anthropics/claude-code/issues/46829"
COPY = f"https://web.archive.org/web/20260412101112/{ISSUE}"


@pytest.fixture
def root(tmp_path):
    shutil.copytree(CASE, tmp_path / "content")
    shutil.copytree(Path(__file__).parent.parent / "content" / "examples", tmp_path / "content" / "examples")
    return tmp_path


def run(root, *more):
    done = CliRunner().invoke(cli, ["links", "--root", str(root), *map(str, more)], standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


def listed(root, *more):
    return list(csv.DictReader(io.StringIO(run(root, *more))))


def fill(root, copies, name="filled.csv"):
    """The list with these copies in it, by id."""
    rows = listed(root)
    assert copies.keys() <= {row["id"] for row in rows}
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(row | {"archive": copies.get(row["id"], row["archive"])} for row in rows)
    path = root / name
    path.write_text(out.getvalue(), "utf-8", newline="")
    return path


def texts(root):
    return {path: path.read_bytes() for path in (root / "content").rglob("*.yml")}


def codes(problems):
    return [problem.code for problem in problems]


def test_every_kind_with_an_address_is_listed_once_with_its_copy(root):
    rows = listed(root)
    assert set(rows[0]) == {"kind", "id", "address", "archive"}
    assert {row["kind"] for row in rows} == {"source", "report", "event", "incident"}
    library = load(root / "content")
    assert len(rows) == sum(map(len, (library.sources, library.reports, library.events, library.incidents)))
    assert {row["archive"] for row in rows} == {""}
    assert {"kind": "report", "id": "cc-46829", "address": ISSUE, "archive": ""} in rows


def test_a_filled_list_adds_one_line_a_record_and_changes_no_other_byte(root):
    before = texts(root)
    rows = {row["id"]: row["address"] for row in listed(root)}
    event, incident, source = "E-090", next(row["id"] for row in listed(root) if row["kind"] == "incident"), "S-009"
    copies = {"cc-46829": COPY, source: "https://archive.ph/Ab3dE", event: "https://perma.cc/AB12-CD34"}
    copies[incident] = f"https://archive.today/20260304/{rows[incident]}"
    said = run(root, "--read", fill(root, copies))
    assert said == "4 copies written into 4 files.\n"
    library = load(root / "content")
    found = {
        one.id: str(one.archive_url)
        for kind in (library.sources, library.reports, library.events, library.incidents)
        for one in kind
        if one.archive_url
    }
    assert found == copies
    changed = {path: data for path, data in texts(root).items() if data != before[path]}
    assert len(changed) == 4
    for path, data in changed.items():
        new = [line for line in data.splitlines(keepends=True) if b"archive_url: " not in line]
        assert b"".join(new) == before[path]
    assert len(listed(root, "--missing")) == len(rows) - 4
    assert run(root, "--read", fill(root, copies)) == "0 copies written into 0 files.\n"


def test_another_copy_is_kept_unless_it_is_to_be_replaced(root):
    run(root, "--read", fill(root, {"cc-46829": COPY}))
    before = texts(root)
    other = fill(root, {"cc-46829": COPY.replace("20260412", "20260501"), "S-009": "https://archive.ph/Ab3dE"})
    with pytest.raises(ContentError) as error:
        run(root, "--read", other)
    assert codes(error.value.problems) == ["W-archive"]
    assert COPY in str(error.value)
    assert texts(root) == before
    assert run(root, "--read", other, "--replace") == "2 copies written into 2 files.\n"
    text = (root / "content" / "reports" / "cc-46829.yml").read_text("utf-8")
    assert text.count("archive_url") == 1
    assert "20260501" in text


def test_all_mistakes_of_a_list_are_told_at_once_and_nothing_is_written(root):
    before = texts(root)
    path = fill(
        root, {"cc-46829": "https://example.org/copy", "S-009": "https://archive.ph/Ab3dE", "E-090": "no address"}
    )
    text = path.read_text("utf-8")
    lines = text.splitlines()
    again = next(line for line in lines if line.startswith("source,S-009,"))
    moved = next(number for number, line in enumerate(lines) if line.startswith("report,cc-24048,"))
    lines[moved] = "report,cc-24048,https://github.com/other,https://archive.ph/Ab3dE"
    path.write_text("\n".join([*lines, again, "report,cc-4682,https://a.org/,", ""]), "utf-8")
    with pytest.raises(ContentError) as error:
        run(root, "--read", path)
    found = {(problem.code, problem.line) for problem in error.value.problems}
    assert {code for code, _ in found} == {"W-archive", "W-address", "W-twice", "W-unknown"}
    assert len(found) == 5
    assert ("W-address", moved + 1) in found
    assert ("W-twice", len(lines) + 1) in found
    assert "cc-46829" in str(error.value)  # did you mean
    assert texts(root) == before


@pytest.mark.parametrize(
    "copy",
    [
        f'{COPY}#"><script>',
        f'{COPY}?"><script>',
        'https://perma.cc/AB12-CD34?"><script>',
        "https://archive.ph/Ab3dE#a#b",
        f"{COPY}?a b",
        f"{COPY}?{{a}}",
        f"{COPY}?\u200b",
        f"{COPY}?a\tb",
        "https://user@archive.ph/Ab3dE",
        "https://archive.ph/submit",
        "https://web.archive.org/web/20260301/https://[x/y",
        "https://web.archive.org/web/20260301/https://exa\u2100mple.com/",
        "https://[x/y",
    ],
)
def test_what_the_check_refuses_is_never_written(root, copy):
    before = texts(root)
    with pytest.raises(ContentError):
        run(root, "--read", fill(root, {"cc-46829": copy}))
    assert texts(root) == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id,address\n",
        "kind,id,address,archive\nreport,cc-46829\n",
        'kind,id,address,archive\n"report\n',
        "\0",
        "\udcff",
    ],
)
def test_what_is_no_such_table_is_refused_in_words(root, text):
    path = root / "odd.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ContentError, match="W-list"):
        run(root, "--read", path)


# ---- what a copy is ----

PAGE = "https://www.example.org/Some/Page/"
GOOD = [
    f"https://web.archive.org/web/20260412101112/{PAGE}",
    "https://web.archive.org/web/20260412101112if_/http://example.org/some/page",
    "https://web.archive.org/web/2026/https:/example.org/some/page?utm_source=x",
    "https://archive.ph/Ab3dE",
    f"https://archive.is/2026.04.12-101112/{PAGE}",
    f"https://archive.md/20260412/{PAGE}#top",
    "https://perma.cc/AB12-CD34",
    "https://ghostarchive.org/archive/Ab3dE",
    f"https://webarchive.nationalarchives.gov.uk/ukgwa/20260412101112/{PAGE}",
    f"https://arquivo.pt/wayback/20260412101112/{PAGE}",
    "https://web.archive.org/web/20260412101112/http://www.example.org:80/Some/Page/",
    "https://archive.vn/2026.04.12-101112/http://example.org/some/page",
]
BAD = [
    PAGE,
    "https://web.archive.org/",
    f"https://web.archive.org/web/*/{PAGE}",
    f"https://web.archive.org/save/{PAGE}",
    "https://web.archive.org/web/20260412101112/https://example.org/another",
    "https://web.archive.org/web/20260412101112/https://example.com/some/page",
    "https://archive.ph/",
    f"https://archive.ph/newest/{PAGE}",
    "https://archive.is/2026.04.12-101112/https://example.org/another",
    "https://perma.cc/about",
    f"https://web.archive.org.evil.org/web/2026/{PAGE}",
    "https://arquivo.pt/wayback/20260412101112/https://example.org/x",
    "https://webcache.googleusercontent.com/search?q=cache:x",
    "https://archive.org/details/some-page-2026",  # what anybody uploaded
    f"https://archive.org/details/{PAGE}",
    "https://archive.ph/submit",
    "https://archive.today/newest",
    "https://archive.is/search",
    "https://archive.md/about",
    f"https://archive.ph/submit/?url={PAGE}",
    "https://web.archive.org/web/2026/https://example.org:8443/some/page",
    "https://web.archive.org/web/2026/http://example.org:443/some/page",
    "https://web.archive.org/web/2026/https://user@example.org/some/page",
    "https://web.archive.org/web/2026/https://user:word@example.org/some/page",
    "https://archive.ph/20260412/https://example.org:1/some/page",
    f"https://web.archive.org:8443/web/2026/{PAGE}",
    f"https://user@web.archive.org/web/2026/{PAGE}",
    "https://web.archive.org/web/20260301/https://[x/y",
    "https://web.archive.org/web/20260301/https://[::1]x/y",
    "https://web.archive.org/web/20260301/https://example.org:99999/some/page",
    "https://web.archive.org/web/2026/https://exa\u2100mple.com/",  # a sign that becomes "a/c"
    "https://[x/y",
]


@pytest.mark.parametrize("copy", GOOD)
def test_a_copy_of_the_page_in_an_archive_is_taken(copy):
    assert fault_of(copy, (PAGE,)) is None


@pytest.mark.parametrize("copy", BAD)
def test_anything_else_is_refused(copy):
    assert fault_of(copy, (PAGE,)) is not None


def test_queries_that_tell_pages_apart_are_compared():
    copy = "https://web.archive.org/web/2026/https://example.org/watch?v=1"
    assert fault_of(copy, ("https://example.org/watch?v=1",)) is None
    assert fault_of(copy, ("https://example.org/watch?v=2",)) is not None
    assert (
        fault_of("https://web.archive.org/web/2026/https://example.org/?p=1", ("https://example.org/?p=2",)) is not None
    )


def test_content_that_names_a_copy_of_another_page_is_refused_at_its_place(root):
    path = root / "content" / "reports" / "cc-46829.yml"
    path.write_text(path.read_text("utf-8") + f"archive_url: {COPY.replace('46829', '46830')}\n", "utf-8")
    with pytest.raises(ContentError) as error:
        load(root / "content")
    (problem,) = error.value.problems
    assert (problem.path, problem.code) == ("content/reports/cc-46829.yml", "W-archive")
    assert problem.line == len(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("page", ["exa\u2100mple.com/", "[x/y", "example.org:99999/"])
def test_content_whose_copy_names_no_address_is_refused_in_words(root, page):
    path = root / "content" / "reports" / "cc-46829.yml"
    path.write_text(
        f"{path.read_text('utf-8')}archive_url: 'https://web.archive.org/web/2026/https://{page}'\n", "utf-8"
    )
    with pytest.raises(ContentError) as error:
        load(root / "content")
    assert codes(error.value.problems)[0] in {"W-archive", "W-url"}


# ---- the change of a file ----


def changed(text, *additions):
    data = text.encode()
    return with_copies(data, parse(data, "x.yml"), [Addition(where, address) for where, address in additions]).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "- id: a # one\n  url: https://a.org/ # here\n  # why\n  kind: x\n",
            "- id: a # one\n  url: https://a.org/ # here\n  archive_url: https://perma.cc/A\n  # why\n  kind: x\n",
        ),
        ("- url: 'https://a.org/'\n  id: a\n", "- url: 'https://a.org/'\n  archive_url: https://perma.cc/A\n  id: a\n"),
        (
            "-   id: a\n    url: https://a.org/\n",
            "-   id: a\n    url: https://a.org/\n    archive_url: https://perma.cc/A\n",
        ),
        (
            "- id: a\r\n  url: https://a.org/\r\n",
            "- id: a\r\n  url: https://a.org/\r\n  archive_url: https://perma.cc/A\r\n",
        ),
        ("- id: a\n  url: https://a.org/", "- id: a\n  url: https://a.org/\n  archive_url: https://perma.cc/A\n"),
        (
            "- url: https://a.org/\n  archive_url: https://b.org/  # old\n",
            "- url: https://a.org/\n  archive_url: https://perma.cc/A  # old\n",
        ),
    ],
)
def test_one_line_is_added_or_changed_in_the_form_of_its_record(before, after):
    assert changed(before, ((0,), "https://perma.cc/A")) == after


def test_several_records_of_one_file_and_a_file_of_one_record():
    text = "- {id: z}\n- url: https://a.org/\n- url: https://b.org/\n"
    assert changed(text, ((1,), "https://perma.cc/A"), ((2,), "https://perma.cc/B")) == (
        "- {id: z}\n- url: https://a.org/\n  archive_url: https://perma.cc/A\n- url: https://b.org/\n  archive_url: https://perma.cc/B\n"
    )
    assert (
        changed("url: https://a.org/\n", ((), "https://perma.cc/A"))
        == "url: https://a.org/\narchive_url: https://perma.cc/A\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "- {id: a, url: https://a.org/}\n",
        "- url: >-\n    https://a.org/\n  id: a\n",
        "- url:\n    https://a.org/\n",
        "- id: a\n  url: &x https://a.org/\n",
    ],
)
def test_what_is_not_written_a_key_a_line_is_left_to_a_person(text):
    with pytest.raises(ContentError, match=r"W-form|W-yaml|anchor"):
        changed(text, ((0,), "https://perma.cc/A"))
