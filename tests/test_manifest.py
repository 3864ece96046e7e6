"""Rules of manifest.py and `verify-site`: every input and output is named, and every difference has a name."""

from __future__ import annotations

import hashlib
import json
import random
import shutil

import pytest
from click.testing import CliRunner
from promises import record

from generator.base.problems import ContentError, PublishRefusedError
from generator.cli.verify_site import verify_site
from generator.site.manifest import (
    NAME,
    NOT_COVERED,
    Provenance,
    differences,
    hash_inputs,
    hash_outputs,
    libraries,
    manifest_of,
)
from generator.site.publish import write_manifest
from generator.site.swap import Layout


@pytest.fixture
def site(tmp_path):
    """A site of three files and a manifest."""
    folder = tmp_path / "site"
    for name in ("index.html", "c/C-001/index.html", "data.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"content of {name}")
    (folder / ".gitignore").write_text("*\n")
    (folder / NAME).write_bytes(manifest_of(folder, Provenance({"content/case.yml": "00"}, {"built": "2026-11-24"})))
    return folder


def found(folder):
    return [(problem.path, problem.code) for problem in differences(folder)]


def test_a_site_agrees_with_its_own_manifest(site):
    assert found(site) == []


def test_the_manifest_names_inputs_outputs_versions_and_parameters(site):
    content = json.loads((site / NAME).read_text())
    assert content["inputs"] == {"content/case.yml": "00"}
    assert content["parameters"] == {"built": "2026-11-24"}
    assert content["outputs"] == {
        name: hashlib.sha256((site / name).read_bytes()).hexdigest()
        for name in ("c/C-001/index.html", "data.json", "index.html")
    }
    assert {"mkdocs", "mkdocs-material", "jinja2", "markdown", "pymdown-extensions", "arro3-io"} <= set(
        content["libraries"]
    )
    assert not {"pytest", "ruff", "witnessmark"} & set(content["libraries"])
    assert len(content["tool"]["source_sha256"]) == 64


def test_the_manifest_says_that_it_does_not_cover_itself(site):
    content = json.loads((site / NAME).read_text())
    assert content["not_covered"] == list(NOT_COVERED)
    assert not set(NOT_COVERED) & set(content["outputs"])


def test_each_kind_of_difference_has_its_name(site):
    (site / "index.html").write_text("other")
    (site / "data.json").unlink()
    (site / "c" / "extra.html").write_text("x")
    (site / "link").symlink_to(site / "index.html")
    (site / "folder").symlink_to(site / "c")
    assert found(site) == [
        ("c/extra.html", "S304"),
        ("data.json", "S302"),
        ("folder", "S304"),
        ("index.html", "S303"),
        ("link", "S304"),
    ]


def test_a_file_replaced_by_a_link_to_the_same_bytes_is_a_difference(site, tmp_path):
    shutil.copy(site / "index.html", tmp_path / "same")
    (site / "index.html").unlink()
    (site / "index.html").symlink_to(tmp_path / "same")
    assert found(site) == [("index.html", "S304")]


def test_a_name_in_a_manifest_leads_nowhere_outside_the_folder(site, tmp_path):
    """Else a stranger's manifest would tell whether a private file has some digest."""
    private = tmp_path / "private"
    private.write_text("secret")
    content = json.loads((site / NAME).read_text())
    digest = hashlib.sha256(b"secret").hexdigest()
    content["outputs"] |= {"../private": digest, str(private): digest}
    (site / NAME).write_text(json.dumps(content))
    assert found(site) == [("../private", "S302"), (str(private), "S302")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema": 2, "outputs": {}}',
        '{"schema": 1}',
        '{"schema": 1, "outputs": {"a": 1}}',
        '{"schema": 1, "outputs": {}, "not_covered": ["index.html"]}',
        "[" * 100_000,
        "\xff",
    ],
)
def test_a_damaged_manifest_is_refused(site, text):
    (site / NAME).write_bytes(text.encode("latin-1"))
    assert found(site) == [(NAME, "S301")]


def test_a_missing_manifest_and_an_empty_folder_are_refused(site, tmp_path):
    (site / NAME).unlink()
    (tmp_path / "empty").mkdir()
    assert found(site) == found(tmp_path / "empty") == [(NAME, "S301")]


