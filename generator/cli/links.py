"""Command `links`: which addresses have an archived copy on record, and those that people found, read back."""

from __future__ import annotations

from pathlib import Path

import click

from generator.base.wording import plural
from generator.cli.context import ROOT


@click.command()
@ROOT
@click.option("--missing", is_flag=True, help="Only records without an archived copy.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Write the list here.")
@click.option(
    "--read",
    "filled_list",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Take the copies of a filled list into content/.",
)
@click.option("--replace", is_flag=True, help="With --read: also where a record has another copy.")
def links(root: Path, out: Path | None, filled_list: Path | None, *, missing: bool, replace: bool) -> None:
    """List the address of every report, source, event, incident and measurement, and its archived copy, as CSV.

    Fill in the column `archive` and give the list back with --read: each copy becomes `archive_url` of its record, and
    no other byte changes. Copies of other pages and hosts that are no archive are refused, all at once, before
    anything is written. This command opens no connection: making and finding copies is yours.

    \b
    Examples:
      witnessmark links --missing --out links.csv
      witnessmark links --read links.csv
    """
    from generator.curated.links import filled, table
    from generator.curated.links import links as links_of

    if filled_list and (out or missing):
        raise click.UsageError("--read takes a list, --out and --missing write one")
    if replace and not filled_list:
        raise click.UsageError("--replace goes with --read")
    found = links_of(root / "content")
    if filled_list:
        changed = filled(filled_list, found, root / "content", replace=replace)
        for one in changed:
            part = one.path.with_name(f".{one.path.name}")
            part.write_bytes(one.content)
            part.replace(one.path)
        copies = sum(one.copies for one in changed)
        click.echo(f"{plural(copies, 'copy', 'copies')} written into {plural(len(changed), 'file')}.")
        return
    listed = [one for one in found if not (missing and one.archive)]
    if out is None:
        click.echo(table(listed), nl=False)
        return
    out.write_text(table(listed), "utf-8", newline="")
    click.echo(
        f"{plural(len(listed), 'address', 'addresses')}, {sum(bool(one.archive) for one in listed)} archived: {out}"
    )
