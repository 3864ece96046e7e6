"""Readers without git: whatever stands in an issue becomes quoted texts of one file, or a clear problem and nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import real_case
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import HANGS
from pydantic import AnyUrl
from pydantic_core import PydanticCustomError
from shares import drawn

from generator.base.problems import ContentError
from generator.cli import cli
from generator.curated import models, voices
from generator.curated.address import canonical, public
from generator.curated.issues.comment import comment_on
from generator.curated.issues.event import accepted
from generator.curated.issues.forms import ACCEPTED, CORRECTION, FORMS, REPLY, REPORT
from generator.curated.issues.record import Draft, place_of
from generator.curated.issues.template import FOLDER, shown, template_files
from generator.curated.issues.tracker import form_address
from generator.curated.issues.written import written
from generator.curated.library import load
from generator.curated.yamlfile import parse

ROOT = Path(__file__).parent.parent
CASE = ROOT / "tests" / "sites" / "small" / "content"
REPOSITORY = "https://github.com/owner/evidence"

FILLED = {
    "report": {
        "url": "https://example.org/thread/1",
        "headline": "Weekly limit reached in one day",
        "day": "2026-03-17",
        "day_basis": "The day on which it was posted",
        "surfaces": "claude-code",
        "symptoms": "runaway-usage",
        "source": "An issue or a thread of a forum",
        "detail": "Numbers that were measured",
        "opened": "Yes, I have read the page itself",
        "found": "I came across it, or it is mine",
        "figures": "weekly limit used = 21 % -> 100 %\nhours = 8",
    },
    "correction": {
        "page": "https://witness.example.org/2026-03/c/C-064/",
        "file": "content/claims/C-064.yml",
        "was": "Seven days.\nAnd more.",
        "now": "Six days.",
        "why": "https://example.org/source says six.",
    },
    "reply": {
        "answered": "https://witness.example.org/2026-03/c/C-064/",
        "by": "The press office",
        "stands": "The vendor",
        "text": "It was not so.\n\n  We said why: there.",
        "proof": "https://example.org/we links here",
    },
}


@pytest.fixture
def root(tmp_path):
    shutil.copytree(CASE, tmp_path / "content")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


def body(form, **answers):
    """The text of an issue as the tracker makes it of a form."""
    filled = FILLED[form.word] | answers
    parts = [f"### {one.label}\r\n\r\n{filled.get(one.id) or '_No response_'}" for one in form.questions]
    return "\r\n\r\n".join(parts)


def event(text, **fields):
    return {
        "action": "labeled",
        "label": {"name": ACCEPTED, "color": "00ff00"},
        "issue": {"number": 12, "body": text, "state": "open", "user": {"login": "some-reader", "type": "User"}},
        "sender": {"login": "maintainer", "type": "User"},
        "repository": {"full_name": "owner/evidence"},
    } | fields


ALLOWED = {"permission": "write", "role_name": "write", "user": {"login": "maintainer"}}


def run(root, happened, permission=ALLOWED):
    files = {"event.json": happened, "permission.json": permission}
    for name, value in files.items():
        (root / name).write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    arguments = ["--permission", str(root / "permission.json"), "--comment", str(root / "comment.md")]
    done = CliRunner().invoke(
        cli, ["from-issue", "--root", str(root), str(root / "event.json"), *arguments], standalone_mode=False,
        env={"SOURCE_DATE_EPOCH": "1796040000"},
    )  # fmt: skip
    if done.exception:
        raise done.exception
    return done.stdout.strip()


def texts(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in (root / "content").rglob("*") if path.is_file()
    }


# ---- a filled form becomes one file ----


def test_a_report_becomes_one_sound_file(root):
    before = texts(root)
    assert run(root, event(body(REPORT))) == "content/reports/issue-12-weekly-limit-reached-in-one-day.yml"
    after = texts(root)
    (new,) = after.keys() - before.keys()
    assert {name: after[name] for name in before} == before
    assert new == "content/reports/issue-12-weekly-limit-reached-in-one-day.yml"
    (report,) = (one for one in load(root / "content").reports if one.id.startswith("issue-12"))
    assert (report.title, str(report.date), report.period) == (
        "Weekly limit reached in one day",
        "2026-03-17",
        "window",
    )
    assert [(one.metric, one.start, one.end, one.value) for one in report.figures] == [
        ("weekly limit used", "21 %", "100 %", None),
        ("hours", None, None, "8"),
    ]
    assert (report.opened, report.targeted, report.evidence_class) == (True, False, "user-report")


def test_a_correction_joins_the_list_and_keeps_what_is_there(root):
    assert run(root, event(body(CORRECTION))) == "content/corrections.yml"
    (first,) = load(root / "content").corrections
    assert (first.id, first.page, first.was) == ("issue-12", "c/C-064", "Seven days.\nAnd more.")
    old = (root / "content" / "corrections.yml").read_text("utf-8")
    second = event(body(CORRECTION))
    second["issue"]["number"] = 13
    run(root, second)
    assert (root / "content" / "corrections.yml").read_text("utf-8").startswith(old)
    assert {one.id for one in load(root / "content").corrections} == {"issue-12", "issue-13"}


def test_a_correction_joins_an_empty_list(root):
    (root / "content" / "corrections.yml").write_text("# What was wrong.\n[]\n")
    run(root, event(body(CORRECTION)))
    assert (root / "content" / "corrections.yml").read_text("utf-8").startswith("# What was wrong.\n- id: ")


def test_a_reply_is_printed_as_it_was_written(root):
    assert run(root, event(body(REPLY))) == "content/replies/issue-12-vendor.yml"
    (reply,) = load(root / "content").replies
    assert reply.text == "It was not so.\n\n  We said why: there."
    assert reply.received.startswith("Issue 12 of this repository, by the account some-reader: ")


def test_the_same_issue_makes_no_second_record(root):
    run(root, event(body(REPORT)))
    with pytest.raises(ContentError, match="W-twice"):
        run(root, event(body(REPORT)))


# ---- who may ----


@pytest.mark.parametrize(
    ("happened", "permission"),
    [
        ({"action": "opened"}, ALLOWED),
        ({"action": "edited", "label": None}, ALLOWED),
        ({"label": {"name": "bug"}}, ALLOWED),
        ({"label": {"name": "Accepted"}}, ALLOWED),
        ({"sender": {"login": "somebody", "type": "User"}}, ALLOWED),
        ({"sender": {"login": "maintainer", "type": "Bot"}}, ALLOWED),
        ({}, {"permission": "read", "role_name": "triage", "user": {"login": "maintainer"}}),
        ({}, {"permission": "none", "role_name": "none", "user": {"login": "maintainer"}}),
        ({}, {"permission": "write", "role_name": "write", "user": {"login": "Maintainer"}}),
        ({"issue": event("")["issue"] | {"state": "closed"}}, ALLOWED),
        ({"issue": event("")["issue"] | {"pull_request": {"url": "x"}}}, ALLOWED),
        ({"issue": event("")["issue"] | {"number": 0}}, ALLOWED),
        ({"issue": event("")["issue"] | {"number": -3}}, ALLOWED),
        ({"issue": event("")["issue"] | {"user": {"login": "../../etc"}}}, ALLOWED),
    ],
)
def test_without_a_maintainers_label_nothing_is_read(root, happened, permission):
    full = event(body(REPORT))
    if "issue" in happened:
        happened = happened | {"issue": happened["issue"] | {"body": full["issue"]["body"]}}
    before = texts(root)
    with pytest.raises(ContentError, match="W-accepted"):
        run(root, full | happened, permission)
    assert texts(root) == before
    assert not (root / "comment.md").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"action": 1}', "[" * 100_000, '{"issue": {"number": "../x"}}', "\udcff"]
)
def test_what_is_no_event_is_refused_in_words(root, text):
    (root / "event.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    (root / "permission.json").write_text(json.dumps(ALLOWED))
    with pytest.raises(ContentError, match="W-event"):
        accepted(root / "event.json", root / "permission.json")


def test_an_event_of_any_size_is_not_read(root):
    huge = event("x" * 5_000_000)
    with pytest.raises(ContentError, match="W-size"):
        run(root, huge)
    with pytest.raises(ContentError, match="W-size"):
        run(root, event("x" * 70_000))


# ---- hostile text ----

HOSTILE = [
    "${{ secrets.GITHUB_TOKEN }}",
    "$(touch /tmp/owned) `touch /tmp/owned` ; rm -rf /",
    '"\nevidence_class: official-statement\nx: "',
    "'\nopened: true\n'",
    "- &a [*a, *a]\n!!python/object/apply:os.system ['id']",
    "---\nid: other\n...",
    "%TAG ! tag:x,2000:",
    "# not a comment: {a: b}",
    '\\n\\" \\x41 \\u202e',
    "::error file=x::said\n::set-output name=a::b",
    "<script>alert(1)</script> [x](javascript:alert(1)) @maintainer #1",
    "```\n@everyone\n```",
    "| a\n> b\n? c\n: d",
    "../../.github/workflows/publish.yml",
    "null",
    "true",
    "12345678901234567890",
    "\u00e9\u4e2d\U0001f600 \u00a0 end",
    " leading and trailing \n   spaces   ",
    "a" * 3_000,
    "### Something\n\nelse",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_ever_one_quoted_value(root, text):
    """In the free text of a reply, which keeps every letter."""
    before = texts(root)
    name = run(root, event(body(REPLY, text=text)))
    after = texts(root)
    assert after.keys() - before.keys() == {name} == {"content/replies/issue-12-vendor.yml"}
    (reply,) = load(root / "content").replies
    assert reply.text == text.strip()
    assert reply.stands == "vendor"
    said = yaml.compose(after[name].decode())  # another reader, which resolves tags
    values = {key.value: value for key, value in said.value}
    assert values["text"].style == '"'
    assert values["text"].tag == "tag:yaml.org,2002:str"
    assert set(values) == {"id", "page", "date", "by", "stands", "text", "received"}


@pytest.mark.parametrize("text", [one for one in HOSTILE if len(one) < 300])
def test_a_hostile_title_never_names_another_file(root, text):
    if "\n" in text:  # a title is one line
        with pytest.raises(ContentError, match="W-value"):
            run(root, event(body(REPORT, headline=text)))
        assert not [name for name in texts(root) if "issue-12" in name]
        return
    name = run(root, event(body(REPORT, headline=text)))
    assert re.fullmatch(r"content/reports/issue-12(?:-[a-z0-9]+)*\.yml", name)
    assert len(Path(name).stem) <= 64


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x1b", "\u202e", "\u200b", "\ufeff", "\u2028", "\t", "\U000e0041", "\x85", "a" + "\u0301" * 9],
)
def test_characters_that_deceive_are_refused_at_their_place(root, character):
    before = texts(root)
    with pytest.raises(ContentError) as error:
        run(root, event(body(REPLY, text=f"one\nand {character} there")))
    assert {problem.code for problem in error.value.problems} == {"W-char"}
    assert all(problem.path == "issue 12" and problem.line > 10 for problem in error.value.problems)
    assert texts(root) == before
    assert "W-char" in (root / "comment.md").read_text("utf-8")


def test_a_heading_of_the_form_in_a_text_is_refused_not_guessed(root):
    with pytest.raises(ContentError, match='"### Name or role to print" is there 2 times'):
        run(root, event(body(REPLY, text="x\n### Name or role to print\n\nThe author")))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello, please add my report.",
        "### Address of the report\n\nhttps://example.org/",
        "\n".join(f"### {one.label}" for one in reversed(REPORT.questions)),
    ],
)
def test_an_issue_that_is_no_filled_form_is_told_so(root, text):
    with pytest.raises(ContentError, match="W-answers"):
        run(root, event(text))


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://example.org/",
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "no",
        "https://user:pw@example.org/",
    ],
)
def test_the_check_decides_and_the_comment_names_the_question(root, address):
    before = texts(root)
    with pytest.raises(ContentError, match="W-url"):
        run(root, event(body(REPORT, url=address)))
    assert texts(root) == before
    comment = (root / "comment.md").read_text("utf-8")
    assert 'Your answer to "Address of the report": W-url' in comment
    assert "content/reports" not in comment


def test_each_wrong_answer_is_told_by_its_question(root):
    with pytest.raises(ContentError) as error:
        run(
            root,
            event(body(REPORT, day="17 March", symptoms="runaway-usag", echo_of="nothing-here", figures="hours =")),
        )
    assert {problem.code for problem in error.value.problems} >= {"W-date", "W-ref", "W-length"}
    comment = (root / "comment.md").read_text("utf-8")
    for label in ("Day of the report", "What was seen", "It only repeats another report", "Numbers that it states"):
        assert f'Your answer to "{label}"' in comment
    assert 'did you mean "runaway-usage"?' in comment


def test_a_choice_that_was_not_offered_is_refused(root):
    with pytest.raises(ContentError, match="none of those offered"):
        run(root, event(body(REPORT, source="official-statement")))


def test_an_answer_that_is_missing_is_named(root):
    with pytest.raises(ContentError, match='"Day of the report" has no answer'):
        run(root, event(body(REPORT, day="")))


def test_words_in_a_comment_are_inert():
    from generator.base.problems import Problem

    said = comment_on([Problem("x", 1, 1, "W-value", "```\n@maintainer ```` ${{ x }}")], None, None)
    fence = max(re.findall("^`+", said, re.MULTILINE), key=len)
    inside = said.split(f"{fence}text\n")[1].split(f"\n{fence}")[0]
    assert fence not in inside
    assert "@maintainer" in inside
    assert "\n" not in inside


# ---- what is there stays ----


def limited(root, *arguments, size):
    """The command where no file may become longer than this (in bytes), as on a disk that is full."""
    code = (
        "import resource, sys; from generator.cli import main; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); sys.argv = ['witnessmark', *sys.argv[1:]]; main()"
    )
    words = [sys.executable, "-c", code, *arguments, "--root", str(root)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1796040000"}
    return subprocess.run(words, capture_output=True, text=True, timeout=HANGS, env=env, check=False)


def as_files(root, happened):
    for name, value in {"event.json": happened, "permission.json": ALLOWED}.items():
        (root / name).write_text(json.dumps(value), "utf-8")
    return "from-issue", str(root / "event.json"), "--permission", str(root / "permission.json")


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 30])
def test_a_full_disk_leaves_the_list_as_it_was(root, size):
    (root / "content" / "corrections.yml").write_text(LISTED)
    before = texts(root)
    done = limited(root, *as_files(root, event(body(CORRECTION, was="w " * 1_500))), size=size)
    assert (done.returncode, "Traceback" in done.stderr) == (74, False), done.stderr
    assert texts(root) == before


def test_a_write_that_fails_leaves_everything_as_it_was(root, monkeypatch):
    (root / "content" / "corrections.yml").write_text(LISTED)
    before = texts(root)
    real = Path.open

    def full(self, mode="r", *arguments, **named):
        file = real(self, mode, *arguments, **named)
        if mode != "r" and self.is_relative_to(root / "content"):
            file.close()
            raise OSError(28, "No space left on device", str(self))
        return file

    happened = event(body(CORRECTION))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", full)
        with pytest.raises(OSError, match="No space"):
            run(root, happened)
    assert texts(root) == before


LISTED = "# Head\n- id: one\n  date: 2026-06-01\n  was: a\n  now: b\n  why: c\n"
SLUG = "issue-12-weekly-limit-reached-in-one-day"


@pytest.mark.parametrize("form", ["report", "correction", "reply"])
@pytest.mark.parametrize("there", [True, False])
def test_nothing_is_written_through_a_link(root, tmp_path_factory, form, there):
    place = {"report": f"reports/{SLUG}.yml", "correction": "corrections.yml", "reply": "replies/issue-12-vendor.yml"}
    link, target = root / "content" / place[form], tmp_path_factory.mktemp("x") / "target"
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    if there:
        target.write_text(LISTED)
    link.symlink_to(target)
    with pytest.raises(ContentError, match="W-file is a link"):
        run(root, event(body(next(one for one in FORMS if one.word == form))))
    assert link.is_symlink()
    assert target.exists() is there
    assert not there or target.read_text() == LISTED


def test_nothing_is_written_into_a_folder_that_is_a_link(root, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("x")
    (root / "content" / "replies").symlink_to(elsewhere)
    with pytest.raises(ContentError, match="W-file is a link"):
        run(root, event(body(REPLY)))
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    "old",
    [
        LISTED, LISTED.replace("\n", "\r\n"), LISTED.rstrip("\n"), f"{LISTED}# end\n\n", "# h\n[] # keep\n", "# h\r\n[]\r\n",
        "# h\n" + "".join(f"  {line}\n" for line in LISTED.splitlines()[1:]), "# only words\n",
    ],
)  # fmt: skip
def test_every_byte_of_a_list_stays(root, old):
    (root / "content" / "corrections.yml").write_bytes(old.encode())
    run(root, event(body(CORRECTION)))
    made = (root / "content" / "corrections.yml").read_bytes().decode()
    assert made.startswith((old, old.replace("[] ", "").replace("[]\r\n", "")))
    assert ("\r\n" in old) == ("\r\n" in made)
    assert made.count("\n") == made.count("\r\n") or "\r\n" not in made
    assert "issue-12" in {one.id for one in load(root / "content").corrections}


def test_a_list_in_one_line_is_refused_at_its_place(root):
    flow = b"# h\n[{id: one, date: 2026-06-01, was: a, now: b, why: c}]\n"
    (root / "content" / "corrections.yml").write_bytes(flow)
    with pytest.raises(ContentError, match=r"content/corrections.yml:2:1: W-form"):
        run(root, event(body(CORRECTION)))
    assert (root / "content" / "corrections.yml").read_bytes() == flow


@pytest.mark.parametrize("old", [LISTED, LISTED.replace("\n", "\r\n"), "[]\n"])
def test_a_wrong_answer_is_told_by_its_question_below_any_list(root, old):
    (root / "content" / "corrections.yml").write_bytes(old.encode())
    with pytest.raises(ContentError, match="W-length"):
        run(root, event(body(CORRECTION, was="\n".join(["word " * 60] * 200), why="because")))
    assert 'Your answer to "' in (root / "comment.md").read_text("utf-8")


def test_a_double_address_is_told_at_the_new_record(root):
    run(root, event(body(REPORT)))
    last = root / "content" / "reports" / "zz-last.yml"
    text = (root / "content" / "reports" / f"{SLUG}.yml").read_text("utf-8")
    last.write_text(text.replace(SLUG, "zz-last"))
    (root / "content" / "reports" / f"{SLUG}.yml").unlink()
    with pytest.raises(ContentError) as error:
        run(root, event(body(REPORT)))
    (problem,) = error.value.problems
    assert (problem.path, problem.code) == (f"content/reports/{SLUG}.yml", "W-twice")
    assert 'Your answer to "Address of the report": W-twice' in (root / "comment.md").read_text("utf-8")


def copies(times, archive="web.archive.org/web/20260101000000", scheme="https://"):
    return "https://" + f"{archive}/{scheme}" * times + FILLED["report"]["url"].removeprefix("https://")


@pytest.mark.parametrize(("times", "code"), [(20, "W-twice"), (50, "W-url")])
def test_a_copy_of_copies_is_the_page_or_no_address(root, times, code):
    run(root, event(body(REPORT)))
    other = event(body(REPORT, url=copies(times), headline="Another"))
    with pytest.raises(ContentError) as error:
        run(root, other)
    assert {one.code for one in error.value.problems} == {code}


@pytest.mark.parametrize("times", [1, 2, 20, 21, 35])
@pytest.mark.parametrize("scheme", ["https://", "http://", ""])
@pytest.mark.parametrize("archive", ["web.archive.org/web/20260101000000", "archive.ph/2026"])
def test_no_address_is_too_deep_in_archives_to_be_known(times, scheme, archive):
    address = copies(times, archive, scheme)
    if times > 20:
        with pytest.raises(PydanticCustomError, match="a copy of a copy"):
            public(AnyUrl(address))
    else:
        assert str(public(AnyUrl(address))) == address
        assert canonical(address) == canonical(FILLED["report"]["url"])


def test_forms_are_written_whole_or_not_at_all_and_never_through_a_link(root, tmp_path_factory):
    made = ["issue-forms", "--root", str(root)]
    assert CliRunner().invoke(cli, made).exit_code == 0
    old = {path: path.read_bytes() for path in (root / FOLDER).iterdir()}
    assert len(old) >= len(FORMS)
    done = limited(root, "issue-forms", size=500)
    assert (done.returncode, "Traceback" in done.stderr) == (74, False)
    assert {path: path.read_bytes() for path in (root / FOLDER).iterdir()} == old
    victim = tmp_path_factory.mktemp("x") / "victim"
    victim.write_text("precious")
    (root / FOLDER / "reply.yml").unlink()
    (root / FOLDER / "reply.yml").symlink_to(victim)
    done = CliRunner().invoke(cli, made, standalone_mode=False)
    assert "W-file is a link" in str(done.exception)
    assert victim.read_text() == "precious"
    shutil.rmtree(root / ".github")
    (root / ".github").symlink_to(victim.parent)
    assert "W-file is a link" in str(CliRunner().invoke(cli, made, standalone_mode=False).exception)
    assert [path.name for path in victim.parent.iterdir()] == ["victim"]


# ---- the file says what the answers say ----

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zl", "Zp", "Mn", "Me", "Co"))
    | st.just("\n"),
    min_size=1,
)


@settings(max_examples=drawn(40))
@given(TEXT, TEXT)
def test_any_text_comes_back_as_it_was(one, other):
    draft = Draft(
        "replies/issue-1.yml",
        "reply",
        {"id": "issue-1", "text": one, "more": [one.replace("\n", " ")], "rows": [{"a": other, "b": one}]},
    )
    assert parse(written(draft).content, "x").value == dict(draft.fields)
    entry = Draft("corrections.yml", "corrections", {"id": "issue-1", "was": one, "now": other})
    first = written(entry)
    assert parse(written(entry, first.content).content, "x").value == [dict(entry.fields)] * 2


def test_a_list_that_a_program_cannot_join_is_left_alone():
    with pytest.raises(ContentError, match=r"W-form|W-syntax"):
        written(Draft("corrections.yml", "corrections", {"id": "issue-1"}), b"{a: 1}\n")


def test_lines_of_a_long_text_can_be_read_in_a_review():
    made = written(Draft("replies/a.yml", "reply", {"id": "a", "text": "word " * 300})).content.decode()
    assert max(map(len, made.splitlines())) < 120


# ---- the forms ----


def test_the_forms_in_the_repository_are_those_of_the_code_and_of_the_case():
    """After a change of the questions, of surfaces or of symptoms: `witnessmark issue-forms`."""
    for path, text in template_files(real_case.library()).items():
        assert (ROOT / path).read_text("utf-8") == text


def test_forms_keep_to_the_syntax_of_the_tracker():
    for form in FORMS:
        said = yaml.safe_load((ROOT / FOLDER / form.file).read_text("utf-8"))
        assert said.keys() == {"name", "description", "title", "body"}
        asked = [one for one in said["body"] if one["type"] != "markdown"]
        assert all(re.fullmatch(r"[A-Za-z0-9_-]+", one["id"]) for one in asked)
        assert len({one["id"] for one in asked}) == len({one["attributes"]["label"] for one in asked}) == len(asked)
        assert not {one["id"] for one in asked} & {
            "title",
            "body",
            "labels",
            "template",
            "assignees",
            "milestone",
            "projects",
        }
        for one in asked:
            options = one["attributes"].get("options")
            assert (one["type"] == "dropdown") == bool(options)
            for option in options or ():
                assert isinstance(option, str)
                assert option.lower() != "none"
                assert not (one["attributes"].get("multiple") and "," in option)


def test_headings_of_one_form_are_not_those_of_another():
    labels = [question.label for form in FORMS for question in form.questions]
    assert len(set(labels)) == len(labels)


def literals(model, field):
    from typing import get_args

    annotation = model.model_fields[field].annotation
    return set(get_args(annotation)) or {one.value for one in annotation}


def test_every_choice_is_a_value_of_its_field():
    pairs = [
        (REPORT, "day_basis", models.Report, "date_basis"),
        (REPORT, "source", models.Report, "source_type"),
        (REPORT, "detail", models.Report, "detail"),
        (REPLY, "stands", voices.Reply, "stands"),
    ]
    for form, question, model, field in pairs:
        values = [one.value for one in form.question(question).choices]
        assert set(values) <= literals(model, field)
        assert len(values) == len(set(values))
    assert shown(REPORT.question("symptoms"), real_case.library())


# ---- the way to a form ----


def test_the_link_fills_in_questions_that_the_form_has():
    """What the page of a record fills in is named as the form's own file names it."""
    address = form_address(
        REPOSITORY, None, CORRECTION, {"page": "https://x/c/C-064/", "file": "content/a.yml"}, "Correction: A"
    )
    query = parse_qs(urlsplit(address).query)
    said = yaml.safe_load((ROOT / FOLDER / query.pop("template")[0]).read_text("utf-8"))
    ids = {one["id"] for one in said["body"] if "id" in one}
    assert query.pop("title") == ["Correction: A"]
    assert set(query) == {"page", "file"} <= ids
    assert address.startswith(f"{REPOSITORY}/issues/new?")


