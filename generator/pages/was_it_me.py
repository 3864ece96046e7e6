"""Was it me? What was on record for a client version, a plan, a product and some days, without reading a log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlencode

from generator.curated.models import Plan
from generator.detectors.known_bad_version import KNOWN_BAD_VERSION
from generator.dossier.applying import applying
from generator.dossier.applying.base import ELSEWHERE, Applying, Choice, Kind, applies, version_of
from generator.ledger.subjects import version_key
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.claims_of_record import Graded, claims_on_records
from generator.pages.parts.twin import json_twin
from generator.records.vendor import vendor_of_formats

if TYPE_CHECKING:
    from generator.dossier import Dossier

TITLES = {
    Kind.FAULT: ("Faults", "Faults with a version or with days", "documented fault", "documented faults"),
    Kind.POLICY: (
        "Limits",
        "Promotions, limits and defaults in force",
        "promotion, limit or default in force",
        "promotions, limits or defaults in force",
    ),
    Kind.PEAK: ("Peak hours", "Peak hours", "rule for peak hours", "rules for peak hours"),
    Kind.CHANGE: (
        "From others",
        "Changes told by others than the vendor",
        "change told by others",
        "changes told by others",
    ),
    Kind.CAUSE: ("Reasons", "Ordinary reasons", "ordinary reason", "ordinary reasons"),
    Kind.INCIDENT: (
        "Incidents",
        "Incidents of the status page",
        "incident of the status page",
        "incidents of the status page",
    ),
    Kind.RELEASE: ("Releases", "Releases of those days", "release", "releases"),
}
"""Head of a column, title of the group, and what one and many of its records are called."""

LEADS = {
    Kind.FAULT: "Not everybody with the version or days met the fault: most need a trigger, which only your log shows.",
    Kind.POLICY: "What the vendor changed for everybody, or for some plans.",
    Kind.PEAK: "At these hours the same work takes more of a limit. It is a rule, and no fault.",
    Kind.CHANGE: "What logs show, or users and press say, to have changed. No page of the vendor is on record for it.",
    Kind.CAUSE: "What gives the same picture without any fault. Most of it is bound to no day.",
    Kind.INCIDENT: "The times are the life of the announcement. What failed in between, and for whom, they do not say.",
    Kind.RELEASE: "What a release mends, older versions may still have.",
}
PLANS = {
    "free": ("Free", "with the Free plan"),
    "pro": ("Pro", "with the Pro plan"),
    "max": ("Max", "with a Max plan"),
    "team": ("Team", "with a Team plan"),
    "enterprise": ("Enterprise", "with an Enterprise plan"),
    "api": ("API, paid by token", "paid by token"),
}
"""Each plan as a choice, and as a part of the answer."""
CLIENT = "claude-code"  # the surface whose client has the versions


@dataclass(frozen=True)
class Row:
    """One record in words."""

    one: Applying
    whom: str
    """Versions, products and plans that it is about."""
    sure: str
    graded: Graded
    """Claims whose evidence names it, each with its computed grade."""


@dataclass(frozen=True)
class Group:
    """The records of one kind."""

    kind: str
    short: str
    title: str
    lead: str
    one: str
    many: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Example:
    """A question that is answered here, with the part of the address that repeats it."""

    title: str
    query: str
    counts: tuple[int, ...]
    """Records of each group, in their order."""


@dataclass(frozen=True)
class WasItMeContext:
    """Variables of was_it_me.md.j2."""

    first: date
    last: date
    """Days that the case studies."""
    total: int
    groups: tuple[Group, ...]
    versions: tuple[tuple[str, date], ...]
    """Client versions on record with their days, newest first."""
    surfaces: tuple[tuple[str, str], ...]
    plans: tuple[tuple[str, str, str], ...]
    """Empty where no record tells plans apart."""
    asks_version: bool
    """Is there a record that goes by it?"""
    client: str
    detector: str
    """Id of the one that asks a log for these faults."""
    examples: tuple[Example, ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page, where anything is on record."""
    case = dossier.library.case
    found = applying(dossier.library, clients=vendor_of_formats() in dossier.vendors)
    if not found:
        return
    rows = tuple(_rows(found, dossier))
    told_apart = any(one.plans for one in found)
    told = {row.one.kind for row in rows}
    shown = {kind: words for kind, words in TITLES.items() if kind in told}
    context = WasItMeContext(
        first=case.window_start,
        last=case.window_end,
        total=len(found),
        groups=tuple(
            Group(kind.value, short, title, LEADS[kind], one, many, tuple(row for row in rows if row.one.kind is kind))
            for kind, (short, title, one, many) in shown.items()
        ),
        versions=_versions(dossier),
        surfaces=tuple((one.id, one.title) for one in dossier.library.surfaces),
        plans=tuple((plan, *PLANS[plan]) for plan in get_args(Plan)) if told_apart else (),
        asks_version=any(one.versions for one in found),
        client=dossier.scope_title(CLIENT),
        detector=KNOWN_BAD_VERSION.id,
        examples=tuple(_examples(found, tuple(shown), dossier)),
    )
    links = {"records": {row.one.id: f"{case.id}/{row.one.path}" for row in rows}}
    yield Page(
        path=f"{case.id}/was-it-me/",
        template="was_it_me.md.j2",
        title="Was it me?",
        description="Known faults, limits, incidents and ordinary reasons for a client version, a plan and some days.",
        context=context,
        asked=(
            *("was it me", "was I affected", "am I affected", "refund", "money back", "cancel subscription"),
            *("max plan limit", "pro plan limit", "usage limit"),
        ),
        downloads=(json_twin("was-it-me", case.id, {"records": [_plain(row) for row in rows]}, links),),
    )


