"""The pipeline on one screen: content and evidence in, site out. A function of its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from generator.base.progress import Track, silent
from generator.content import read_content
from generator.curated.cited import cited
from generator.guard.gate import allow, gate
from generator.guard.leaks import find_private
from generator.guard.public import public_files, public_texts
from generator.guard.sources import Sources
from generator.pages import plan
from generator.records.results import Pack
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
                cache=None if extra else cache,  # pages of somebody's own logs are kept nowhere
            )
    return Built(site, len(pages), len(files), len(dossier.findings), dossier.failed)
