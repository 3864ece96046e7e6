"""`prove` and `verify` on real commands over simulated logs: exit codes, and nothing of a log in a proof."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from click.testing import CliRunner

from generator.base.problems import PackError, WitnessmarkError
from generator.cli import cli
from generator.proofs.fields import field_names

pytestmark = pytest.mark.slow

WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]{7,}")


def run(*words):
    """Exit code, what was said, and the error that ended it."""
    done = CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False, catch_exceptions=True)
    error = done.exception
    code = error.code if isinstance(error, SystemExit) else error.exit if isinstance(error, WitnessmarkError) else 0
    return code, done.output, error


@pytest.fixture(scope="module")
def owner(tmp_path_factory):
    """Simulated logs, their pack, and ids of a finding about calls and one about readings."""
    root = tmp_path_factory.mktemp("owner")
    assert run("simulate", "--into", root / "logs", "--seed", 3, "--sessions", 8)[0] == 0
    assert run("collect", root / "logs", "--into", root / "packs" / "mine", "--simulated")[0] == 0
    runs = json.loads((root / "packs" / "mine" / "pack.json").read_text())["evidence"]["runs"]
    findings = [one for run in runs for one in run.get("findings", ())]
    calls = next(one["id"] for one in findings if one["requests"])
    readings = next(one["id"] for one in findings if one.get("readings"))
    return root, calls, readings


def test_a_proof_is_made_and_verified(owner):
    root, *ids = owner
    pack = root / "packs" / "mine"
    committed = json.loads((pack / "pack.json").read_text())["evidence"]["commitments"]["root"]
    for id in ids:
        proof = root / f"{id}.json"
        assert run("prove", id, "--logs", root / "logs", "--pack", pack, "--into", proof)[0] == 0
        for more in (("--pack", pack), ("--root", committed), ("--root", committed.upper()), ()):
            code, said, _ = run("verify", proof, *more)
            assert code == 0
            assert "Holds." in said
            assert committed in said
            assert ("compared with nothing" in said) == (not more)
            assert "Not proved:" in said
        assert run("verify", proof, "--root", "0" * 64)[0] == 2


def test_a_moved_copy_of_the_logs_proves_the_same(owner, tmp_path):
    root, calls, _ = owner
    shutil.copytree(root / "logs", tmp_path / "backup" / "elsewhere")
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    pack = root / "packs" / "mine"
    assert run("prove", calls, "--logs", root / "logs", "--pack", pack, "--into", one)[0] == 0
    assert run("prove", calls, "--logs", tmp_path / "backup", "--pack", pack, "--into", two, "--jobs", 2)[0] == 0
    assert one.read_bytes() == two.read_bytes()


def test_a_changed_proof_ends_with_exit_code_2(owner):
    root, calls, _ = owner
    proof = root / "changed.json"
    assert run("prove", calls, "--logs", root / "logs", "--pack", root / "packs" / "mine", "--into", proof)[0] == 0
    plain = json.loads(proof.read_text())
    field = next(
        one for one in plain["records"][0]["fields"] if isinstance(one, dict) and one["name"] == "output_tokens"
    )
    field["text"] = str(int(field["text"]) + 1)
    proof.write_text(json.dumps(plain))
    code, said, _ = run("verify", proof)
    assert code == 2
    assert "Refused. Nothing is proved" in said
    proof.write_text("{}")
    assert run("verify", proof)[0] == 2


def test_nothing_of_the_logs_stands_in_a_proof(owner):
    """Every word of 8 letters or more in the logs, ids and paths and prompts alike, against the file."""
    root, *ids = owner
    words = {word for path in (root / "logs").rglob("*") if path.is_file() for word in WORD.findall(path.read_text())}
    assert len(words) > 1000
    public = {*field_names("request"), "five-hour", "seven-day", "input-tokens", "output-tokens"}
    for id in ids:
        proof = root / f"private-{id}.json"
        assert run("prove", id, "--logs", root / "logs", "--pack", root / "packs" / "mine", "--into", proof)[0] == 0
        assert set(WORD.findall(proof.read_text())) & words <= public


def test_an_unknown_field_is_named_with_those_there_are(owner):
    root, calls, _ = owner
    _, _, error = run(
        "prove",
        calls,
        "--logs",
        root / "logs",
        "--pack",
        root / "packs" / "mine",
        "--show",
        "prompt",
        "--into",
        root / "x.json",
    )
    assert "no such field: prompt" in error.message
    assert "output_tokens" in error.message
    assert not (root / "x.json").exists()


def test_without_the_key_no_proof_is_made_and_no_key(owner, tmp_path, monkeypatch):
    root, calls, _ = owner
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    pack = tmp_path / "mine"
    assert run("collect", root / "logs", "--into", pack)[0] == 0
    id = next(
        one["id"]
        for run in json.loads((pack / "pack.json").read_text())["evidence"]["runs"]
        for one in run.get("findings", ())
        if one["requests"]
    )
    assert run("prove", id, "--logs", root / "logs", "--pack", pack, "--into", tmp_path / "p.json")[0] == 0
    shutil.rmtree(tmp_path / "state")
    code, _, error = run("prove", id, "--logs", root / "logs", "--pack", pack, "--into", tmp_path / "q.json")
    assert code == 2
    assert isinstance(error, PackError)
    assert not (tmp_path / "state").exists()
    assert run("prove", calls, "--pack", root / "packs" / "mine", "--into", tmp_path / "r.json")[2] is not None
