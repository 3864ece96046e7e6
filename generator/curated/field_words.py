"""What each field of a record is for, in one line: for prompts, for `witnessmark new --help`, and for editors.

One table, so that a prompt, the help and the hover text of an editor cannot say different things.
"""

from __future__ import annotations

from collections.abc import Mapping

_ID = "Permanent id; the next free one is taken where you name none."
_URL = "Address of the original, with https://"
_ARCHIVE = "Archived copy of that very page, in a known archive."
_SURFACES = "Where it was seen: ids of surfaces.yml."
_SYMPTOMS = "What was seen: ids of symptoms.yml."
_RELAYS = "Whose words it only passes on: vendor, status-page, or the id of a report or a source."
_DATA = "Name of the data set it rests on, where other records rest on the same."
_AUTHOR = "Handle of the author, or a digest of it; no private name."
_OPENED = "Did you read it, whole or in part? Not opened: known only through others."
_KIND = "What the document is, as evidence."
_ASKED = "Words that readers type who look for exactly this record; the search puts it first for them."
_PAGE = "The page of this site it is about: c/C-064, r/tracker-12345, or its whole address."

REPORT: Mapping[str, str] = {
    "id": _ID,
    "title": "What was reported, in your own words, one line.",
    "date": "Day it was posted, 2025-06-17.",
    "date_basis": "How that day is known.",
    "period": "Where that day is: in the window of the case, or in a control before or after it.",
    "observed_from": "First day on which it was seen, if the report says so.",
    "observed_to": "Last day on which it was seen, if the report says so.",
    "surfaces": _SURFACES,
    "client_version": "Version of the client, as the report has it.",
    "model": "Model, as the report has it.",
    "plans": "Plan of the account: pro, team, api, ...",
    "symptoms": _SYMPTOMS,
    "figures": "A number that it states.",
    "url": _URL,
    "archive_url": _ARCHIVE,
    "source_type": "What kind of place it is.",
    "detail": "What it lets a stranger check.",
    "layer": "Which layer it points to, as you read it.",
    "layer_reason": "Why that layer, one line.",
    "status": "State of the issue, as the tracker has it.",
    "evidence_class": "What it is: somebody's own account, press, an echo, the vendor's word, or an index.",
    "echo_of": "The report that it only repeats.",
    "independence": "Whether it is independent, or on whom it leans, one line.",
    "opened": _OPENED,
    "provenance": "How you came to it, one line.",
    "kind": "Where source type and detail do not say what evidence it is.",
    "author": _AUTHOR,
    "data": _DATA,
    "relays": _RELAYS,
    "targeted": "Found by a search for this very matter or these days: it is shown, and in no count by time.",
    "supports": "Claims that it speaks for.",
    "contradicts": "Claims that it speaks against.",
}
EVENT: Mapping[str, str] = {
    "id": _ID,
    "asked": _ASKED,
    "start": "Day, 2025-06-17, or moment in UTC, 2025-06-17T14:05:00Z, at which it began.",
    "end": "Moment in UTC at which it ended; left out where it is one moment, or still in force.",
    "ended_by": "The event that put an end to it.",
    "day_only": "Is only the day known, and not the hour?",
    "surfaces": _SURFACES,
    "plans": "Plans that it holds for; none where the source names none.",
    "hours": "The part of the day in which it holds.",
    "kind": "What happened.",
    "title": "What happened, in your own words, one line.",
    "detail": "What else the source says, in your own words.",
    "url": _URL,
    "archive_url": _ARCHIVE,
    "more_urls": "A further address that tells of it.",
    "source_type": "What kind of place tells of it: official-changelog, press, ...",
    "source_date": "Day of the source, as it says.",
    "official": "Does the vendor say so itself, at an address of its own?",
    "confidence": "How firm this is.",
}
INCIDENT: Mapping[str, str] = {
    "id": _ID,
    "start": "Moment in UTC of the first announcement, 2025-06-17T14:05:00Z.",
    "end": "Moment in UTC of the last one.",
    "title": "What failed, in your own words, one line.",
    "impact": "Severity, as the status page has it.",
    "scope": "What was affected: ids of surfaces.yml.",
    "url": _URL,
    "archive_url": _ARCHIVE,
}
CLAIM: Mapping[str, str] = {
    "id": _ID,
    "asked": _ASKED,
    "section": "Section of the article, by its heading.",
    "lines": "Lines of the article, such as 14 or 14-16.",
    "statement": "What is claimed, in your own words, one line.",
    "surfaces": "Surfaces that it names; none where the article names none.",
    "symptoms": _SYMPTOMS,
    "dates": "Days that it is about.",
    "kind": "What kind of statement it is.",
    "grade": "Your grade, beside which the site computes one from the evidence.",
    "confidence": "How firm your grade is.",
    "reason": "Why this grade.",
    "sources": "Address of a source that was read for it.",
    "evidence": "One item of evidence.",
    "looked": "Where was looked, if no evidence was found.",
    "private": "Is it known to the author alone: a log, a memory, a belief?",
    "tested_by": "A detector that would decide it on the author's own logs.",
    "wanted": "What would decide it.",
    "same_as": "The claim that it repeats.",
    "withdrawn": "Who took it back, when and where.",
}
SOURCE: Mapping[str, str] = {
    "id": _ID,
    "url": _URL,
    "date": "Day of the document, as it says; left out where it says none.",
    "kind": _KIND,
    "author": _AUTHOR,
    "data": _DATA,
    "relays": _RELAYS,
    "opened": _OPENED,
    "read_how": "How it was read: the live page, a stored copy, an excerpt.",
    "reliability": "How far it can be relied on, one line.",
    "archive_url": _ARCHIVE,
}
MEASUREMENT: Mapping[str, str] = {
    "id": _ID,
    "asked": _ASKED,
    "title": "What was measured, one line.",
    "result": "The result in one sentence, with the number that carries most.",
    "by": "Who measured.",
    "ours": "Did the curators of this case take the figures?",
    "url": _URL,
    "archive_url": _ARCHIVE,
    "more_urls": "A further address of it.",
    "period": "Days that were measured.",
    "sample": "What was measured: how much, of whom, chosen how.",
    "method": "How it was measured.",
    "command": "How to repeat it.",
    "measured": "Day on which it was measured.",
    "raw": "Can a stranger get the data behind the figures?",
    "raw_where": "Where the data are, or why not.",
    "licence": "Licence of the data: SPDX expression, or not stated.",
    "shows": "What it shows.",
    "shows_not": "What it cannot show.",
    "judgement": "Your judgement.",
    "surfaces": _SURFACES,
    "symptoms": _SYMPTOMS,
    "detectors": "A detector that looks for the same.",
    "bears_on": "What it says about one claim.",
    "kind": "Where `raw` does not say what evidence it is.",
    "data": _DATA,
    "tables": "The figures.",
    "applied": "A change that was measured, for the page that asks who can have met it.",
    "computed": "Figures that the build works out.",
}
REPLY: Mapping[str, str] = {
    "id": _ID,
    "page": _PAGE,
    "date": "Day of the reply.",
    "by": "Name or role, as the person wants it.",
    "stands": "How the person is related to the case.",
    "text": "The reply, whole, in the words of who replied.",
    "url": "Where it was published, with https://",
    "received": "How it reached us, and how we know who wrote it.",
}
CORRECTION: Mapping[str, str] = {
    "id": _ID,
    "page": _PAGE,
    "date": "Day of the correction.",
    "since": "Day on which the old words were first public.",
    "was": "What was said.",
    "now": "What is said now.",
    "why": "Why it was wrong.",
    "asked_by": "Who asked for it.",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "report": REPORT,
    "event": EVENT,
    "incident": INCIDENT,
    "claim": CLAIM,
    "source": SOURCE,
    "measurement": MEASUREMENT,
    "reply": REPLY,
    "correction": CORRECTION,
}
"""Words of each field, by kind of record and name of field, for the kinds that `witnessmark new` writes."""


BY_MODEL: Mapping[str, Mapping[str, str]] = {
    "Report": REPORT,
    "Event": EVENT,
    "Incident": INCIDENT,
    "Claim": CLAIM,
    "Source": SOURCE,
    "Published": MEASUREMENT,
    "Reply": REPLY,
    "Correction": CORRECTION,
}
"""The same by the name of the model, for what is said of a field that is missing."""
