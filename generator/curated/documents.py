"""Which record is a document already: two records of one address are one document told twice, unless they say why."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from generator.base.problems import Problem
from generator.curated.address import canonical
from generator.curated.entries import Entry, Records
from generator.curated.models import Event, Incident, Report, Source

_HINTS = {
    "report": (
        "a comment has date_basis: comment-date and its own day; what only passes on another's words names it in "
        "echo_of or relays"
    ),
    "event": "what else the page tells has its own title or its own start",
    "incident": "what else the page tells has its own title or its own start",
}


def no_document_twice(records: Records) -> Iterator[Problem]:
    """Two records of one kind at one address, by `canonical`, so that mirrors and archived copies count as it."""
    taken: dict[Hashable, Entry] = {}
    for entry in records.entries:
        key = _key(entry)
        if key is None:
            continue
        first = taken.setdefault(key, entry)
        if first is not entry:
            message = f'the {entry.kind.word} "{first.value("id")}" has this address already'
            there = f"first in {first.document.path}:{first.document.place((*first.where, 'url')).line}"
            yield entry.problem(
                ("url",), "W-twice", message, "; ".join(filter(None, (there, _HINTS.get(entry.kind.word))))
            )


def _key(entry: Entry) -> Hashable:
    """What only one record may be; None where that cannot be said."""
    match entry.record:
        case Report() as report:
            return "report", canonical(str(report.url)), _part(report)
        case Source() as source:
            return "source", canonical(str(source.url))
        case Event() | Incident() as happened:  # one page of a vendor tells many
            return entry.kind.word, canonical(str(happened.url)), happened.start, happened.title.casefold()
    return None


def _part(report: Report) -> Hashable:
    """Which part of the document at its address a report is: the whole, a comment, or what it passes on."""
    if report.date_basis == "comment-date":
        return report.date, report.author
    return report.echo_of, report.relays


def known_at(records: Records, address: str) -> tuple[Entry, ...]:
    """Every record, of any kind, that names this address, a mirror of it or an archived copy of it."""
    wanted = canonical(address)
    return tuple(entry for entry in records.entries if any(canonical(url) == wanted for url in _addresses(entry)))


def _addresses(entry: Entry) -> Iterator[str]:
    for field in ("url", "archive_url", "more_urls"):
        for _, written in entry.leaves(field):
            if isinstance(written, str):
                yield written