def test_names_of_files_reach_no_terminal_raw(site):
    (site / "a\x1b[31m\u202e.html").write_text("x")
    assert [problem.path for problem in differences(site)] == ["a\\u001b[31m\\u202e.html"]


def test_random_damage_is_always_named(small_site, tmp_path):
    """One changed byte, one cut, one file more or one less, in a really built site."""
    site = tmp_path / "site"
    shutil.copytree(small_site.published, site)
    chance = random.Random(5)
    names = sorted(hash_outputs(site))
    missed, trials = [], 120
    for number in range(trials):
        path = site / chance.choice(names)
        kept = path.read_bytes()
        kind = ("byte", "cut", "extra", "gone")[number % 4]
        if kind == "byte":
            at = chance.randrange(len(kept))
            path.write_bytes(kept[:at] + bytes([kept[at] ^ 1 << chance.randrange(8)]) + kept[at + 1 :])
            expected = [(path.relative_to(site).as_posix(), "S303")]
        elif kind == "cut":
            path.write_bytes(kept[: chance.randrange(len(kept))])
            expected = [(path.relative_to(site).as_posix(), "S303")]
        elif kind == "gone":
            path.unlink()
            expected = [(path.relative_to(site).as_posix(), "S302")]
        else:
            (path.parent / "zz").write_bytes(b"")
            expected = [((path.parent / "zz").relative_to(site).as_posix(), "S304")]
        if found(site) != expected:
            missed.append((kind, path))
        (path.parent / "zz").unlink(missing_ok=True)
        path.write_bytes(kept)
    record(
        "manifest-damage",
        trials=trials,
        failures=len(missed),
        note="a bit, a cut, a file more, a file less in a built site",
    )
    assert missed == []
    assert found(site) == []


# ---- inputs ----


def test_inputs_are_public_files_alone(tmp_path):
    """Links could lead to private files and hidden files are an editor's: no digest of either."""
    (tmp_path / "content" / "evidence" / "mine").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "private").write_text("secret")
    for name in ("content/case.yml", "content/evidence/mine/pack.json", "templates/a.md.j2", "mkdocs.yml", "other.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path / "content" / ".case.yml.swp").write_text("x")
    (tmp_path / "content" / "link.yml").symlink_to(tmp_path / "private")
    (tmp_path / "templates" / "folder").symlink_to(tmp_path / "content")
    assert list(hash_inputs(tmp_path)) == [
        "content/case.yml",
        "content/evidence/mine/pack.json",
        "mkdocs.yml",
        "templates/a.md.j2",
    ]


@pytest.mark.parametrize("change", ["changed", "added", "removed"])
def test_an_input_that_moves_during_the_build_refuses_it(tmp_path, change):
    """The manifest would name bytes that the site was not made from."""
    layout = Layout(tmp_path)
    layout.built.mkdir(parents=True)
    (tmp_path / "content").mkdir()
    file = tmp_path / "content" / "case.yml"
    if change != "added":
        file.write_text("one")
    before = Provenance(hash_inputs(tmp_path), {})
    write_manifest(layout, before)
    (layout.built / NAME).unlink()
    file.unlink() if change == "removed" else file.write_text("two")
    with pytest.raises(PublishRefusedError, match=r"content/case\.yml"):
        write_manifest(layout, before)
    assert not (layout.built / NAME).exists()


def test_versions_are_of_what_runs_and_sorted():
    found = libraries()
    assert list(found) == sorted(found)
    assert found["mkdocs"] == "1.6.1"


# ---- the command ----


def test_the_command_prints_the_digest_of_the_manifest(site):
    done = CliRunner().invoke(verify_site, [str(site)])
    assert done.exit_code == 0
    assert hashlib.sha256((site / NAME).read_bytes()).hexdigest() in done.output


def test_the_command_ends_with_the_exit_code_of_content_mistakes(site):
    (site / "index.html").write_text("other")
    done = CliRunner().invoke(verify_site, [str(site)])
    assert isinstance(done.exception, ContentError)
    assert done.exception.exit == 2
    assert "index.html:0:0: S303 changed" in str(done.exception)