@pytest.mark.parametrize(
    ("repository", "issues"),
    [
        (None, None),
        (None, f"{REPOSITORY}/issues/new"),
        ("https://code.example.org/a/b", None),
        ("https://github.com/owner", None),
        ("https://github.com.example.org/a/b", None),
        (REPOSITORY, "https://tracker.example.org/new"),
        (REPOSITORY, "https://github.com/other/place/issues/new"),
        (REPOSITORY, f"{REPOSITORY}/issues/new?template=own.yml"),
    ],
)
def test_elsewhere_there_is_no_form(repository, issues):
    assert form_address(repository, issues, REPORT) == ""


@pytest.mark.parametrize("repository", [REPOSITORY, f"{REPOSITORY}/", f"{REPOSITORY}.git"])
@pytest.mark.parametrize("issues", [None, f"{REPOSITORY}/issues", f"{REPOSITORY}/issues/new"])
def test_a_repository_has_its_forms(repository, issues):
    assert form_address(repository, issues, REPORT) == f"{REPOSITORY}/issues/new?template=report.yml&title=Report%3A%20"


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://h/2026-03/c/C-064/", "c/C-064"),
        ("https://h/project/2026-03/r/cc-1/#replies", "r/cc-1"),
        ("c/C-064", "c/C-064"),
        (" https://h/2026-03/e/E-001/index.html ", "e/E-001"),
        ("https://h/2026-03/method/", ""),
        ("https://h/c/../../x", ""),
        ("https://[x/c/C-064/", ""),
        ("", ""),
    ],
)
def test_the_place_of_a_page_is_read_from_its_address(address, place):
    assert place_of(address) == place


def test_a_correction_dates_from_the_day_it_was_made(root):
    run(root, event(body(CORRECTION)))
    assert load(root / "content").corrections[0].date == date(2026, 11, 30)
