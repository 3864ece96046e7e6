"""Packs of public logs: made again from a clone, equal to what the scrubbed copies give, each line with its hash."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from conftest import CORPORA, unpacked

from generator.build import read_content
from generator.cli import cli
from generator.cli.public import PUBLIC_KEY, public_evidence
from generator.curated.library import load_kind
from generator.curated.origins import Origin
from generator.dossier.rows import Places, without_origin
from generator.importers import discover, read
from generator.packs.numbers import impossible_numbers
from generator.packs.origin import with_lines
from generator.packs.pack import read_pack
from generator.proofs.checking import faults
from generator.proofs.public import public_proofs
from generator.records.results import Level

ROOT = Path(__file__).parent.parent
PACKS = ROOT / "content" / "evidence"
ORIGINS = {origin.id: origin for origin in load_kind(ROOT / "content", Origin)}
CALLS = {  # ../shared/corpora/README.md
    "agentv": (130, 4_805, 254_493, 7_083_370, 24_497),
    "cc-backend": (2_007, 92_806, 5_810_054, 104_121_173, 758_119),
    "cipher-box": (2_927, 75_386, 7_515_742, 261_206_012, 234_797),
    "context-evaluator": (3_020, 11_680, 7_946_760, 203_595_372, 213_554),
    "entire-cli-fixtures": (82, 885, 145_991, 5_764_404, 46_346),
    "entire-february": (8_537, 260_011, 30_006_426, 744_061_469, 526_458),
    "entire-january": (3_837, 129_694, 16_497_917, 384_927_957, None),
    "git-sync": (5_736, 493_146, 20_302_162, 1_205_317_815, 4_012_461),
    "imessage-mail": (79, 89, 115_242, 3_800_479, 26_640),
    "prompts-chat": (29, 1_020, 108_579, 900_216, 13_693),
    "spotter": (904, 9_165, 2_079_960, 77_423_878, None),
}
TEXT_MARKS = {("git-sync", "prompt"): -15, ("git-sync", "automatic-prompt"): 15}
TEXT_RUNS = {
    "cipher-box": {"truncated-results"},
    "context-evaluator": {"truncated-results"},
    "entire-february": {"truncated-results"},
    "git-sync": {"short-prompt-overbilled"},
}
"""Where a scrubbed copy, whose texts are filler, differs from the public lines: who typed 15 prompts, how many prompts were
short, and how many results of tools look alike. Calls, sums, days, breaks, outcomes and findings are the same in all sets."""
MOST_BYTES = 6 * 2**20  # of all public packs together


def answer(n: int) -> bytes:
    """A line of a transcript, with one call."""
    usage = {"input_tokens": n, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 5}
    message = {"id": f"msg_{n}", "role": "assistant", "model": "claude-opus-4-6", "content": [], "usage": usage}
    return json.dumps(
        {"type": "assistant", "uuid": f"u{n}", "sessionId": "s", "timestamp": f"2026-03-19T10:0{n}:00Z", "version": "2.1.79",
         "requestId": f"req_{n}", "message": message}
    ).encode()  # fmt: skip


@pytest.fixture
def repository(tmp_path):
    """A repository with a log at two commits, and the record of its origin."""
    home = tmp_path / "repo"
    home.mkdir()

    def git(*words: str) -> str:
        known = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *known, *words], cwd=home, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q")
    files = {
        "a/full.jsonl": answer(1) + b"\n" + answer(2) + b"\n",
        "b/full.jsonl": answer(3),
    }  # the last line has no end
    commits = {}
    for name, data in files.items():
        (home / name).parent.mkdir()
        (home / name).write_bytes(data)
        git("add", "-A")
        git("commit", "-qm", "log")
        commits[name] = git("rev-parse", "HEAD")
    (home / "a/full.jsonl").unlink()
    git("add", "-A")
    git("commit", "-qm", "gone")
    lines = "".join(
        f"  - path: {name}\n    sha256: '{hashlib.sha256(data).hexdigest()}'\n    bytes: {len(data)}\n    lines: {len(data.splitlines())}\n"
        + (f"    commit: '{commits[name]}'\n" if name.startswith("a") else "")
        for name, data in files.items()
    )
    origin = tmp_path / "mine.yml"
    origin.write_text(
        f"id: mine\ntitle: A log\nrepository: https://github.com/example/mine\ncommit: '{commits['b/full.jsonl']}'\n"
        f"licence: MIT\npublished: fixture\nhow: Test data.\nfiles:\n{lines}"
    )
    return home, origin, files


def collect(clone, origin, into):
    return CliRunner().invoke(cli, ["collect", str(clone), "--origin", str(origin), "--into", str(into)])


def test_a_pack_of_a_clone_holds_every_row_with_the_hash_of_its_line(repository, tmp_path):
    clone, origin, files = repository
    result = collect(clone, origin, tmp_path / "mine")
    assert result.exit_code == 0, result.output
    pack = read_pack(tmp_path / "mine")
    assert (pack.level, pack.totals.requests, len(pack.requests)) == (Level.FULL, 3, 3)
    assert set(pack.origin) == {hashlib.sha256(data).hexdigest() for data in files.values()}
    assert {line.sha256 for line in pack.lines} == {
        hashlib.sha256(line).hexdigest() for data in files.values() for line in data.splitlines(keepends=True)
    }
    assert list(impossible_numbers(pack)) == []


def test_the_same_clone_gives_the_same_bytes(repository, tmp_path):
    clone, origin, _ = repository
    for name in ("one", "two"):
        assert collect(clone, origin, tmp_path / name / "mine").exit_code == 0
    for file in (tmp_path / "one" / "mine").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / "mine" / file.name).read_bytes()


def test_every_file_that_is_missing_or_differs_is_named_and_nothing_is_written(repository, tmp_path):
    clone, origin, files = repository
    text = origin.read_text()
    for name, data in files.items():
        text = text.replace(hashlib.sha256(data).hexdigest(), hashlib.sha256(name.encode()).hexdigest())
    origin.write_text(text.replace("path: b/full", "path: c/full"))
    result = collect(clone, origin, tmp_path / "mine")
    assert result.exit_code != 0
    assert "a/full.jsonl:0:0: W-origin differs" in result.output + str(result.exception)
    assert "c/full.jsonl:0:0: W-origin is not in this clone" in result.output + str(result.exception)
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("written", "instead", "wrong"),
    [
        ("path: a/full.jsonl", "path: ../full.jsonl", "path"),
        ("path: a/full.jsonl", "path: --upload-pack=x", "path"),
        ("path: a/full.jsonl", "path: /etc/passwd", "path"),
        ("repository: https://github.com/example/mine", "repository: https://github.com/example", "repository"),
        ("repository: https://github.com/example/mine", "repository: https://evil.example/a/b", "repository"),
        ("repository: https://github.com/example/mine", "repository: https://github.com/example/mine;id", "repository"),
        ("repository: https://github.com/example/mine", "repository: https://github.com/example/$(id)", "repository"),
        ("repository: https://github.com/example/mine", "repository: https://github.com/--upload/mine", "repository"),
        (
            "repository: https://github.com/example/mine",
            "repository: https://github.com/example/mine?a=b",
            "repository",
        ),
        ("licence: MIT", "licence: MIT\nauthor: somebody", "unknown field"),
    ],
)
def test_an_origin_that_leads_elsewhere_is_refused_with_its_place(repository, tmp_path, written, instead, wrong):
    clone, origin, _ = repository
    origin.write_text(origin.read_text().replace(written, instead))
    result = collect(clone, origin, tmp_path / "mine")
    said = result.output + str(result.exception)
    assert result.exit_code != 0
    assert "mine.yml:" in said
    assert wrong in said


def test_a_folder_of_copies_serves_as_a_clone(repository, tmp_path):
    _, origin, files = repository
    folder = tmp_path / "copies"
    commits = {
        line.split("'")[1][:9]: None for line in origin.read_text().splitlines() if line.strip().startswith("commit:")
    }
    first, second = list(commits)  # the whole's commit first, then that of a/
    for commit, name in ((second, "a/full.jsonl"), (first, "b/full.jsonl")):
        (folder / commit / name).parent.mkdir(parents=True)
        (folder / commit / name).write_bytes(files[name])
    assert collect(folder, origin, tmp_path / "mine").exit_code == 0


def test_a_pack_without_its_origin_and_an_origin_of_other_files_are_named():
    pack = read_pack(PACKS / "prompts-chat")
    other = ORIGINS["agentv"].model_copy(update={"id": "prompts-chat"})
    assert [problem.message for problem in without_origin([pack], [])] == [
        "is of a public log whose origin is not told"
    ]
    assert [problem.message for problem in without_origin([pack], [other])] == [
        "holds files that its origin does not name"
    ]
    assert list(without_origin([pack], ORIGINS.values())) == []


@pytest.mark.parametrize(
    "change",
    [
        {"origin": ()},
        {"origin": ("0" * 64, "1" * 64)},
        {"level": Level.FINDINGS},
        {"simulated": True},
        {"commitments": None},
    ],
)
def test_a_public_pack_that_hides_something_is_refused(change):
    pack = msgspec.structs.replace(read_pack(PACKS / "prompts-chat"), **change)
    assert any(
        where.startswith(("evidence.origin", "evidence.level", "evidence.commitments"))
        for where, _ in impossible_numbers(pack)
    )


@pytest.mark.slow
def test_the_packs_of_the_site_hold_what_the_sets_are_said_to_hold():
    for name, (calls, *sums) in CALLS.items():
        totals = read_pack(PACKS / name).totals
        told = (totals.input_tokens, totals.cache_write_tokens, totals.cache_read_tokens, totals.output_tokens)
        assert totals.requests == calls, name
        assert [got for got, want in zip(told, sums, strict=True) if want is not None] == [
            want for want in sums if want is not None
        ], name
    assert set(ORIGINS) == set(CALLS)
    size = sum(path.stat().st_size for name in CALLS for path in (PACKS / name).iterdir())
    assert size <= MOST_BYTES


@pytest.mark.slow
def test_every_finding_of_a_public_log_has_a_proof_that_holds_and_a_line_with_its_hash():
    for name in CALLS:
        pack = read_pack(PACKS / name)
        proofs = public_proofs(pack)
        assert set(proofs) == {finding.id for run in pack.runs for finding in run.findings}, name
        places = Places(pack, ORIGINS[name])
        cited = {request for run in pack.runs for finding in run.findings for request in finding.requests}
        for request in pack.requests:
            place = places.of(request.source)
            assert (place is not None and place.sha256 is not None) or request.id not in cited
        assert [fault for proof in proofs.values() for fault in faults(proof)] == [], name
        assert {proof.root for proof in proofs.values()} <= {pack.commitments.root}


def test_a_changed_row_is_told_by_the_root():
    from generator.base.problems import PackError

    pack = read_pack(PACKS / "agentv")
    cited = {request for run in pack.runs for finding in run.findings for request in finding.requests}
    rows = [
        msgspec.structs.replace(row, output_tokens=row.output_tokens + 1) if row.id in cited else row
        for row in pack.requests
    ]
    with pytest.raises(PackError):
        public_proofs(msgspec.structs.replace(pack, requests=tuple(rows)))


def unpacked_set(name: str, target: Path) -> Path:
    """The scrubbed copy of a set."""
    if (CORPORA / name).is_dir():
        return CORPORA / name
    unpacked(CORPORA.parent / "sets" / f"{name}.tar.xz", target)
    return target / name


@pytest.mark.slow
@pytest.mark.corpora
@pytest.mark.parametrize("name", CALLS)
def test_the_scrubbed_copies_give_the_same_counts_breaks_and_findings(name, tmp_path):
    """What CI can make again without the public repositories; hashes of lines differ, as their text does."""
    folder = unpacked_set(name, tmp_path)
    made = public_evidence(folder, name, 1)[1]
    kept = read_pack(PACKS / name)
    assert (made.totals, made.days, made.breaks) == (kept.totals, kept.days, kept.breaks)
    for kind in {*made.marks_by_kind, *kept.marks_by_kind}:
        differs = made.marks_by_kind.get(kind, 0) - kept.marks_by_kind.get(kind, 0)
        assert differs == TEXT_MARKS.get((name, kind.value), 0), kind
    told = [
        [(run.detector, run.outcome, run.found, run.examined, run.naive, run.explained) for run in pack.runs]
        for pack in (made, kept)
    ]
    differing = {one[0] for one, other in zip(*told, strict=True) if one != other}
    assert differing == TEXT_RUNS.get(name, set())
    assert [one[:3] for one in told[0]] == [one[:3] for one in told[1]]
    found = [{(one.id, one.excess_tokens) for run in pack.runs for one in run.findings} for pack in (made, kept)]
    assert found[0] == found[1]


def test_a_line_is_hashed_as_sed_prints_it(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_bytes(answer(1) + b"\r\n" + answer(2))
    found = discover([log])
    reading = read(found.claimed, key=PUBLIC_KEY)
    from generator.packs.examine import examine

    pack = examine(reading, id="x", simulated=False, level=Level.FULL, tool_version="0.1.0")
    lines = with_lines(pack, [log]).lines
    for line in lines:
        printed = subprocess.run(
            ["sed", "-n", f"{line.source.line}p", str(log)], capture_output=True, check=True
        ).stdout
        assert hashlib.sha256(printed).hexdigest() == line.sha256
    assert len(lines) == 2


def test_scan_of_a_clone_prints_the_ids_that_the_site_shows(repository, tmp_path):
    clone, origin, _ = repository
    result = CliRunner().invoke(cli, ["scan", str(clone), "--origin", str(origin), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["requests"]["count"] == 3


@pytest.mark.slow
def test_content_with_a_pack_of_no_origin_is_refused(tmp_path):
    from datetime import UTC, datetime

    from generator.base.problems import ContentError

    shutil.copytree(ROOT / "content", tmp_path / "content")
    (tmp_path / "content" / "origins" / "prompts-chat.yml").unlink()
    with pytest.raises(ContentError, match=r"content/evidence/prompts-chat/pack\.json"):
        read_content(tmp_path, now=datetime(2026, 11, 30, tzinfo=UTC), version="0.1.0")


def test_proofs_are_kept_for_the_next_build_and_a_broken_entry_is_made_again(tmp_path, monkeypatch):
    from generator.proofs import public

    pack = read_pack(PACKS / "agentv")
    made = []
    monkeypatch.setattr(public, "public_proofs", lambda evidence: made.append(evidence.id) or public_proofs(evidence))
    first = public.kept_in(tmp_path)(pack)
    assert public.kept_in(tmp_path)(pack) == first == public_proofs(pack)
    assert made == ["agentv"]
    (entry,) = (tmp_path / "proofs").iterdir()
    entry.write_bytes(entry.read_bytes().replace(b"finding-1", b"finding-2", 1))
    assert public.kept_in(tmp_path)(pack) == first
    assert made == ["agentv", "agentv"]
    assert public.kept_in(None)(pack) == first


@pytest.mark.corpora
def test_a_scrubbed_copy_proves_nothing_of_the_public_log(tmp_path):
    pack = read_pack(PACKS / "prompts-chat")
    folder = unpacked_set("prompts-chat", tmp_path)
    id = next(finding.id for run in pack.runs for finding in run.findings)
    words = [
        "prove",
        id,
        "--logs",
        str(folder),
        "--pack",
        str(PACKS / "prompts-chat"),
        "--into",
        str(tmp_path / "p.json"),
    ]
    result = CliRunner().invoke(cli, words)
    # The scrubbed copy has other first lines, so its trees are others; with the public files themselves they are the same.
    assert "a record that it cites is not in these logs" in str(result.exception) + result.output


def test_a_size_that_is_not_told_as_it_is_is_refused(repository, tmp_path):
    clone, origin, _ = repository
    origin.write_text(origin.read_text().replace("lines: 1", "lines: 7"))
    result = collect(clone, origin, tmp_path / "mine")
    assert "b/full.jsonl:0:0: W-origin has" in result.output + str(result.exception)


def test_a_work_tree_at_another_commit_serves_all_the_same(repository, tmp_path):
    """What is in the repository at the commit counts, not what was checked out since."""
    clone, origin, _ = repository
    (clone / "b" / "full.jsonl").write_bytes(b"changed since")
    assert collect(clone, origin, tmp_path / "mine").exit_code == 0


def test_git_asks_no_other_machine_for_what_a_clone_lacks(repository, tmp_path):
    clone, origin, _ = repository
    partial = tmp_path / "partial"
    words = ["clone", "-q", "--bare", "--filter=blob:none", "--no-local", f"file://{clone}", str(partial)]
    subprocess.run(["git", "-C", str(clone), "config", "uploadpack.allowFilter", "true"], check=True)
    subprocess.run(["git", *words], check=True, capture_output=True)
    lacking = ["git", "-C", str(partial), "rev-list", "--all", "--objects", "--missing=print"]
    before = subprocess.run(lacking, check=True, capture_output=True).stdout.count(b"?")
    assert before >= 2
    assert collect(partial, origin, tmp_path / "mine").exit_code != 0
    assert subprocess.run(lacking, check=True, capture_output=True).stdout.count(b"?") == before


def test_a_kept_proof_of_other_rows_is_not_used(tmp_path):
    from generator.base.problems import PackError
    from generator.proofs.public import kept_in

    pack = read_pack(PACKS / "agentv")
    prove = kept_in(tmp_path)
    prove(pack)
    cited = {request for run in pack.runs for finding in run.findings for request in finding.requests}
    rows = tuple(
        msgspec.structs.replace(row, output_tokens=row.output_tokens + 1) if row.id in cited else row
        for row in pack.requests
    )
    with pytest.raises(PackError):
        prove(msgspec.structs.replace(pack, requests=rows))


@pytest.mark.slow
def test_a_finding_that_lacks_a_quantity_is_told_all_the_same():
    """Packs of other versions of a detector are read for years."""
    from generator.detectors import DETECTORS
    from generator.dossier.rows import views
    from generator.pages.parts.sentences import sentence

    seen = set()
    for name in CALLS:
        pack = read_pack(PACKS / name)
        for view in views(pack, DETECTORS, None, lambda _: {}):
            if view.detector.id in seen:
                continue
            seen.add(view.detector.id)
            for left_out in view.finding.quantities:
                rest = tuple(one for one in view.finding.quantities if one is not left_out)
                less = msgspec.structs.replace(view.finding, quantities=rest)
                assert sentence(dataclasses.replace(view, finding=less)).endswith(".")
    assert len(seen) > 8


@pytest.mark.parametrize("change", [{"findings_root": "3" * 64}, {"secrets": ("0" * 64,)}, {"root": "4" * 64}])
def test_a_pack_whose_root_is_of_something_else_is_named_by_its_file(change):
    from generator.base.problems import PackError

    pack = read_pack(PACKS / "prompts-chat")
    other = msgspec.structs.replace(pack, commitments=msgspec.structs.replace(pack.commitments, **change))
    with pytest.raises(PackError) as refused:
        public_proofs(other)
    assert [problem.path for problem in refused.value.problems] == ["content/evidence/prompts-chat/pack.json"]


def test_a_finding_that_is_there_twice_is_refused():
    pack = read_pack(PACKS / "prompts-chat")
    runs = tuple(
        msgspec.structs.replace(run, findings=run.findings * 2, found=run.found * 2) if run.findings else run
        for run in pack.runs
    )
    twice = msgspec.structs.replace(pack, runs=runs)
    assert "evidence.runs" in [where for where, _ in impossible_numbers(twice)]


def test_a_file_whose_rows_are_not_its_lines_has_no_line_to_link_to(tmp_path):
    """Two objects on one line, and a list over several."""
    from generator.packs.examine import examine

    glued, sound = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    glued.write_bytes(answer(1) + answer(2) + b"\n")
    sound.write_bytes(answer(3) + b"\n" + answer(4) + b"\n")
    reading = read(discover([tmp_path]).claimed, key=PUBLIC_KEY)
    pack = with_lines(examine(reading, id="x", simulated=False, level=Level.FULL, tool_version="0.1.0"), [glued, sound])
    assert pack.totals.requests == 4
    assert {line.source.file for line in pack.lines} == {1}
