"""Commands that keep addresses: `lock`, `bury` and `snapshot`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import __version__
from generator.base.problems import ContentError, Problem
from generator.base.wording import plural
from generator.cli.context import ROOT, cache_folder, now, track

if TYPE_CHECKING:
    from generator.curated.locked import Locked
    from generator.curated.snapshots import Snapshot
    from generator.dossier import Dossier


@click.command()
@ROOT
def lock(root: Path) -> None:
    """Add every new public id to content/ids.lock.yml, so that it can never be lost in silence.

    \b
    Example:
      witnessmark lock
    """
    from generator.content import read_content

    dossier = read_content(root.resolve(), now=now(), version=__version__, cache=cache_folder())
    rows = _with_new(dossier)
    added = len(rows) - len(dossier.library.locked)
    if added:
        _write_lock(root, rows)
    click.echo(f"{plural(added, 'new id')}; {plural(len(rows), 'id')} in all.")


@click.command()
@ROOT
@click.argument("place")
@click.option("--reason", required=True, help="Why it is gone, in one sentence for readers.")
@click.option("--to", "to", default=None, help="The record that takes its place, such as r/cc-46829.")
def bury(root: Path, place: str, reason: str, to: str | None) -> None:
    """Write a tombstone: the record at PLACE is withdrawn, and its address says why for ever.

    PLACE: where the page of the record is below the case, such as r/cc-46829 or f/F-7BRBRXYP. The file of the record
    may be deleted or stay; it is shown and counted nowhere.

    \b
    Example:
      witnessmark bury r/cc-10333 --reason "The thread turned out to be about another product." --to r/cc-46829
    """
    from pydantic import ValidationError

    from generator.curated.library import load_kind
    from generator.curated.locked import Gone, Locked
    from generator.curated.scalars import flaws

    rows = load_kind(root / "content", Locked)
    found = next((row for row in rows if row.place == place), None)
    if found is None:
        raise click.UsageError(f"{place} is not in content/ids.lock.yml; `witnessmark lock` adds new ids")
    if found.gone:
        raise click.UsageError(f"{place} is withdrawn already, since {found.gone.day}")
    if to == place:
        raise click.UsageError(f"--to: {place} cannot take its own place")
    if flaw := next(flaws(reason), None):
        raise click.UsageError(f"--reason: {flaw[1]} ({flaw[2]})")
    try:
        gone = Gone(day=now().date(), reason=reason, to=to)
    except ValidationError as error:
        raise click.UsageError(f"--{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from None
    if to is not None and not any(row.place == to and row.gone is None for row in rows):
        raise click.UsageError(f"{to} is not a record that is shown")
    changed = tuple(row.model_copy(update={"gone": gone}) if row is found else row for row in rows)
    _write_lock(root, changed)
    click.echo(f"{place} is withdrawn. What leans on it is named by: witnessmark check")


@click.command()
@ROOT
def snapshot(root: Path) -> None:
    """Freeze the site: lock new ids, keep what each record says, build, and copy the site to snapshots/<number>/.

    Commit content/ids.lock.yml and content/snapshots/<number>.json. The copy is too large for a repository: keep the
    folder snapshots/ beside site/ wherever you build, and each build puts it below site/v/; for a workflow keep it as
    .github/workflows/publish.yml says. Own logs are never frozen.

    \b
    Example:
      witnessmark snapshot
    """
    from generator.build import build
    from generator.curated.snapshots import FOLDER, snapshot_text
    from generator.site.frozen import BELOW, freeze, place_one
    from generator.site.swap import Layout, held

    root = root.resolve()
    day = now()
    with held(Layout(root)):
        taken = _taken(root)
        file = root / "content" / FOLDER / f"{taken.id}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(snapshot_text(taken), "utf-8")
        try:
            built = build(root, now=day, version=__version__, track=track(), cache=cache_folder())
            copy = freeze(built.site, root, taken.id)
        except BaseException:
            file.unlink()  # the next try has the same number
            raise
        place_one(copy, built.site / BELOW / taken.id)
    click.echo(f"Snapshot {taken.id}: {plural(len(taken.records), 'record')}, {plural(built.pages, 'page')}.")
    click.echo(f"Commit content/ids.lock.yml and content/{FOLDER}/{taken.id}.json, and keep {os.path.relpath(copy)}.")


def _taken(root: Path) -> Snapshot:
    """The snapshot of this day, with every address that its site has: the pages are rendered once for that."""
    from generator.content import read_content
    from generator.curated.snapshots import next_number, taken_on
    from generator.pages import plan
    from generator.site.promised import addresses_of, merged
    from generator.site.static_files import render_site
    from generator.site.templates import told

    dossier = read_content(root, now=now(), version=__version__, cache=cache_folder())
    rows = _with_new(dossier)
    if len(rows) > len(dossier.library.locked):
        _write_lock(root, rows)
    number = next_number(dossier.library.snapshots, dossier.day)
    taken = taken_on(dossier.day, number, __version__, dossier.facts)
    taken = taken.model_copy(update={"corrections": tuple(sorted(one.id for one in dossier.library.corrections))})
    kept = {"locked": rows, "snapshots": (*dossier.library.snapshots, taken)}
    after = replace(dossier, library=dossier.library.model_copy(update=kept))
    with told(root / "templates"):
        files = render_site(after, plan(after, track()), root / "templates", after.address)
    before = dossier.library.snapshots[-1].addresses if dossier.library.snapshots else {}
    return taken.model_copy(update={"pages": merged(addresses_of(files), before)})


def _with_new(dossier: Dossier) -> tuple[Locked, ...]:
    """The rows, with one for each record that has none."""
    from generator.curated.locked import Locked
    from generator.dossier.facts import unlocked
    from generator.pages import plan
    from generator.pages.figures import new_figures

    rows = dossier.library.locked
    new = [
        Locked(kind=fact.kind, id=fact.id, first=dossier.day, title=fact.title)
        for fact in unlocked(dossier.facts, rows)
    ]
    new += [
        Locked(kind="figure", id=id, first=dossier.day, title=title)
        for id, title in new_figures(dossier, plan(dossier, track()))
    ]
    return tuple(sorted((*rows, *new), key=lambda row: (row.kind, row.id)))


def _write_lock(root: Path, rows: tuple[Locked, ...]) -> None:
    """The whole file, or none of it."""
    from generator.curated.locked import FILE, lock_text

    path = root / "content" / FILE
    if path.is_symlink():
        raise ContentError(Problem(f"content/{FILE}", 0, 0, "W-file", "not an ordinary file"))
    part = path.with_name(f".{FILE}")
    part.write_text(lock_text(rows), "utf-8")
    part.replace(path)
