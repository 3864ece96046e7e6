"""The pipeline on one screen: content and evidence in, site out. A function of its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from generator.base.problems import ContentError, Problem, attempt
from generator.base.progress import Track, silent
from generator.curated.cited import cited
from generator.curated.folder import Kept
from generator.curated.known_vendors import use_vendors_in
from generator.curated.library import load
from generator.curated.outside import outside
from generator.detectors import DETECTORS
from generator.dossier import Dossier
from generator.dossier.edition import Edition
from generator.dossier.joining import joined
from generator.dossier.rows import without_origin
from generator.dossier.stated import held_to_grades
from generator.guard.gate import allow, gate
from generator.guard.leaks import find_private
from generator.guard.public import public_files, public_texts
from generator.guard.sources import Sources
from generator.packs.pack import read_packs
from generator.pages import plan
from generator.records.results import Pack
from generator.site.address import site_url
from generator.site.manifest import Provenance, hash_inputs
from generator.site.promised import promise_of
from generator.site.publish import publish_site
from generator.site.static_files import render_site
from generator.site.swap import Layout, held
from generator.site.templates import told


@dataclass(frozen=True)
class Built:
    """What a build made."""

    site: Path
    pages: int
    files: int
    findings: int
    failed: tuple[str, ...]  # detectors that threw, for exit code 3


@dataclass
class Before:
    """What a reading leaves for the next one of the same process: only what changed is read again."""

    files: Kept = field(default_factory=dict)
    packs: tuple[Pack, ...] = ()
    seen: frozenset[tuple[str, int, int]] | None = None  # of the packs

    def packs_of(self, folder: Path) -> tuple[Pack, ...]:
        """The packs of a folder. Raises PackError."""
        files = [(str(file), file.stat()) for file in sorted(folder.rglob("*"))]
        seen = frozenset((name, status.st_size, status.st_mtime_ns) for name, status in files)
        if seen != self.seen:
            self.packs, self.seen = read_packs(folder), seen
        return self.packs


def read_content(
    root: Path, extra: tuple[Pack, ...] = (), *, now: datetime, version: str, cache: Path | None = None,
    before: Before | None = None,
) -> Dossier:  # fmt: skip
    """All of content/, checked, joined with its packs and `extra`. Raises ContentError with every problem."""
    problems: list[Problem] = []
    known = attempt(lambda: use_vendors_in(root / "content" / "vendors"), [])
    read = before.packs_of if before else read_packs
    # Without its vendors' files a pack names models that nobody knows; loading says what is wrong with them.
    packs = attempt(lambda: (*extra, *read(root / "content" / "evidence")), problems) if known else None
    files = before.files if before else None
    library = attempt(lambda: load(root / "content", outside(DETECTORS, packs, now.date()), files), problems)
    problems.extend(without_origin(packs or (), library.origins if library else None))
    if packs is None or library is None or problems:
        raise ContentError(*problems)
    edition = Edition.of(site_url(root / "mkdocs.yml"), hash_inputs(root))
    made = joined(library, packs, DETECTORS, now=now, version=version, cache=cache, own=len(extra), edition=edition)
    return held_to_grades(made, root)


def build(
    root: Path, extra: tuple[Pack, ...] = (), *, now: datetime, version: str, track: Track = silent,
    private: Sequence[Path] = (), canaries: Sequence[str] = (), cache: Path | None = None,
) -> Built:  # fmt: skip
    """Build and publish the site of `root`, unless text of the logs in `private` or one of `canaries` is found on it.

    Raises ContentError, PublishRefusedError, BusyError or OSError; the site that was there then stays as it was.
    """
    with held(layout := Layout(root)):  # from the first file read to the last one written
        inputs = hash_inputs(root)
        dossier = read_content(root, extra, now=now, version=version, cache=cache)
        pages = plan(dossier, track)
        with told(root / "templates"):
            files = render_site(dossier, pages, root / "templates", dossier.address)
        allowed = allow(cited=cited(dossier.library), reviewed=public_texts(root), digests=dossier.digests)
        with (sources := Sources(root)).told():
            site = publish_site(
                files,
                layout,
                built_on=dossier.day,
                gate=lambda rendered: gate(rendered, allowed, sources.of),
                inspect=lambda built: find_private(built, private, canaries, lambda: public_files(root)),
                made_from=Provenance.of(inputs, dossier.day, (pack.id for pack in extra)),
                promise=promise_of(dossier, pages, root / "templates"),
            )
    return Built(site, len(pages), len(files), len(dossier.findings), dossier.failed)
