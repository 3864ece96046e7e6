"""What a new record says where nobody said it: each value with the reason, which stands beside it in the file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.curated.address import canonical, host_of, is_below
from generator.curated.case import Case
from generator.curated.models import EvidenceKind, Report
from generator.curated.periods import usual_period

CHECK = "chosen by `witnessmark new`; is it right?"
_FORGES = frozenset({"bitbucket.org", "codeberg.org", "github.com", "gitlab.com"})
_SOCIAL = frozenset({"bsky.app", "mastodon.social", "news.ycombinator.com", "reddit.com", "threads.com", "x.com"})
_THREAD = re.compile(r"/(?:issues|pull|discussions|merge_requests|work_items)/(?:comments/|reviews/)?[0-9]+")
_COMMENT = re.compile(r"(?:issuecomment|discussioncomment|pullrequestreview)-|discussion_r|note_")
_CLASSES = {
    "issue": "user-report",
    "official": "official-statement",
    "press": "press-or-blog",
    "blog": "press-or-blog",
    "social-as-reported": "user-report",
}
_OF_THE_VENDOR = {
    EvidenceKind.CHANGELOG: "official-changelog",
    EvidenceKind.ADMISSION: "official-status",
    EvidenceKind.OFFICIAL_DOCUMENT: "official-docs",
    EvidenceKind.OFFICIAL_STATEMENT: "official-statement",
}
"""Kinds of place, as events call them, by what the vendor has at an address."""

Chosen = tuple[str, Any, str]
"""A field, its value, and why."""


@dataclass(frozen=True)
class Known:
    """What defaults rest on: the case, its reports, and the day."""

    case: Case | None
    reports: tuple[Report, ...]
    today: dt.date


def with_defaults(word: str, given: Mapping[str, Any], known: Known) -> tuple[dict[str, Any], dict[str, str]]:
    """The values with those that follow from them, and the reason of each that was added."""
    values, why = dict(given), dict[str, str]()
    for name, value, reason in _RULES[word](values, known) if word in _RULES else ():
        if name not in values:
            values[name], why[name] = value, reason
    return values, why


def _report(values: dict[str, Any], known: Known) -> Iterator[Chosen]:
    url = str(values.get("url", ""))
    place = _place_of(url, known.case)
    if place:
        yield "source_type", place, ""
    if _COMMENT.search(url.rpartition("#")[2]):
        yield "date_basis", "comment-date", "the address is that of a comment"
    yield "date_basis", "posted", ""
    day = _day(values.get("date"))
    if day and known.case:
        yield "period", usual_period(day, known.case, known.reports), "by the date and the window of the case"
    yield "detail", "measurements" if values.get("figures") else "none", CHECK
    yield "layer", "unknown", ""
    if values.get("echo_of"):
        yield "evidence_class", "echo", ""
        yield "independence", f"repeats {values['echo_of']}", ""
    if values.get("source_type") in _CLASSES:
        yield "evidence_class", _CLASSES[values["source_type"]], CHECK
    yield "independence", "independent", CHECK


def _event(values: dict[str, Any], known: Known) -> Iterator[Chosen]:
    start, url = str(values.get("start", "")), str(values.get("url", ""))
    if start:
        yield "day_only", _day(start) is not None, ""
    kinds = _vendor_kinds(url, known.case)
    yield "official", bool(kinds), "" if kinds else "no address of the vendor is named"
    if len(kinds) == 1 and kinds[0] in _OF_THE_VENDOR:
        yield "source_type", _OF_THE_VENDOR[kinds[0]], ""
    elif not kinds and _place_of(url, known.case) == "issue":
        yield "source_type", "github-issue" if host_of(url) == "github.com" else "issue", ""
    yield "confidence", "high" if values.get("official") else "medium", CHECK


def _claim(_values: dict[str, Any], _: Known) -> Iterator[Chosen]:
    yield "surfaces", [], ""
    yield "symptoms", [], ""


def _source(values: dict[str, Any], known: Known) -> Iterator[Chosen]:
    kinds = _vendor_kinds(str(values.get("url", "")), known.case)
    if len(kinds) == 1:
        yield "kind", kinds[0].value, "what the vendor has at this address"
    elif not kinds and _place_of(str(values.get("url", "")), known.case) == "issue":
        yield "kind", EvidenceKind.NARRATIVE_ISSUE.value, CHECK


def _reply(_: dict[str, Any], known: Known) -> Iterator[Chosen]:
    yield "date", known.today.isoformat(), ""


_RULES: Mapping[str, Callable[[dict[str, Any], Known], Iterator[Chosen]]] = {
    "report": _report,
    "event": _event,
    "claim": _claim,
    "source": _source,
    "reply": _reply,
    "correction": _reply,
}


def _place_of(url: str, case: Case | None) -> str:
    """What kind of place an address is, as reports call it; "" where it does not tell."""
    host, _, path = canonical(url).partition("/")
    if host in _FORGES and _THREAD.search(f"/{path}"):
        return "issue"
    if _vendor_kinds(url, case):
        return "official"
    return "social-as-reported" if host_of(url) in _SOCIAL else ""


def _vendor_kinds(url: str, case: Case | None) -> tuple[EvidenceKind, ...]:
    """What the vendor itself has at an address where nobody else writes."""
    return tuple(
        kind
        for one in (case.vendor_addresses if case else ())
        if not one.shared and is_below(url, str(one.address))
        for kind in one.kinds
    )


def _day(written: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(written))
    except ValueError:
        return None
