"""The join of content and packs; the only thing pages see.

Everything here is looked up or counted once, so that two pages can never disagree about a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from generator.base.bundle import Bundle, bundle
from generator.base.cards import DrawCard, draw_card
from generator.base.counting import Counts
from generator.base.drawing import Draw, draw
from generator.curated.claims import Claim
from generator.curated.counting import is_independent
from generator.curated.examples import Example
from generator.curated.kinds import Library
from generator.curated.models import Event, Incident, Report, Source, SurfaceText, Symptom, Variant
from generator.curated.origins import Origin
from generator.curated.prices import PriceRow, compare
from generator.curated.snapshots import Fact
from generator.detectors import Detector
from generator.dossier.changes import Period, periods
from generator.dossier.computed import COMPUTED, Computed
from generator.dossier.edition import UNPUBLISHED, Edition
from generator.dossier.facts import echoes_in, facts_of
from generator.dossier.history import History, histories
from generator.dossier.rows import FindingView, counts_in, views
from generator.dossier.special import Special, WorkOut, held
from generator.dossier.told_vendors import told_vendors
from generator.grading import Verdict, grades
from generator.grading.sensitivity import Sensitivity, largest_investigator, sensitivity
from generator.grading.weights import named
from generator.packs.pack import published_digests
from generator.proofs.prooffile import digests_of
from generator.proofs.public import Prove, public_proofs
from generator.records.results import Outcome, Pack, Run
from generator.records.vendor import Vendor


@dataclass(frozen=True)
class DetectorView:
    """A detector with its runs over every pack and its worked examples."""

    detector: Detector
    runs: tuple[tuple[Pack, Run, Counts], ...]
    findings: tuple[FindingView, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Dossier:
    """Library and packs, joined."""

    library: Library
    packs: tuple[Pack, ...]
    detectors: tuple[Detector, ...]
    built: datetime
    version: str
    draw: Draw = draw  # draws the charts of the pages
    prove: Prove = public_proofs  # proves findings of public logs
    work_out: WorkOut = held  # tests whether March was special
    edition: Edition = UNPUBLISHED
    draw_card: DrawCard = draw_card  # draws the pictures of link previews
    bundle: Bundle = bundle  # gives the script that draws charts live
    own: int = 0  # how many packs, the first ones, are of private logs and in this build only

    @cached_property
    def real_packs(self) -> tuple[Pack, ...]:
        """Packs of logs that somebody's work left behind: all but simulated ones, by id."""
        return tuple(sorted((pack for pack in self.packs if not pack.simulated), key=lambda pack: pack.id))

    @cached_property
    def vendors(self) -> tuple[Vendor, ...]:
        """Those of which pages speak."""
        return told_vendors(self.library, self.packs)

    @cached_property
    def findings(self) -> tuple[FindingView, ...]:
        """Findings of real logs: by detector, then as their packs have them."""
        found: dict[str, FindingView] = {}
        made = {one.id for pack in self.packs if pack.simulated for run in pack.runs for one in run.findings}
        for pack in self.real_packs:
            for view in views(pack, self.detectors, self.origins.get(pack.id), self.prove):
                if view.finding.id not in made:  # a pack that passes simulated logs off as real ones
                    found.setdefault(view.finding.id, view)  # two packs of one log hold the same finding: one page
        order = {detector.id: place for place, detector in enumerate(self.detectors)}
        return tuple(sorted(found.values(), key=lambda view: order[view.detector.id]))

    @cached_property
    def found(self) -> int:
        """Findings of real logs, those of packs that publish sums only included."""
        return len(self.findings) + sum(run.found for pack in self.real_packs for run in pack.runs if not run.findings)

    @cached_property
    def specimens(self) -> dict[str, FindingView]:
        """A simulated finding of each detector that has one: the dearest, to show what a finding looks like."""
        shown: dict[str, FindingView] = {}
        for pack in self.packs:
            for view in views(pack, self.detectors, None, self.prove) if pack.simulated else ():
                best = shown.get(view.detector.id)
                if best is None or view.finding.excess_tokens > best.finding.excess_tokens:
                    shown[view.detector.id] = view
        return shown

    @property
    def digests(self) -> Iterator[str]:
        """Every digest that is published on purpose: those of packs, and those in the proofs of findings."""
        yield from published_digests(self.packs)
        yield from (digest for view in self.findings if view.proof for digest in digests_of(view.proof))
        yield from filter(None, (self.edition.records,))

    def title_of(self, pack: Pack) -> str:
        """What a body of evidence is called on pages."""
        return self.origins[pack.id].title if pack.id in self.origins else pack.id

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """Where public logs lie, by the id of their pack."""
        return {origin.id: origin for origin in self.library.origins}

    @cached_property
    def detector_views(self) -> tuple[DetectorView, ...]:
        """One view a detector, in the order of the site."""
        return tuple(
            DetectorView(
                detector=detector,
                runs=tuple(
                    (pack, run, counts_in(detector, run, pack))
                    for pack in self.packs
                    for run in pack.runs
                    if run.detector == detector.id
                ),
                findings=tuple(view for view in self.findings if view.detector.id == detector.id),
                examples=tuple(example for example in self.library.examples if example.detector == detector.id),
            )
            for detector in self.detectors
        )

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Claims by id."""
        return {claim.id: claim for claim in self.library.claims}

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """Computed grade of each claim, by its id."""
        return grades(self.library, self.packs)

    @cached_property
    def sensitivities(self) -> dict[str, Sensitivity]:
        """What the grade of each claim hangs on, by its id; a repeat hangs on what the claim it repeats does."""
        largest = largest_investigator(self.verdicts.values())
        return {id: sensitivity(self._graded(claim), self.verdicts[id], largest) for id, claim in self.claims.items()}

    def _graded(self, claim: Claim) -> Claim:
        while claim.same_as is not None:
            claim = self.claims[claim.same_as]
        return claim

    @cached_property
    def computed(self) -> dict[str, Computed]:
        """What the build works out for measurements, by their id."""
        wanted = [one for one in self.library.published if one.computed in COMPUTED]
        return {one.id: COMPUTED[one.computed](one, self.real_packs) for one in wanted if one.computed}

    @cached_property
    def special(self) -> Special | None:
        """Was March special? None where the case registers no tests."""
        return self.work_out(self.library)

    @cached_property
    def reports(self) -> dict[str, Report]:
        """Reports by id."""
        return {report.id: report for report in self.library.reports}

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources by URL."""
        return {str(source.url): source for source in self.library.sources}

    @cached_property
    def sources_by_id(self) -> dict[str, Source]:
        """Sources by their id."""
        return {source.id: source for source in self.library.sources}

    @cached_property
    def surfaces(self) -> dict[str, SurfaceText]:
        """Surfaces by their own id and by the id of each variant."""
        found = {surface.id: surface for surface in self.library.surfaces}
        for surface in self.library.surfaces:
            found.update({variant.id: surface for variant in surface.variants})
        return found

    @cached_property
    def symptoms(self) -> dict[str, Symptom]:
        """Symptoms by id."""
        return {symptom.id: symptom for symptom in self.library.symptoms}

    def surface_ids(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """The case's surfaces among these scopes, variants folded into their surface; "all" is every surface."""
        wanted = set(scopes)
        if "all" in wanted:
            return tuple(surface.id for surface in self.library.surfaces)
        named = {self.surfaces[scope].id for scope in wanted if scope in self.surfaces}
        return tuple(surface.id for surface in self.library.surfaces if surface.id in named)

    def scope_title(self, scope: str) -> str:
        """Readable title of a surface, variant or other scope."""
        return self._scope_titles.get(scope, scope)

    @cached_property
    def _scope_titles(self) -> dict[str, str]:
        scopes: list[SurfaceText | Variant] = [*self.library.surfaces, *self.library.elsewhere]
        scopes += [variant for surface in self.library.surfaces for variant in surface.variants]
        return {one.id: one.title for one in scopes}

    @cached_property
    def _by_surface(self) -> dict[str, dict[str, tuple[str, ...]]]:
        found: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for kind, records in self._scoped():
            for record_id, scopes in records:
                for surface in self.surface_ids(scopes):
                    found[surface][kind].append(record_id)
        return {surface: {kind: tuple(ids) for kind, ids in kinds.items()} for surface, kinds in found.items()}

    def _scoped(self) -> tuple[tuple[str, list[tuple[str, tuple[str, ...]]]], ...]:
        library = self.library
        return (
            ("claim", [(claim.id, claim.surfaces) for claim in library.claims]),
            ("report", [(report.id, report.surfaces) for report in library.reports]),
            ("incident", [(incident.id, incident.scope) for incident in library.incidents]),
            ("event", [(event.id, event.surfaces) for event in library.events]),
        )

    def claims_on(self, surface: str) -> tuple[Claim, ...]:
        """Claims that name the surface or one of its variants."""
        wanted = set(self._by_surface.get(surface, {}).get("claim", ()))
        return tuple(claim for claim in self.library.claims if claim.id in wanted)

    def reports_on(self, surface: str) -> tuple[Report, ...]:
        """Reports that name the surface or one of its variants, oldest first."""
        wanted = set(self._by_surface.get(surface, {}).get("report", ()))
        return tuple(report for report in self.library.reports if report.id in wanted)

    def incidents_on(self, surface: str) -> tuple[Incident, ...]:
        """Incidents whose scope names the surface or "all"."""
        wanted = set(self._by_surface.get(surface, {}).get("incident", ()))
        return tuple(incident for incident in self.library.incidents if incident.id in wanted)

    def events_on(self, surface: str) -> tuple[Event, ...]:
        """Events that name the surface or one of its variants."""
        wanted = set(self._by_surface.get(surface, {}).get("event", ()))
        return tuple(event for event in self.library.events if event.id in wanted)

    def reports_with(self, symptom: str) -> tuple[Report, ...]:
        """Reports that show the symptom, oldest first."""
        return tuple(report for report in self.library.reports if symptom in report.symptoms)

    def claims_with(self, symptom: str) -> tuple[Claim, ...]:
        """Claims that state the symptom."""
        return tuple(claim for claim in self.library.claims if symptom in claim.symptoms)

    def echoes_of(self, report: str) -> tuple[Report, ...]:
        """Reports that only repeat this one."""
        return self._echoes.get(report, ())

    @cached_property
    def _echoes(self) -> dict[str, tuple[Report, ...]]:
        return echoes_in(self.library.reports)

    def claims_citing(self, url: str) -> tuple[Claim, ...]:
        """Claims that name the URL among their sources, or rest on a document there."""
        return tuple(claim for claim in self.library.claims if url in self.addresses[claim.id])

    @cached_property
    def addresses(self) -> dict[str, tuple[str, ...]]:
        """Addresses that a claim names, and then those of the documents that its evidence rests on, by its id."""
        documents = {f"report:{one.id}": str(one.url) for one in self.library.reports}
        documents |= {f"source:{one.id}": str(one.url) for one in self.library.sources}
        found = {}
        for claim in self.library.claims:
            rests = (documents[key] for key in map(named, claim.evidence) if key in documents)
            found[claim.id] = tuple(dict.fromkeys((*map(str, claim.sources), *rests)))
        return found

    def events_citing(self, url: str) -> tuple[Event, ...]:
        """Events whose sources include the URL."""
        return tuple(event for event in self.library.events if url in map(str, (event.url, *event.more_urls)))

    def reports_citing(self, url: str) -> tuple[Report, ...]:
        """Reports at the URL."""
        return tuple(report for at, report in self._reports_by_url if at == url)

    @cached_property
    def _reports_by_url(self) -> tuple[tuple[str, Report], ...]:
        return tuple((str(report.url), report) for report in self.library.reports)  # a URL is slow to print

    @cached_property
    def prices(self) -> tuple[PriceRow, ...]:
        """Documented prices beside those in use, up to the day of the build."""
        return compare(self.library.prices, self.day)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """What each record says, but for findings of private logs that this build alone has."""
        own = {pack.id for pack in self.packs[: self.own]}
        return facts_of(self.library, self.verdicts, (one for one in self.findings if one.pack.id not in own))

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """What changed from snapshot to snapshot, and since the newest."""
        return periods(self.library, lambda: self.facts, self.day)

    @cached_property
    def histories(self) -> dict[str, History]:
        """The past of each record, by its place."""
        return histories(self.library, self.periods)

    @property
    def failed(self) -> tuple[str, ...]:
        """Detectors that threw."""
        runs = (run for pack in self.packs for run in pack.runs)
        return tuple(sorted({run.detector for run in runs if run.outcome is Outcome.FAILED}))

    @property
    def independent_reports(self) -> tuple[Report, ...]:
        """Reports without echoes."""
        return tuple(report for report in self.library.reports if is_independent(report))

    @property
    def day(self) -> date:
        """Day of the build, UTC."""
        return self.built.date()

    @property
    def address(self) -> str:
        """Where mkdocs.yml says that the site is published."""
        return self.edition.stated

    @property
    def snapshot(self) -> str:
        """What the edition is called."""
        return self.day.isoformat()
