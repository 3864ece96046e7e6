"""Commands on the site: `build`, `check` and `serve`."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import __version__
from generator.base.problems import Exit, Problem, PublishRefusedError, WitnessmarkError
from generator.base.wording import plural
from generator.cli.context import (
    JOBS,
    LEVEL,
    ROOT,
    SIMULATED_KEY,
    cache_folder,
    discover,
    evidence_of,
    now,
    state_folder,
    track,
    warn_unclaimed,
)
from generator.cli.leaks import CANARY
from generator.cli.problem_formats import FORMATS, Checked, formatted
from generator.cli.simulated import are_simulated

if TYPE_CHECKING:
    from generator.content import Before
    from generator.records.results import Pack


@click.command()
@ROOT
@click.option(
    "--logs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Also show findings from these logs; nothing of them is written to content/.",
)
@click.option("--simulated", is_flag=True, help="The logs of --logs are made by `witnessmark simulate`: label them.")
@click.option("--whole", is_flag=True, help="Refuse where the copy of a snapshot is missing: for whoever publishes.")
@CANARY
@LEVEL
@JOBS
def build(
    root: Path,
    logs: tuple[Path, ...],
    canary: Path | None,
    level: str,
    jobs: int | None,
    *,
    whole: bool,
    simulated: bool,
) -> None:
    """Build the site into site/, or leave the old one as it was.

    With --logs, the finished site is searched for text of these logs first; one hit, and nothing is published.

    \b
    Examples:
      witnessmark build
      witnessmark build --logs ~/.claude/projects
      witnessmark build --whole
    """
    from generator.build import build as build_site
    from generator.guard.leaks import read_canaries
    from generator.packs.key import load_key

    root = root.resolve()
    if whole and (lost := _lost(root)):
        raise PublishRefusedError(*lost)
    extra: tuple[Pack, ...] = ()
    found = discover(logs) if logs else None
    if found:
        warn_unclaimed(found)
        made = are_simulated(found, said=simulated)
        key = SIMULATED_KEY if made else load_key(state_folder() / "key")
        vendors = root / "content" / "vendors"
        extra = (evidence_of(found, key, jobs, "own-logs", level, simulated=made, vendors=vendors),)
    built = build_site(
        root,
        extra,
        now=now(),
        version=__version__,
        track=track(),
        private=logs,
        canaries=read_canaries(canary) if canary else (),
        cache=cache_folder(),
    )
    click.echo(f"Built {plural(built.pages, 'page')} with {plural(built.findings, 'finding')}.")
    click.echo(f"It is in {os.path.relpath(built.site)}/, for a server. Opened as files, its links lead nowhere:")
    click.echo(
        "`witnessmark serve` shows it on this machine, `witnessmark offline` makes a zip that opens by double click."
    )
    for problem in _lost(root):
        click.echo(str(problem), err=True)
    if built.failed:
        click.echo(f"Detectors that failed: {', '.join(built.failed)}", err=True)
    if built.failed or (found and found.unclaimed):
        sys.exit(Exit.PARTIAL)


def _lost(root: Path) -> tuple[Problem, ...]:
    """The snapshots whose copies are not here."""
    from generator.site.frozen import FOLDER, without_copies

    hint = "fetch it from where it is kept before you publish, or its addresses are lost there"
    message = "the frozen copy is not here, so site/v/ lacks it"
    return tuple(Problem(f"{FOLDER}/{id}", 0, 0, "S223", message, hint) for id in without_copies(root))


@click.command()
@ROOT
@click.option("--watch", is_flag=True, help="Check again after each change, until Ctrl-C.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="json, sarif (for code scanning) and github (annotations of a workflow) are for standard output.",
)
def check(root: Path, form: str, *, watch: bool) -> None:
    """Check all of content/ and print every mistake as path:line:col: code message (hint).

    \b
    Examples:
      witnessmark check
      witnessmark check --watch
      witnessmark check --format sarif > check.sarif
    """
    if watch and form != "text":
        raise click.UsageError("--watch prints text; run it without --format")
    if watch:
        from generator.cli.watching import watched
        from generator.content import Before

        now()  # a SOURCE_DATE_EPOCH that is none is a mistake now, and not one of each check
        before = Before()
        watched(root, lambda: _say_sound(_sound(root, before)), partial(click.echo, err=True))
    if form == "text":
        _say_sound(_sound(root))
        return
    failed: WitnessmarkError | None = None
    try:
        found = _sound(root)
    except WitnessmarkError as error:
        failed, found = error, Checked(error.problems)
    below = Path(os.path.relpath(root.resolve())).as_posix()
    folder = "" if below == "." or below.startswith("..") else below
    click.echo(formatted(found, form, __version__, folder), nl=False)
    if failed:
        sys.exit(failed.exit)


def _sound(root: Path, before: Before | None = None) -> Checked:
    """What is said of content without a mistake, and what is only warned of. Raises ContentError."""
    from generator.content import read_content
    from generator.curated.published import lacking

    dossier = read_content(root.resolve(), now=now(), version=__version__, before=before, cache=cache_folder())
    library = dossier.library
    sound = (
        f"content/ is sound: {plural(len(library.claims), 'claim')}, {plural(len(library.reports), 'report')}, "
        f"{plural(len(library.incidents), 'incident')}, {plural(len(library.events), 'event')}, "
        f"{plural(len(library.sources), 'source')}, "
        f"{plural(len(library.examples), 'worked example')}, {plural(len(dossier.packs), 'evidence pack')}."
    )
    return Checked(warnings=tuple(lacking(library.case, root / "content")), sound=sound)


def _say_sound(checked: Checked) -> None:
    click.echo(checked.sound)
    for warning in checked.warnings:
        click.echo(str(warning), err=True)


@click.command()
@ROOT
@click.option("--port", type=click.IntRange(1024, 65535), default=8000, show_default=True, help="Port on 127.0.0.1.")
def serve(root: Path, port: int) -> None:
    """Show the site on this machine only: what you change at once, page by page, and built again behind it.

    The page that you look at loads itself again, or says what is wrong with the change.

    \b
    Example:
      witnessmark serve --port 8123
    """
    from generator.cli.serve import serve as serve_site

    now()  # a SOURCE_DATE_EPOCH that is none is a mistake now, and not one of each build
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: no build goes on behind
    click.echo(f"http://127.0.0.1:{port}/  (Ctrl-C ends it)", err=True)
    say = partial(click.echo, err=True)
    serve_site(root.resolve(), port, now=now, version=__version__, say=say, cache=cache_folder())
