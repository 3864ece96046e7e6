"""Checks that are no references: what evidence rests on, what a document is, and how an event ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.base.problems import Problem
from generator.curated.address import canonical, host_of
from generator.curated.case import NOT_OF_OWN, Case
from generator.curated.claims import Claim
from generator.curated.counting import kind_of
from generator.curated.entries import Entry, Outside, Records, sound
from generator.curated.measurements import Published
from generator.curated.models import Detail, Event, EvidenceKind, Report, Source

RECORDS = ("source", "report", "incident", "measurement")
"""Fields of an item of evidence that name its record."""


def cases_are_whole(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Only a case of one's own logs can leave out what is about an article."""
    for entry, case in sound(entries, Case):
        for field in () if case.own else NOT_OF_OWN:
            if field not in case.model_fields_set:
                yield entry.problem((), "W-missing", f'field "{field}" is missing')


def evidence_names_one_record(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Each item of evidence leads to one record, which says what it is and from whom."""
    for entry, claim in sound(entries, Claim):
        for index, item in enumerate(claim.evidence):
            named = [field for field in RECORDS if getattr(item, field)]
            if len(named) > 1:
                message = f"the item names {' and '.join(named)}; it rests on one record"
                yield entry.problem(("evidence", index, named[1]), "W-source", message)
            elif not named:
                message = f"the item names no {', '.join(RECORDS[:-1])} or {RECORDS[-1]}"
                hint = "an event tells of it and weighs nothing" if item.event else ""
                yield entry.problem(("evidence", index), "W-source", message, hint)


def wanted_is_for_the_unchecked(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """A record is wanted where none decides; a repeat leaves that to the claim it repeats."""
    for entry, claim in sound(entries, Claim):
        if claim.wanted and claim.same_as:
            yield entry.problem(("wanted",), "W-twice", "the claim repeats another", f"say it at {claim.same_as}")


def repeats_have_no_evidence(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """A repeat has the grade of the claim it repeats, so evidence written at it would count nowhere."""
    for entry, claim in sound(entries, Claim):
        if claim.evidence and claim.same_as:
            hint = f"write it at {claim.same_as}, or leave same_as away"
            yield entry.problem(("evidence",), "W-twice", "the claim repeats another and has evidence of its own", hint)


def measurements_name_their_claims(records: Records) -> Iterator[Problem]:
    """A measurement that a claim uses says itself what it means for that claim.

    The other way round is free: a measurement may speak of a claim that rests on other records of the same figures.
    """
    spoken = {
        one.id: {each.claim for each in one.bears_on} for _, one in sound(records.of_word("measurement"), Published)
    }
    for entry, claim in sound(records.of_word("claim"), Claim):
        for index, item in enumerate(claim.evidence):
            if item.measurement in spoken and claim.id not in spoken[item.measurement]:
                message = f'measurement "{item.measurement}" says nothing of this claim'
                hint = f"add {claim.id} to its bears_on, with what it says"
                yield entry.problem(("evidence", index, "measurement"), "W-source", message, hint)


def documents_agree(records: Records) -> Iterator[Problem]:
    """One address has one kind, and a site of digests has no second face.

    A source at the address of a report is of the kind of one of the reports there. Where one document of a host is a
    machine's text, none of that host is press or blog: a digest is not typed up by another record.
    """
    reports = list(sound(records.of_word("report"), Report))
    sources = list(sound(records.of_word("source"), Source))
    kinds: dict[str, set[EvidenceKind]] = {}
    for _, report in reports:
        kinds.setdefault(canonical(str(report.url)), set()).add(kind_of(report))
    for entry, source in sources:
        told = kinds.get(canonical(str(source.url)))
        if told and source.kind not in told:
            message = f"the report at this address is of another kind: {', '.join(sorted(told))}"
            yield entry.problem(("kind",), "W-twice", message, "one document has one kind")
    typed = [(entry, str(source.url), source.kind, "kind") for entry, source in sources]
    typed += [(entry, str(report.url), kind_of(report), "source_type") for entry, report in reports]
    digests = {host_of(url) for _, url, kind, _ in typed if kind is EvidenceKind.MACHINE_SUMMARY}
    for entry, url, kind, field in typed:
        if kind in {EvidenceKind.PRESS, EvidenceKind.BLOG} and host_of(url) in digests:
            message = "another record says that the texts of this host are made by a machine"
            yield entry.problem((field,), "W-twice", message, "write kind: machine-summary, or change the other")


def measured_kinds_have_been_read(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """What is typed as a measurement was opened, at a report and at a source; a report shows its figures too."""
    for entry, report in sound(entries, Report):
        if report.kind in _READ and not (report.opened and report.detail in {Detail.MEASUREMENTS, Detail.LOGS}):
            message = f"{report.kind} that nobody opened, or that shows no figures, is none"
            yield entry.problem(("kind",), "W-source", message, "open it, or write another kind")
        yield from _not_own(entry, report.kind)
    for entry, source in sound(entries, Source):
        if source.kind in _READ and not source.opened:
            message = f"{source.kind} that nobody opened is none"
            yield entry.problem(("kind",), "W-source", message, "open it, or write another kind")
        yield from _not_own(entry, source.kind)
    for entry, one in sound(entries, Published):
        if not one.ours:
            yield from _not_own(entry, one.kind)


def _not_own(entry: Entry, kind: EvidenceKind | None) -> Iterator[Problem]:
    if kind is EvidenceKind.OWN_FINDING:
        yield entry.problem(("kind",), "W-source", "only packs of the author's own logs are own findings")
    if kind is EvidenceKind.ARITHMETIC:
        hint = "write it as a measurement with ours: true, whose table anybody can add up"
        yield entry.problem(("kind",), "W-source", "arithmetic is worked out from records of this site", hint)


_READ = frozenset(
    {
        EvidenceKind.OPEN_MEASUREMENT,
        EvidenceKind.CLOSED_MEASUREMENT,
        EvidenceKind.OTHERS_FINDING,
        EvidenceKind.ISSUE_WITH_LOGS,
        EvidenceKind.READINGS_TOLD,
    }
)


def events_end_once(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """An event is put to an end by a later one, and has no second end of its own."""
    events = {event.id: event for _, event in sound(entries, Event)}
    for entry, event in sound(entries, Event):
        if event.ended_by not in events:
            continue
        if events[event.ended_by].start <= event.start:
            yield entry.problem(("ended_by",), "W-order", "the event that ends it does not come after it")
        if event.end is not None:
            yield entry.problem(("end",), "W-order", "an event has an end or is ended by another, not both")
