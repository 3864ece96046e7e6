"""Whose word a document is: what is the vendor's own is at an address that the case declares as the vendor's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.base.problems import Problem
from generator.curated.address import holds_strangers, is_below
from generator.curated.case import Case, VendorAddress
from generator.curated.counting import kind_of, kind_of_measurement
from generator.curated.entries import Entry, Outside, Records, sound
from generator.curated.measurements import Published
from generator.curated.models import (
    OF_THE_VENDOR,
    Event,
    EvidenceClass,
    EvidenceKind,
    Incident,
    Report,
    Source,
)

_SAID = frozenset({EvidenceKind.MACHINE_SUMMARY})  # weighs nothing, wherever it is


def addresses_are_of_vendor_kinds(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """An address of the vendor holds kinds of its own word, and is declared once."""
    for entry, case in sound(entries, Case):
        for place, one in enumerate(case.vendor_addresses):
            where = ("vendor_addresses", place)
            for number, kind in enumerate(one.kinds):
                if kind not in OF_THE_VENDOR:
                    hint = f"one of {', '.join(sorted(OF_THE_VENDOR))}"
                    yield entry.problem((*where, "kinds", number), "W-value", f"{kind} is nobody's own word", hint)
            if holds_strangers(str(one.address)):
                message = "strangers write at addresses below this one"
                hint = "name an account, or the branch or the thread of a repository: .../blob/main/"
                yield entry.problem((*where, "address"), "W-value", message, hint)
            if any(_overlap(one, other) for other in case.vendor_addresses[:place]):
                message = "an address above holds this one, or is below it"
                yield entry.problem((*where, "address"), "W-twice", message, "declare one of them")


def _overlap(one: VendorAddress, other: VendorAddress) -> bool:
    first, second = str(one.address), str(other.address)
    return is_below(first, second) or is_below(second, first)


def vendors_word_is_at_its_address(records: Records) -> Iterator[Problem]:
    """A kind is not believed as typed: the vendor's word is at its address, and nobody else's word is there.

    Nothing is said where the case cannot be read.
    """
    cases = [case for _, case in sound(records.of_word("case"), Case)]
    if not cases:
        return
    known = cases[0].vendor_addresses
    for entry, url, kind, field in _typed(records):
        yield from _judged(entry, url, kind, field, known)
    yield from _official_events(records, known)


def _official_events(records: Records, known: Sequence[VendorAddress]) -> Iterator[Problem]:
    """An official event has an address of the vendor; what only others report of it is not official."""
    for entry, event in sound(records.of_word("event"), Event):
        named = [str(address) for address in (event.url, *event.more_urls)]
        if event.official and not any(is_below(url, str(one.address)) for url in named for one in known):
            message = "what is official is the vendor's own word, and no address of this is declared as the vendor's"
            hint = "write official: false for what others report; or add the vendor's page to its addresses"
            yield entry.problem(("official",), "W-vendor", message, hint)


def _typed(records: Records) -> Iterator[tuple[Entry, str, EvidenceKind, str]]:
    """Every record that evidence may name, with what it is, and the field that says so."""
    for entry, source in sound(records.of_word("source"), Source):
        yield entry, str(source.url), source.kind, "kind"
    for entry, report in sound(records.of_word("report"), Report):
        yield entry, str(report.url), kind_of(report), _field_of(report)
    for entry, incident in sound(records.of_word("incident"), Incident):
        yield entry, str(incident.url), EvidenceKind.ADMISSION, "url"
    for entry, one in sound(records.of_word("measurement"), Published):
        kind = kind_of_measurement(one)
        if not one.ours or kind in OF_THE_VENDOR:  # ours counts as ours, whatever it is taken from
            yield entry, str(one.url), kind, "kind" if one.kind else "url"


def _field_of(report: Report) -> str:
    """The field that makes a report what it is, as `kind_of` reads it."""
    if report.kind is not None:
        return "kind"
    official = {EvidenceClass.OFFICIAL_STATUS, EvidenceClass.OFFICIAL_STATEMENT}
    return "evidence_class" if report.evidence_class in official else "source_type"


def _judged(
    entry: Entry, url: str, kind: EvidenceKind, field: str, known: Sequence[VendorAddress]
) -> Iterator[Problem]:
    here = [one for one in known if is_below(url, str(one.address))]
    allowed = {each for one in here for each in one.kinds}
    if kind in OF_THE_VENDOR and not here:
        message = f"{kind} is the vendor's own word, and this address is not declared as the vendor's"
        hint = "write what the page is, with relays: vendor; or add its address to vendor_addresses in case.yml"
        yield entry.problem((field,), "W-vendor", message, hint)
    elif kind in OF_THE_VENDOR and kind not in allowed:
        message = f"{kind} is not what the vendor has at this address"
        yield entry.problem((field,), "W-vendor", message, f"in case.yml it has {', '.join(sorted(allowed))}")
    elif here and kind not in OF_THE_VENDOR | _SAID and not any(one.shared for one in here):
        message = f"this address is the vendor's, so what is there is not {kind} of somebody else"
        yield entry.problem((field,), "W-vendor", message, f"in case.yml it has {', '.join(sorted(allowed))}")
