"""A claim's verdict as its page shows it: each item of evidence with its weight and where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.curated.claims import ClaimEvidence, Stance
from generator.grading import TITLES
from generator.grading.agreement import agree, first_sentence
from generator.grading.documents import OURS, VENDOR
from generator.pages.parts.position import place

if TYPE_CHECKING:
    from generator.curated.analysis import Reference
    from generator.curated.claims import Claim
    from generator.dossier import Dossier
    from generator.grading import Item, Verdict


@dataclass(frozen=True)
class Way:
    """Where an item of evidence leads: a page of the site, or an address outside."""

    label: str
    page: str | None = None  # path below the case
    url: str | None = None


@dataclass(frozen=True)
class EvidenceItem:
    """One item of evidence on a claim's page."""

    weight: Item
    kind: str  # "issue with logs"
    strength: str  # "strong"
    origin: str  # in words
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Weighed:
    """A verdict with its items by side."""

    verdict: Verdict
    supports: tuple[EvidenceItem, ...]
    opposes: tuple[EvidenceItem, ...]
    context: tuple[EvidenceItem, ...]
    agrees: bool
    difference: str | None  # one sentence where the reviewer's grade says another thing


def weighed(dossier: Dossier, claim: Claim) -> Weighed:
    """The claim's verdict for its page; a repeat shows that of the claim it repeats."""
    verdict = dossier.verdicts[claim.id]
    supports, opposes, context = (
        tuple(
            EvidenceItem(
                item,
                TITLES[item.kind],
                item.strength.name.lower(),
                "" if item.origin.startswith("at:") else origin_words(item.origin),  # its link follows
                _ways(dossier, item),
            )
            for item in verdict.side(stance)
        )
        for stance in (Stance.FOR, Stance.AGAINST, Stance.CONTEXT)
    )
    agrees = agree(verdict.grade, claim.grade)
    return Weighed(verdict, supports, opposes, context, agrees, None if agrees else difference(claim, verdict))


def origin_words(origin: str) -> str:
    """An origin in running text: who wrote it, which data it rests on, or its address."""
    if origin == VENDOR:
        return "the vendor"
    word, _, name = origin.partition(":")
    if word == "by" and name == OURS:
        return "this site"
    return {"by": name, "data": f"the data {name}", "at": place(f"https://{name}")}.get(word, origin.replace("-", " "))


def difference(claim: Claim, verdict: Verdict) -> str:
    """The rule that fired against the reviewer's reason, in one sentence."""
    found = verdict.grade.value.replace("_", " ")
    reviewed = claim.grade.value.replace("_", " ")
    rule, reason = verdict.rule.text.rstrip("."), first_sentence(claim)
    return f"Rules say {found}: {rule[0].lower()}{rule[1:]}; the reviewer says {reviewed}: {reason}"


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """A verdict for machines."""
    return {
        "grade": verdict.grade.value,
        "rule": verdict.rule.id,
        "rule_text": verdict.rule.text,
        "why": verdict.why,
        "raises": list(verdict.raises),
        "lowers": list(verdict.lowers),
        "items": [
            {
                "kind": item.kind.value,
                "stance": item.stance.value,
                "record": item.document.key if item.document else None,
                "origin": item.origin,
                "strength": item.strength.name.lower(),
                "direct": item.direct,
                "notes": list(item.notes),
                "uncounted": item.uncounted or None,
                "shows": item.shows,
                "evidence_pack": item.pack or None,
                "detector": item.detector or None,
            }
            for item in verdict.items
        ],
    }


def _ways(dossier: Dossier, item: Item) -> tuple[Way, ...]:
    if item.written is None:
        return (
            Way(item.detector.replace("-", " "), page=f"d/{item.detector}/"),
            Way(item.pack, page=f"evidence/{item.pack}/"),
        )
    return ways(dossier, item.written)


def ways(dossier: Dossier, named: ClaimEvidence | Reference) -> tuple[Way, ...]:
    """Where an item of evidence or a source leads: each address, and each record of this site."""
    found: list[Way] = []
    if isinstance(named, ClaimEvidence):
        found += _ways_of_records(dossier, named)
    elif named.url is not None:
        source = dossier.sources.get(str(named.url))
        found += [Way(source.id, page=f"s/{source.id}/")] if source else []
        found.append(Way(place(named.url), url=str(named.url)))
    if named.report is not None:
        found.append(Way(f"report {named.report}", page=f"r/{named.report}/"))
    if named.event is not None:
        found.append(Way(named.event, page=f"e/{named.event}/"))
    if named.incident is not None:
        found.append(Way(f"incident {named.incident}", page=f"i/{named.incident}/"))
    if named.measurement is not None:
        found.append(Way(f"measurement {named.measurement}", page=f"m/{named.measurement}/"))
    return tuple(found)


def _ways_of_records(dossier: Dossier, item: ClaimEvidence) -> Iterator[Way]:
    if item.source is not None:
        source = dossier.sources_by_id[item.source]
        yield Way(source.id, page=f"s/{source.id}/")
        yield Way(place(source.url), url=str(source.url))
    if item.report is not None:
        url = dossier.reports[item.report].url
        yield Way(place(url), url=str(url))
