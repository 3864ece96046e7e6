"""What evidence can name: one document a record, with its kind, whether it only repeats, and the origin it shares.

Kind and origin belong to the record and not to the claim that names it, so nobody can type them to suit a claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generator.curated.address import canonical, host_of
from generator.curated.counting import is_independent, kind_of, kind_of_measurement
from generator.curated.models import OF_THE_VENDOR, EvidenceClass, EvidenceKind

if TYPE_CHECKING:
    from generator.curated.kinds import Library
    from generator.curated.models import Report, Source

VENDOR = "vendor"
STATUS_PAGE = "status-page"  # its record of its own faults
OURS = "this-site"
_OF_OUTLETS = frozenset({EvidenceKind.PRESS, EvidenceKind.BLOG, EvidenceKind.MACHINE_SUMMARY})


@dataclass(frozen=True)
class Document:
    """A record that evidence may name."""

    key: str  # "report:cc-34629", "source:S-014", "incident:...", "measurement:..."
    kind: EvidenceKind
    origin: str  # what shares it counts once
    opened: bool
    first_hand: bool = False  # somebody tells there what happened to them
    echo: bool = False
    ours: bool = False  # a measurement of this site
    relays: str | None = None  # key of the document whose words it passes on, or VENDOR


def documents(library: Library) -> dict[str, Document]:
    """Every record that evidence may name, by its key."""
    plain = {one.key: one for one in _plain(library)}
    return dict(_with_origins(plain, dict(_ties(library))))


def _plain(library: Library) -> Iterator[Document]:
    repeated = _repeated(library)
    for source in library.sources:
        echo = canonical(str(source.url)) in repeated
        yield Document(f"source:{source.id}", source.kind, "", source.opened, echo=echo, relays=source.relays)
    for report in library.reports:
        kind = kind_of(report)
        yield Document(
            f"report:{report.id}",
            kind,
            "",
            report.opened,
            first_hand=report.evidence_class is EvidenceClass.USER_REPORT and report.opened,
            echo=not is_independent(report) or report.evidence_class is EvidenceClass.ECHO,
            relays=report.relays,
        )
    for incident in library.incidents:
        yield Document(f"incident:{incident.id}", EvidenceKind.ADMISSION, "", opened=True)
    for one in library.published:
        yield Document(f"measurement:{one.id}", kind_of_measurement(one), "", opened=True, ours=one.ours)


def _repeated(library: Library) -> frozenset[str]:
    """Addresses at which every report only repeats others."""
    said = {is_independent(report): set[str]() for report in library.reports}
    for report in library.reports:
        said[is_independent(report)].add(canonical(str(report.url)))
    return frozenset(said.get(False, set()) - said.get(True, set()))


def _ties(library: Library) -> Iterator[tuple[str, frozenset[str]]]:
    """What each document shares with others: its author, its data, its address."""
    for source in library.sources:
        yield f"source:{source.id}", frozenset(_tied(source, source.kind))
    for report in library.reports:
        yield f"report:{report.id}", frozenset(_tied(report, kind_of(report)))
    for one in library.published:
        by = (f"by:{OURS}",) if one.ours else (f"at:{canonical(str(one.url))}",)
        yield f"measurement:{one.id}", frozenset((*by, *((f"data:{one.data}",) if one.data else ())))


def _tied(record: Source | Report, kind: EvidenceKind) -> Iterator[str]:
    yield f"at:{canonical(str(record.url))}"
    if record.data:
        yield f"data:{record.data}"
    if record.author:
        yield f"by:{record.author}"
    elif kind in _OF_OUTLETS:  # an outlet is one author, until a record names another
        yield f"by:{host_of(str(record.url))}"


def _with_origins(
    plain: Mapping[str, Document], shared: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, Document]]:
    leads = _roots(shared.values())
    for key, document in plain.items():
        if document.kind in OF_THE_VENDOR:
            yield key, replace(document, origin=VENDOR)
        else:
            names = shared.get(key, frozenset({key}))
            yield key, replace(document, origin=min((leads.get(name, name) for name in names), default=key))


def _roots(groups: Iterable[frozenset[str]]) -> dict[str, str]:
    """Names that occur together, also by way of others, have one root: the first of them in order."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for names in groups:
        first, *others = sorted(find(name) for name in names)
        for other in others:
            root[max(first, other)] = min(first, other)
            first = min(first, other)
    return {name: find(name) for name in root}