KIND = PageKind("was_it_me", pages)


def _rows(found: tuple[Applying, ...], dossier: Dossier) -> Iterator[Row]:
    graded = claims_on_records(dossier)
    for one in found:
        records = [("incident", one.id), *(("event", id) for id in one.events)]
        records += [("measurement", one.id.removeprefix("measured-"))]
        claims = {claim: grade for record in records for claim, grade in graded.get(record, ())}
        yield Row(one, _whom(one, dossier), _sure(one), tuple(sorted(claims.items())))


def versions_text(versions: tuple[str, str]) -> str:
    """A range of client versions in words."""
    first, last = versions
    if first == last:
        return f"version {last}"
    return f"versions {first} to {last}" if first else f"versions up to {last}"


def _whom(one: Applying, dossier: Dossier) -> str:
    titles = ["another service" if id == ELSEWHERE else dossier.scope_title(id) for id in one.surfaces]
    plans = [PLANS[plan][0] for plan in one.plans]
    parts = [versions_text(one.versions) if one.versions else "", ", ".join(titles), ", ".join(plans)]
    return "; ".join(part for part in parts if part) or "for all"


def _sure(one: Applying) -> str:
    if one.path.startswith("m/"):
        return "measured, cause not known"
    if one.confidence is None:
        return "our summary" if one.official is None else "confidence not on record"
    return f"{'official' if one.official else 'not official'}, {one.confidence} confidence"


def _versions(dossier: Dossier) -> tuple[tuple[str, date], ...]:
    days = {version_of(event): event.start.date() for event in dossier.library.events if version_of(event)}
    return tuple(sorted(days.items(), key=lambda one: version_key(one[0]), reverse=True))


def _examples(found: tuple[Applying, ...], kinds: tuple[Kind, ...], dossier: Dossier) -> Iterator[Example]:
    """The days of the article, for each product: a count for each of these kinds."""
    case = dossier.library.case
    for surface in dossier.library.surfaces:
        choice = Choice(surface=surface.id, first=case.article_window_start, last=case.article_window_end)
        query = {"surface": surface.id, "from": choice.first, "to": choice.last}
        fitting = [one.kind for one in found if applies(one, choice)]
        yield Example(surface.title, urlencode(query), tuple(fitting.count(kind) for kind in kinds))


def _plain(row: Row) -> dict[str, object]:
    record = asdict(row.one) | {"whom": row.whom, "sure": row.sure}
    record |= {name: day.isoformat() for name in ("first", "last") if (day := getattr(row.one, name))}
    return record | {"claims": [{"id": claim, "grade": grade.value} for claim, grade in row.graded]}
