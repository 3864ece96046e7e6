"""Acceptance checks of research/site.md section 5 about what goes in: 5 (the hash), 7, 11, 19 and 20.

The small case is read and planned, or the build is refused before MkDocs runs, so that each takes seconds.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import shutil
import subprocess

import pytest
from click.testing import CliRunner
from conftest import CORPORA, unpacked
from secrets_planted import LETTERS
from story_of_snapshots import FIRST, RESTING, content, edit, epoch, run, small_root

from generator.base.problems import ContentError, Exit, PublishRefusedError
from generator.cli import cli
from generator.importers import discover, read
from generator.packs.examine import examine
from generator.pages import claims, findings, reports
from generator.pages.parts.stated import record_of
from generator.records.results import Level
from generator.site.render import SiteContext, render

pytestmark = pytest.mark.slow


@pytest.mark.corpora
def test_check_05_the_command_beside_a_log_line_prints_the_hash_of_the_page(tmp_path):
    """The command is run as it is printed; `curl` is one that takes the same published file from this disk."""
    unpacked(CORPORA.parent / "sets" / "agentv.tar.xz", tmp_path / "set")
    files = {path.relative_to(tmp_path / "set" / "agentv").as_posix(): path.read_bytes() for path in (tmp_path / "set").rglob("*.jsonl")}  # fmt: skip
    commit = "a" * 40
    for name, data in files.items():
        copy = tmp_path / "copies" / name
        copy.parent.mkdir(parents=True)
        copy.write_bytes(data)
    root = small_root(tmp_path)
    origin = root / "content" / "origins" / "mine.yml"
    origin.parent.mkdir()
    named = "".join(
        f"  - path: {name}\n    sha256: '{hashlib.sha256(data).hexdigest()}'\n    bytes: {len(data)}\n    lines: {len(data.splitlines())}\n"
        for name, data in files.items()
    )
    origin.write_text(
        f"id: mine\ntitle: A log\nrepository: https://github.com/example/mine\ncommit: '{commit}'\n"
        f"licence: MIT\npublished: fixture\nhow: Test data.\nfiles:\n{named}",
        "utf-8",
    )
    command = ["collect", str(tmp_path / "copies"), "--origin", str(origin), "--into", str(root / "content" / "evidence" / "mine")]  # fmt: skip
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 0, done.output
    curl = tmp_path / "bin" / "curl"
    curl.parent.mkdir()
    curl.write_text(f"#!/bin/sh\nexec cat '{tmp_path}/copies'/${{2#*/{commit}/}}\n", "utf-8")
    curl.chmod(0o755)
    dossier, tried = content(root), 0
    pages = [page for page in findings.pages(dossier) if "/f/" in page.path]
    for file in render(pages, templates=root / "templates", site_context=SiteContext.of(dossier)):
        text = file.content.decode("utf-8", "replace") if file.path.endswith(".md") else ""
        text = text.replace("<wbr>", "")  # where a long hash may break its line
        shown = zip(
            re.findall(r'public line: <code class="wm-hash">([0-9a-f]{64})', text),
            re.findall(r'wm-record__command"><code>(.*?)</code>', text),
            strict=True,
        )
        for digest, printed in shown:
            made = subprocess.run(
                ["sh", "-c", html.unescape(printed)], env={"PATH": f"{curl.parent}:/usr/bin:/bin"}, capture_output=True, text=True, check=True,
            )  # fmt: skip
            assert made.stdout.split()[0] == digest, file.path
            tried += 1
    assert tried > 5


@pytest.mark.corpora
def test_check_07_one_more_log_file_keeps_every_finding_id(tmp_path):
    """Ids that the detectors gave stay when a file of other sessions is added; what is new is new beside them."""
    files = sorted((CORPORA / "entire").rglob("*.jsonl"))

    def found(folder, names):
        for path in names:
            target = folder / path.relative_to(CORPORA)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        reading = read(discover([folder]).claimed, key=b"key of a test")
        made = examine(reading, id="own-logs", simulated=False, level=Level.FINDINGS, tool_version="0.1.0")
        root = small_root(folder)
        dossier = content(root)
        assert dossier.findings == ()
        return {finding.id: (run.detector, finding.at) for run in made.runs for finding in run.findings}, {
            run.detector: (run.found, run.examined) for run in made.runs
        }

    before, counts = found(tmp_path / "before", files[:-1])
    after, more = found(tmp_path / "after", files)
    assert len(before) > 5
    assert {id: after[id] for id in before} == before
    assert counts != more, "the added file changed no count"
    assert all(more[one][1] >= counts[one][1] for one in counts)


def test_check_11_a_source_that_turns_out_to_be_a_machines_summary_lowers_the_grade_by_rule(tmp_path):
    """The kinds that the check calls log-own and ai-summary are issue-with-logs and machine-summary here."""
    root = small_root(tmp_path)
    claim = root / "content" / "claims" / "C-103.yml"
    text = claim.read_text("utf-8").replace("    bears: part\n", "")
    claim.write_text(text, "utf-8")
    sources = root / "content" / "sources.yml"
    before, _ = graded(root, "C-103")
    named = set(re.findall(r"source: (S-\d+)", text))
    entries = re.split(r"(?m)^(?=- )", sources.read_text("utf-8"))
    sources.write_text(
        "".join(
            re.sub(r"(?m)^(  kind: ).*$", r"\1machine-summary", one) if any(id in one for id in named) else one
            for one in entries
        ),
        "utf-8",
    )
    with pytest.raises(ContentError, match=r"case\.yml:25:14: W-grade C-103 is not checkable by the rules"):
        content(root)  # nor may the home page go on to list it among what is contradicted
    edit(root / "content" / "case.yml", "claims: [C-103]", "claims: []")
    after, page = graded(root, "C-103")
    assert (before["grade"], after["grade"]) == ("contradicted", "not_checkable")
    assert before["computed"]["rule"] != after["computed"]["rule"]
    assert f"method/#rule-{after['computed']['rule']}" in page
    assert "machine-made text" in page


def graded(root, id):
    """The grade of a claim, and its page as MkDocs gets it."""
    dossier = content(root)
    (page,) = (one for one in claims.pages(dossier) if one.path.endswith(f"/c/{id}/"))
    (text,) = (
        file.content.decode()
        for file in render([page], templates=root / "templates", site_context=SiteContext.of(dossier))
        if file.path.endswith(".md")
    )
    return record_of(page.downloads), text


PLANTED = {
    "key": "sk-" + "ant-api03-" + LETTERS,
    "mail": "maria.doe" + "@corp-mail.example",
    "home": "/ho" + "me/maria/project/x.py",
    "jwt": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.x",
}


def test_check_19_a_planted_secret_stops_the_build_and_is_named_by_its_place_alone(tmp_path, monkeypatch):
    """A key, an address, a home folder and a token in four files: each file and line, and no letter of any of them.
    Only pages of claims and reports are planned, which are those that say it.

    The check asks for a fingerprint; the place in the file names it as well, and is no digest of a secret.
    """
    root = small_root(tmp_path)
    files = ["reports/cc-46829.yml", "reports/cc-24048.yml", "claims/C-008.yml", "claims/C-064.yml"]
    places = []
    for file, secret in zip(files, PLANTED.values(), strict=True):
        path = root / "content" / file
        lines = path.read_text("utf-8").splitlines()
        at = next(n for n, line in enumerate(lines) if line.startswith(("status: ", "reason: >-")))
        if lines[at].startswith("status"):
            lines[at] = f"status: 'closed {secret}'"
        else:
            lines[at := at + 1] += f" {secret}"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        places.append(f"content/{file}:{at + 1}:")
    kinds = (claims.KIND, reports.KIND)
    monkeypatch.setattr(
        "generator.build.plan", lambda dossier, _: [page for kind in kinds for page in kind.pages(dossier)]
    )
    with pytest.raises(PublishRefusedError) as refused:
        run(root, FIRST, "build")
    said = "\n".join(map(str, refused.value.problems))
    for place in places:
        assert place in said, said
    for secret in PLANTED.values():
        assert secret not in said
    assert not (root / "site").exists()
    assert refused.value.exit == Exit.REFUSED


def test_check_19_no_secret_of_a_log_reaches_what_is_collected_of_it(tmp_path):
    """Text of a log is never copied, so a secret in it cannot leave; a pack into which one was put by hand is refused."""
    root = small_root(tmp_path)
    logs = tmp_path / "logs" / "projects" / "x"
    logs.mkdir(parents=True)
    said = " ".join(PLANTED.values())
    lines = [
        {"type": "user", "uuid": "u1", "sessionId": "s", "version": "2.1.150", "cwd": PLANTED["home"], "timestamp": "2026-03-18T10:00:00.000Z", "message": {"role": "user", "content": said}},
        {"type": "assistant", "uuid": "u2", "parentUuid": "u1", "sessionId": "s", "version": "2.1.150", "timestamp": "2026-03-18T10:00:05.000Z", "message": {"id": "msg_01abcdef", "role": "assistant", "model": "claude-opus-4-6", "content": [{"type": "text", "text": said}], "usage": {"input_tokens": 9, "output_tokens": 5, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}}},
    ]  # fmt: skip
    (logs / "s.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    pack = root / "content" / "evidence" / "mine"
    environment = {"SOURCE_DATE_EPOCH": epoch(FIRST)}
    done = CliRunner().invoke(cli, ["collect", str(tmp_path / "logs"), "--into", str(pack)], env=environment)
    assert done.exit_code == 0, done.output
    written = b"".join(path.read_bytes() for path in pack.iterdir())
    assert [name for name, secret in PLANTED.items() if secret.encode() in written or secret in done.output] == []


MISTAKES = {
    "a key twice": ("claims/C-008.yml", "kind: symptom", "kind: symptom\nkind: symptom"),
    "an unknown kind": ("events/2026-03.yml", "  kind: ", "  kind: not-"),
    "a version that is a number": ("reports/cc-46829.yml", "date_basis:", "client_version: 2.10\ndate_basis:"),
    "an unknown symptom": ("reports/cc-24048.yml", "symptoms: [", "symptoms: [no-such-thing, "),
    "a day that does not exist": ("claims/C-103.yml", "  start: 2026-03-19", "  start: 2026-02-30"),
    "an archived copy that has no address": (
        "reports/aa.yml",
        "source_type:",
        "archive_url: not on record\nsource_type:",
    ),
    "an id that is not the file's": ("claims/C-064.yml", "id: C-064", "id: C-065"),
    "a reference to nothing": ("claims/C-104.yml", "kind: mechanism", "same_as: C-999\nkind: mechanism"),
    "a tab": ("reports/cc-38357.yml", "detail:", "\tdetail:"),
    "a number for a word": ("reports/bb.yml", "detail: steps", "detail: 3"),
    "an id twice": ("sources.yml", None, None),
}


def test_check_20_ten_kinds_of_mistakes_are_told_at_once_with_place_code_and_hint(tmp_path):
    """Exit code 2, not the 1 of the check: 1 is kept for faults of the program itself, and README lists them all."""
    root = small_root(tmp_path)
    (root / "content" / "claims" / "C-104.yml").write_text(RESTING, "utf-8")
    for id in ("aa", "bb"):
        text = (root / "content" / "reports" / "cc-24048.yml").read_text("utf-8")
        (root / "content" / "reports" / f"{id}.yml").write_text(text.replace("id: cc-24048", f"id: {id}"), "utf-8")
    for kind, (file, old, new) in MISTAKES.items():
        path = root / "content" / file
        if old is None:
            text = path.read_text("utf-8")
            first = re.search(r"(?m)^- id: .*\n(?:  .*\n)+", text)[0]
            path.write_text(text.rstrip("\n") + "\n" + first, "utf-8")
        else:
            text = path.read_text("utf-8")
            assert old in text, kind
            path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ContentError) as refused:
        run(root, FIRST, "check")
    lines = [str(problem) for problem in refused.value.problems]
    assert refused.value.exit == Exit.CONTENT == 2
    for line in lines:
        assert re.match(r"content/[\w/.-]+\.yml:\d+:\d+: W-[a-z]+ .+", line), line
    for kind, (file, _, _) in MISTAKES.items():
        assert any(line.startswith(f"content/{file}:") for line in lines), (kind, lines)
    assert len({(line.split(": ")[0], line.split(" ")[1]) for line in lines}) >= len(MISTAKES), lines
    assert sum(line.endswith(")") for line in lines) >= len(MISTAKES) - 3, "a hint wherever there is one to give"
