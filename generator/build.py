"""The pipeline on one screen: content and evidence in, site out. A function of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from generator.base.problems import ContentError, Problem, WitnessmarkError
from generator.base.progress import Track, silent
from generator.curated.base_rates import load_measurements
from generator.curated.calibration import load_calibration
from generator.curated.examples import load_examples
from generator.curated.headline import load_analysis
from generator.curated.library import load
from generator.curated.measurements import load_published
from generator.curated.prices import load_prices
from generator.curated.promises import load_promises
from generator.curated.targets import names, page_ids
from generator.curated.voices import load_corrections, load_replies
from generator.detectors import DETECTORS
from generator.dossier import Dossier
from generator.guard.gate import allow, gate
from generator.guard.leaks import find_canaries, find_leaks
from generator.guard.public import public_files
from generator.packs.pack import read_packs
from generator.pages import PAGE_KINDS
from generator.pages.parts.base import Page
from generator.records.results import Outcome, Pack
from generator.site.manifest import Provenance, hash_inputs
from generator.site.publish import Layout, held, publish_site
from generator.site.render import RenderedFile, SiteContext, render
from generator.site.static_files import static_files

T = TypeVar("T")


@dataclass(frozen=True)
class Built:
    """What a build made. `failed` names detectors that threw, for exit code 3."""

    site: Path
    pages: int
    files: int
    findings: int
    failed: tuple[str, ...]


def read_content(root: Path, extra: tuple[Pack, ...] = (), *, now: datetime, version: str) -> Dossier:
    """All of content/, checked, joined with its packs and `extra`. Raises ContentError with every problem."""
    content = root / "content"
    problems: list[Problem] = []

    def read(reader: Callable[[], T]) -> T | None:
        try:
            return reader()
        except WitnessmarkError as error:
            problems.extend(error.problems)
            return None

    benigns = {detector.id: (*detector.decidable, *detector.undecidable) for detector in DETECTORS}
    library = read(lambda: load(content, detector_ids=frozenset(benigns)))
    examples = read(lambda: load_examples(content, benigns))
    measurements = read(lambda: load_measurements(content))
    calibration = read(lambda: (load_calibration(content),))
    prices = read(lambda: load_prices(content, now.date()))
    trials = read(lambda: load_promises(content))
    analysis = read(lambda: load_analysis(content, library))
    packs = read(lambda: read_packs(content / "evidence"))
    published = read(lambda: load_published(content, names(library, benigns)))
    known = page_ids(library, None if packs is None else _findings((*extra, *packs)), published)
    replies = read(lambda: load_replies(content, known))
    corrections = read(lambda: load_corrections(content, known))
    if (
        library is None
        or examples is None
        or measurements is None
        or calibration is None
        or prices is None
        or trials is None
        or analysis is None
        or packs is None
        or published is None
        or replies is None
        or corrections is None
    ):
        raise ContentError(*problems)
    return Dossier(
        library=library,
        evidence=(*extra, *packs),
        detectors=DETECTORS,
        examples=examples,
        measurements=measurements,
        calibration=calibration[0],
        analysis=analysis,
        prices=prices,
        published=published,
        replies=replies,
        corrections=corrections,
        trials=trials,
        built=now,
        version=version,
    )


def _findings(bodies: tuple[Pack, ...]) -> Iterator[str]:
    return (finding.id for body in bodies for run in body.runs for finding in run.findings)


def plan(dossier: Dossier, track: Track = silent) -> tuple[Page, ...]:
    """Every page of the site."""
    return tuple(page for kind in track(PAGE_KINDS, "Planning pages") for page in kind.pages(dossier))


def render_site(dossier: Dossier, pages: tuple[Page, ...], templates: Path) -> tuple[RenderedFile, ...]:
    """All files of the site: pages, what stands beside them, and the static ones."""
    case = dossier.library.case
    context = SiteContext(
        id=case.id,
        title=case.title,
        built=dossier.day,
        version=dossier.version,
        repository=str(case.repository) if case.repository else None,
        simulated=any(evidence.simulated for evidence in dossier.evidence),
        grades={claim: verdict.grade.value for claim, verdict in dossier.verdicts.items()},
    )
    return (*render(pages, templates=templates, site_context=context), *static_files(templates))


def build(
    root: Path,
    extra: tuple[Pack, ...] = (),
    *,
    now: datetime,
    version: str,
    track: Track = silent,
    private: Sequence[Path] = (),
    canaries: Sequence[str] = (),
) -> Built:
    """Build and publish the site of the repository at `root`.

    The finished site is searched for text of the logs in `private`, and for `canaries`, before it is published.
    Raises ContentError, PackError, PublishRefusedError, BusyError or OSError; then the site that was there stays as
    it was. The lock is held from the first file read to the last one written.
    """
    layout = Layout(root)
    with held(layout):
        inputs = hash_inputs(root)
        dossier = read_content(root, extra, now=now, version=version)
        pages = plan(dossier, track)
        files = render_site(dossier, pages, root / "templates")
        allowed = allow(
            cited=(*_cited(dossier), *(str(url) for row in dossier.prices for url in row.epoch.sources)),
            reviewed=(path.read_text("utf-8", "replace") for path in public_files(root)),
            digests=(digest for evidence in dossier.evidence for digest in _digests(evidence)),
        )
        asked = {"built": dossier.day.isoformat(), "own_logs": sorted(evidence.id for evidence in extra)}
        site = publish_site(
            files,
            layout,
            built_on=dossier.day,
            gate=lambda rendered: gate(rendered, allowed),
            inspect=lambda built: _leaks(built, private, canaries, root),
            made_from=Provenance(inputs, asked),
        )
    runs = [run for evidence in dossier.evidence for run in evidence.runs]
    return Built(
        site=site,
        pages=len(pages),
        files=len(files),
        findings=sum(run.found for run in runs),
        failed=tuple(sorted({run.detector for run in runs if run.outcome is Outcome.FAILED})),
    )


def _leaks(built: Path, private: Sequence[Path], canaries: Sequence[str], root: Path) -> Iterator[Problem]:
    yield from find_canaries(built, canaries)
    if private:
        yield from find_leaks(built, private, public_files(root))


def _digests(evidence: Pack) -> Iterator[str]:
    """Digests that a pack publishes on purpose: salted roots."""
    if evidence.commitments is not None:
        yield from (evidence.commitments.root, evidence.commitments.findings_root)
        yield from (file.root for file in evidence.commitments.files)


def _cited(dossier: Dossier) -> Iterator[str]:
    """Every URL that content cites: public by choice."""
    library = dossier.library
    for one in dossier.published:
        yield from map(str, (one.url, *one.more_urls))
    yield from (str(reply.url) for reply in dossier.replies if reply.url)
    for claim in library.claims:
        yield from map(str, claim.sources)
    for event in library.events:
        yield from map(str, (event.url, *event.more_urls))
    yield from (str(report.url) for report in library.reports)
    yield from (str(incident.url) for incident in library.incidents)
    yield from (str(source.url) for source in library.sources)
