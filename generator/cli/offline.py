"""Command `offline`: the site as one zip that opens by double click."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import __version__
from generator.base.wording import plural
from generator.cli.context import ROOT, cache_folder, now, track

if TYPE_CHECKING:
    from datetime import date

    from generator.site.zipped import Copy

_FOLDER = "build"
_MEGABYTE = 1_000_000  # bytes


@click.command()
@ROOT
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The zip to write. [default: build/witnessmark-DAY.zip]",
)
def offline(root: Path, out: Path | None) -> None:
    """Write the site as one zip to read without a network: unpack it and open index.html.

    The site in site/ is taken where it was built today from what is in content/ and templates/ now; else it is built
    first. The same site gives the same bytes; SOURCE_DATE_EPOCH sets the day. A site of private logs is refused.

    \b
    Examples:
      witnessmark offline
      witnessmark offline --out ~/witnessmark.zip
    """
    from generator.build import build
    from generator.site.swap import Layout, held
    from generator.site.zipped import is_fresh, zip_site

    root = root.resolve()
    _refuse_inside(root, out)
    moment = now()
    day = moment.date()
    with held(layout := Layout(root)):
        if not is_fresh(root, layout.published, day):
            build(root, now=moment, version=__version__, track=track(), cache=cache_folder())
        copy = _copy(root, day)
        target = (out or root / _FOLDER / f"{copy.folder}.zip").absolute()
        target.parent.mkdir(parents=True, exist_ok=True)
        count = zip_site(layout.published, _licence(root), copy, target)
    size = target.stat().st_size / _MEGABYTE
    click.echo(f"{os.path.relpath(target)}: {plural(count, 'file')}, {size:.1f} MB.")
    click.echo(f"Unpack it and open {copy.folder}/index.html.")


def _refuse_inside(root: Path, out: Path | None) -> None:
    """A zip in the site would be published, and one beside the content would be read. Raises click.UsageError."""
    from generator.site.manifest import INPUTS
    from generator.site.swap import Layout

    if out is None:
        return
    target = out.resolve()
    if target.is_relative_to(Layout(root).published):
        raise click.UsageError("--out: site/ holds the site and nothing else; name another folder")
    if name := next((name for name in INPUTS if target.is_relative_to(root / name)), None):
        raise click.UsageError(f"--out: the site is built from {name}; name another place")


def _licence(root: Path) -> str:
    """Text of the licence of the code; "" where the repository has none."""
    path = root / "LICENSE"
    return path.read_text("utf-8", "replace") if path.is_file() and not path.is_symlink() else ""


def _copy(root: Path, day: date) -> Copy:
    from generator.curated.case import Case
    from generator.curated.library import load_kind
    from generator.dossier.edition import Edition
    from generator.site.address import site_url
    from generator.site.frozen import taken
    from generator.site.zipped import Copy

    (case,) = load_kind(root / "content", Case)
    address = Edition.of(site_url(root / "mkdocs.yml"), {}).address
    return Copy(case.title, day, (taken(root) or ("",))[-1], address)
