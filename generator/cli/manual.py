"""Command `completion`, and the commands described for the page "Manual"."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

import click
from click.shell_completion import FishComplete, ShellComplete, ZshComplete, get_completion_class

if TYPE_CHECKING:
    from generator.base.commands import Block, Command, Option

PROGRAM = "witnessmark"
VARIABLE = "_WITNESSMARK_COMPLETE"  # click's own name, by which the script asks the program
SHELLS = ("bash", FishComplete.name, ZshComplete.name)


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what makes your shell complete commands, options and their values.

    \b
    Put it where your shell reads it:
      bash   witnessmark completion bash > ~/.local/share/bash-completion/completions/witnessmark
      zsh    witnessmark completion zsh > ~/.zfunc/_witnessmark   (and ~/.zfunc in fpath, before compinit)
      fish   witnessmark completion fish > ~/.config/fish/completions/witnessmark.fish

    Bash has to be 4.4 or newer; that of macOS is older.
    """
    found = get_completion_class(shell)
    assert found is not None
    # Not BashComplete.source, which first runs whatever bash is on the path to ask for its version.
    click.echo(ShellComplete.source(found(click.Command(PROGRAM), {}, PROGRAM, VARIABLE)))


def described(group: click.Group) -> tuple[Command, ...]:
    """Every command of the group, those in groups by their whole name."""
    return tuple(_described(group, click.Context(group, info_name=PROGRAM)))


def _described(group: click.Group, context: click.Context) -> Iterator[Command]:
    from generator.base.commands import Command

    for name in group.commands or group.list_commands(context):  # the order of the help; some are made when asked for
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _described(command, inner)
            continue
        path = inner.command_path.removeprefix(f"{PROGRAM} ")
        usage = " ".join([inner.command_path, *command.collect_usage_pieces(inner)])
        yield Command(path, usage, tuple(_blocks(command.help or "")), tuple(_options(command, inner)), command.hidden)


def _blocks(text: str) -> Iterator[Block]:
    """Paragraphs; click marks those whose lines stay as they are by a \\b above them."""
    from generator.base.commands import Block

    for part in cleandoc(text).split("\n\n"):
        if part.startswith("\b"):
            yield Block(part.removeprefix("\b").strip("\n"), verbatim=True)
        elif part.strip():
            yield Block(" ".join(part.split()))


def _options(command: click.Command, context: click.Context) -> Iterator[Option]:
    from generator.base.commands import Option

    for one in command.params:
        if isinstance(one, click.Argument):
            yield Option(one.make_metavar(context), "" if one.required else "May be left out.")
        elif record := one.get_help_record(context):
            yield Option(*record)
