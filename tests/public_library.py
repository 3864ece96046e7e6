"""A small library of public material, invented, with every case that the pages and charts treat differently."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from generator.curated.case import Answer, Case, Person, Words
from generator.curated.claims import Claim
from generator.curated.entries import Outside
from generator.curated.kinds import Library, kinds_of
from generator.curated.models import (
    Event,
    Figure,
    Incident,
    Report,
    Source,
    SurfaceText,
    Symptom,
    Variant,
)
from generator.detectors import DETECTORS
from generator.dossier import Dossier

_NAMED = tuple(kind for kind in kinds_of(Library) if kind.many and kind.names)
TRACKER = "https://github.com/example/client/issues/"
HOSTILE = "</div><script>window.hacked=1</script>[x](javascript:alert(1)){: onclick=x } `'\"& {{ 7*7 }}"


def report(id: str, day: date, **fields: Any) -> Report:
    """A user report of Claude Code in the window, unless the fields say otherwise."""
    given: dict[str, Any] = {
        "id": id, "title": f"Report {id}", "date": day, "date_basis": "posted", "period": "window",
        "surfaces": ("claude-code",), "symptoms": ("runaway-usage",), "url": TRACKER + str(sum(id.encode())),
        "source_type": "issue", "detail": "none", "evidence_class": "user-report", "independence": "independent",
        "opened": True, "provenance": "Q001",
    }  # fmt: skip
    return Report(**(given | fields))


def event(id: str, start: datetime, **fields: Any) -> Event:
    """A report among the events whose hour is known, unless the fields say otherwise."""
    given: dict[str, Any] = {
        "id": id, "start": start, "day_only": False, "surfaces": ("claude-code",), "kind": "user_report",
        "title": f"Event {id}", "url": "https://example.org/doc", "source_type": "github-issue", "official": False,
        "confidence": "medium",
    }  # fmt: skip
    return Event(**(given | fields))


def claim(id: str, grade: str = "supported", **fields: Any) -> Claim:
    given: dict[str, Any] = {
        "id": id, "section": "Overview", "lines": "6", "statement": f"Statement {id}", "kind": "event", "grade": grade,
        "confidence": "medium", "reason": "A reason.", "surfaces": ("claude-code",), "symptoms": ("runaway-usage",),
    }  # fmt: skip
    return Claim(**(given | fields))


def incident(id: str, start: datetime, scope: tuple[str, ...], **fields: Any) -> Incident:
    given: dict[str, Any] = {
        "id": id, "start": start, "end": start, "title": f"Incident {id}", "impact": "minor", "scope": scope,
        "url": f"https://status.example.org/{id}",
    }  # fmt: skip
    return Incident(**(given | fields))


REPORTS = (
    report("before-one", date(2026, 1, 8), period="control-before"),
    report("first-monday", date(2026, 3, 16)),
    report("in-article", date(2026, 3, 17), symptoms=("runaway-usage", "timeout"), title=HOSTILE,
           figures=(Figure(metric="tokens", start="3200000", end="88000", unit="tokens"),)),
    report("last-of-article", date(2026, 3, 23), surfaces=("claude-ai-mobile",)),
    report("copy", date(2026, 3, 24), evidence_class="echo", echo_of="in-article"),
    report("user-echo", date(2026, 3, 24), echo_of="in-article"),
    report("press", date(2026, 3, 25), evidence_class="press-or-blog", source_type="press", url="https://press.example.org/a"),
    report("several", date(2026, 3, 31), surfaces=("claude-code", "api"), opened=False, detail="logs"),
    report("status", date(2026, 4, 1), evidence_class="official-status", source_type="official",
           url="https://status.example.org/inc2"),
    report("after-one", date(2026, 6, 1), period="control-after", symptoms=("timeout",)),
)  # fmt: skip

LIBRARY = Library(
    case=Case(
        id="2026-03", title="The case", question="Was it so?", article="The article",
        window_start=date(2026, 2, 1), window_end=date(2026, 4, 30),
        words=Words(releases="Nine versions came out in those days.", drafted="with a language model"),
        article_window_start=date(2026, 3, 17), article_window_end=date(2026, 3, 23),
        answers=(
            Answer(text="This is established.", claims=("C-001",)),
            Answer(text="This is plausible.", claims=("C-002",)),
            Answer(text="This is contradicted.", claims=("C-003",)),
        ),
        caution="Take care.", repository="https://example.org/repository",
        people=(Person(role="Curator", statement="No interest."),),
    ),
    claims=(
        claim("C-001", sources=(REPORTS[2].url, "https://example.org/doc")),
        claim("C-002", "partly_supported", surfaces=("api",)),
        claim("C-003", "not_checkable", symptoms=()),
        claim("C-004", same_as="C-001"),
    ),
    reports=REPORTS,
    incidents=(
        incident("inc0", datetime(2025, 12, 9, 4, tzinfo=UTC), ("claude-ai",)),
        incident("inc1", datetime(2026, 3, 18, 4, tzinfo=UTC), ("all",)),
        incident("inc2", datetime(2026, 4, 1, 9, tzinfo=UTC), ("claude-code", "console"), end=datetime(2026, 4, 1, 10, tzinfo=UTC)),
    ),
    events=(
        event("E-001", datetime(2026, 1, 3, tzinfo=UTC), day_only=True),
        event("E-002", datetime(2026, 3, 18, 22, 28, tzinfo=UTC), kind="cli_release", official=True, detail="A *detail*."),
        event("E-003", datetime(2026, 3, 20, tzinfo=UTC), day_only=True, confidence="low"),
        event("E-004", datetime(2026, 4, 20, tzinfo=UTC), end=datetime(2026, 5, 9, tzinfo=UTC), day_only=True, kind="promotion"),
    ),
    sources=(
        Source(id="S-001", url="https://example.org/doc", kind="official-statement", opened=True, read_how="in full", reliability="high"),
        Source(id="S-002", url="https://example.org/unused", date="2026-04", kind="blog", opened=True, read_how="excerpt", reliability="low"),
    ),
    surfaces=tuple(
        SurfaceText(id=id, title=title, summary="What it is.", client="Its client.", logs="Its logs.", have="Some.", missing="Much.", variants=variants)
        for id, title, variants in (
            ("claude-ai", "claude.ai", (Variant(id="claude-ai-mobile", title="claude.ai on phones"),)),
            ("claude-code", "Claude Code", ()), ("api", "API", ()), ("cowork", "Cowork", ()), ("enterprise", "Enterprise and Team", ()),
        )
    ),
    elsewhere=(Variant(id="console", title="Console"), Variant(id="all", title="All products")),
    symptoms=tuple(
        Symptom(id=id, title=title, question="Does it?", definition="It is so.", looks_like="Others.", layer_note="Any.", detectors=detectors)
        for id, title, detectors in (
            ("runaway-usage", "Runaway usage", (DETECTORS[0].id,)), ("timeout", "Timeout", ()), ("never-seen", "Never seen", ()),
        )
    ),
)  # fmt: skip


def dossier(**fields: Any) -> Dossier:
    """Dossier of the library above, with other fields of the dossier or of its library; no evidence unless given."""
    library = fields.pop("library", LIBRARY)
    within = {name: fields.pop(name) for name in Library.model_fields.keys() & fields.keys()}
    given: dict[str, Any] = {
        "packs": (), "detectors": DETECTORS, "built": datetime(2026, 11, 24, tzinfo=UTC), "version": "0.1.0",
    }  # fmt: skip
    return Dossier(library=library.model_copy(update=within), **(given | fields))


def outside(library: Library = LIBRARY, **ids: frozenset[str]) -> Outside:
    """What one kind alone may name of the library, and of detectors and findings if their ids are given."""
    known = {kind.word: frozenset(one.id for one in getattr(library, kind.attribute)) for kind in _NAMED}
    sections = frozenset(claim.section for claim in library.claims)
    return Outside(ids=known | {"claimed section": sections} | ids)
