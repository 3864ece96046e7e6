"""Command `new`: one more record in content/, from flags or from answers, held to every check before it is written."""

from __future__ import annotations

import click

KINDS = ("report", "event", "incident", "claim", "source", "measurement", "reply", "correction")


class _Kinds(click.Group):
    """One command a kind, made of its model when it is asked for: no other command waits for that."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The kinds, in the order of their use."""
        return list(KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a kind."""
        from generator.cli.new.command import command_of

        return command_of(cmd_name) if cmd_name in KINDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or the nearest one in the words of every other unknown name."""
        if args and args[0] not in KINDS and not args[0].startswith("-"):
            from generator.curated.checking import did_you_mean

            hint = did_you_mean(args[0], KINDS) or f"one of {', '.join(KINDS)}"
            raise click.UsageError(f'there is no kind of record "{args[0]}" ({hint})', ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Kinds)
def new() -> None:
    """Write one new record into content/: a report, an event, an incident, a claim, a source, ...

    On a terminal it asks for what you leave out; in a script every field has its option, and all that is missing or
    wrong is named at once. It finds the next free id and the right file, refuses an address that is on record (mirrors
    and archived copies count as the page), and writes only what `check` would take. It opens no connection.

    \b
    Examples:
      witnessmark new report https://github.com/OWNER/NAME/issues/12345
      witnessmark new report URL --title "Weekly limit gone in a day" --date 2026-03-23 \\
        --surface SURFACE --symptom SYMPTOM
      witnessmark new event --help
    """
