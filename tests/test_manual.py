"""Nothing that a person can type is undocumented: commands, options, exit codes, fields, detectors, formats."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import public_library
import pytest
from click.testing import CliRunner
from patience import HANGS

from generator.base.commands import ENVIRONMENT, EXIT_WORDS, FILE, commands, written
from generator.base.problems import Exit
from generator.cli import cli
from generator.cli.manual import SHELLS, described
from generator.curated.described import _lines, description, models_of
from generator.curated.field_words import WORDS
from generator.curated.kinds import Library, kinds_of
from generator.pages import manual
from generator.site.context import SiteContext
from generator.site.render import render

ROOT = Path(__file__).parent.parent
BY_HAND = [kind for kind in kinds_of(Library) if kind.by_hand]


@pytest.fixture(scope="module")
def found():
    return public_library.dossier()


@pytest.fixture(scope="module")
def pages(found):
    planned = list(manual.pages(found))
    files = render(planned, templates=ROOT / "templates", site_context=SiteContext.of(found))
    return {file.path.removesuffix("index.md"): file.content.decode() for file in files if file.path.endswith(".md")}


def leaves(group, path=()):
    context = click.Context(group)
    for name in group.commands or group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_the_list_of_commands_is_what_the_program_has():
    """After a change of a command or of its help: `make schemas`."""
    assert FILE.read_text("utf-8") == written(described(cli))
    assert [one.name for one in commands()] == [name for name, _ in leaves(cli)]


def test_every_command_and_every_option_says_what_it_is_for():
    for name, command in leaves(cli):
        assert command.help, name
        for one in command.params:
            if isinstance(one, click.Option) and not one.hidden:
                assert one.help, (name, one.opts)


def test_every_option_that_a_command_takes_is_on_the_page(pages):
    text = re.sub(r"<wbr>", "", pages["2026-03/manual/"])
    for name, command in leaves(cli):
        section = text.split(f"### witnessmark {name} ")[1].split("\n### ")[0]
        for one in command.params:
            if isinstance(one, click.Option):
                assert all(option in section for option in one.opts), (name, one.opts)


def test_every_exit_code_has_words_and_readme_says_the_same(pages):
    assert set(EXIT_WORDS) == set(Exit)
    readme = (ROOT / "README.md").read_text("utf-8")
    for code, words in EXIT_WORDS.items():
        assert f"| {int(code)} | {words} |" in readme
        assert f'<th scope="row">{int(code)}</th><td>{words}</td>' in pages["2026-03/manual/"]


def test_every_variable_that_commands_read_is_told():
    read = set()
    for path in (ROOT / "generator").rglob("*.py"):
        read |= set(re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", path.read_text("utf-8")))
    assert read == set(ENVIRONMENT)


def test_every_field_that_people_write_has_words():
    """A new field: a line in field_words.py or in descriptions.py."""
    lacking = [
        f"{model.__name__}.{name}"
        for kind in BY_HAND
        for model in models_of(kind)
        for name in model.model_fields
        if not description(model, name)
    ]
    assert lacking == []


def test_no_words_are_of_a_field_that_is_gone():
    fields = {
        f"{model.__name__}.{name}" for kind in BY_HAND for model in models_of(kind) for name in model.model_fields
    }
    assert set(_lines()) <= fields
    models = {kind.word: kind.model for kind in BY_HAND}
    for word, table in WORDS.items():
        assert set(table) <= set(models[word].model_fields)


def test_words_are_one_plain_line():
    for name, words in _lines().items():
        assert words[0].isupper() or words.startswith(("false", "true", "SHA")), name
        assert words.endswith((".", "?")), name
        assert len(words) < 120


def test_the_page_of_fields_has_every_kind_and_every_field(pages):
    text = pages["2026-03/manual/fields/"].replace("<wbr>", "")
    for kind in BY_HAND:
        assert f"{{ #{kind.word.replace(' ', '-')} }}" in text
        for model in models_of(kind):
            for name in model.model_fields:
                assert f"<code>{name}</code>" in text, (kind.word, name)


def test_editors_show_the_same_words():
    schema = json.loads((ROOT / "content" / "schemas" / "case.json").read_text("utf-8"))
    assert schema["properties"]["window_start"]["description"].startswith("First day of the window")


def test_every_detector_leads_to_its_page(found, pages):
    for detector in found.detectors:
        assert f'd/{detector.id}/"' in pages["2026-03/manual/"]


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_prints_a_script_that_asks_this_program(shell):
    done = CliRunner().invoke(cli, ["completion", shell])
    assert done.exit_code == 0
    assert f"_WITNESSMARK_COMPLETE={shell}_complete" in done.stdout
    assert "_witnessmark_completion" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_completes_a_command_and_a_value(tmp_path):
    (tmp_path / "witnessmark").write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m generator "$@"\n')
    (tmp_path / "witnessmark").chmod(0o755)
    script = CliRunner().invoke(cli, ["completion", "bash"]).stdout
    (tmp_path / "script").write_text(script)
    for words, wanted in (
        (["witnessmark", "che"], "check"),
        (["witnessmark", "completion", "z"], "zsh"),
        (["witnessmark", "scan", "--sh"], "--share"),
    ):
        asked = (
            f"export PATH={tmp_path}:$PATH; source {tmp_path}/script; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
            'COMPREPLY=(); _witnessmark_completion witnessmark; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, timeout=HANGS, check=False)
        assert wanted in done.stdout.split(), done.stderr
