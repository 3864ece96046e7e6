"""Where a record comes from, in one short vocabulary for all kinds of records."""

from __future__ import annotations

from generator.curated.models import EvidenceClass, EvidenceKind, Report

ORIGINS = {
    "official-document": "Official document",
    "official-statement": "Official statement",
    "changelog": "Changelog",
    "status-page": "Status page",
    "status-relayed": "Status page, relayed",
    "issue": "Public issue",
    "admission": "Vendor's admission",
    "measurement": "Measurement",
    "press": "Press",
    "blog": "Blog",
    "social": "Social media, as reported",
    "machine-summary": "Machine-made summary",
    "own-finding": "Finding in own logs",
    "others-finding": "Finding of others",
    "other": "Other",
    "none": "None on record",
}
"""Every origin with its title, in the order of lists."""

_OF_KIND = {
    EvidenceKind.OPEN_MEASUREMENT: "measurement",
    EvidenceKind.CLOSED_MEASUREMENT: "measurement",
    EvidenceKind.ARITHMETIC: "measurement",
    EvidenceKind.ISSUE_WITH_LOGS: "issue",
    EvidenceKind.READINGS_TOLD: "issue",
    EvidenceKind.NARRATIVE_ISSUE: "issue",
}
_OF_EVENT = {
    "official-changelog": "changelog",
    "official-release-notes": "official-document",
    "official-support": "official-document",
    "official-docs": "official-document",
    "official-postmortem": "official-statement",
    "secondary-of-status-page": "status-relayed",
    "official-status-via-secondary": "status-relayed",
    "third-party-monitor": "status-relayed",
    "ai-written-digest-of-status-page": "machine-summary",
    "x-post-as-reported": "social",
    "github-issue": "issue",
    "github-issue-with-vendor-reply": "issue",
    "press": "press",
    "blog": "blog",
    "blog-on-leak": "blog",
}
_OF_REPORT = {"issue": "issue", "press": "press", "blog": "blog", "social-as-reported": "social"}


def of_kind(kind: EvidenceKind) -> str:
    """Origin of an item of evidence."""
    return _OF_KIND.get(kind, kind.value)


def of_event(source_type: str) -> str:
    """Origin of an event, by the type of its first source."""
    return _OF_EVENT.get(source_type, "other")


def of_report(report: Report) -> str:
    """Origin of a report."""
    if report.evidence_class is EvidenceClass.OFFICIAL_STATUS:
        return "status-page"
    return _OF_REPORT.get(report.source_type, "official-statement")
