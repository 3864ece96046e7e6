"""The article retold section by section: each sentence names the claims it makes, each fact its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from generator.base.problems import ContentError, Problem
from generator.curated.checking import checked, did_you_mean
from generator.curated.models import ClaimId, EventId, Library, Line, Model, Slug, Text, WebUrl
from generator.curated.yamlfile import Document, Where, clipped, read

FOLDER = "analysis"


class Reference(Model):
    """Where a fact is from: an address, or a record of this site, or both."""

    url: WebUrl | None = None
    report: Slug | None = None
    event: EventId | None = None
    incident: Slug | None = None


class Sentence(Model):
    """One sentence and the claims it makes or is about."""

    text: Text
    claims: Annotated[tuple[ClaimId, ...], Field(min_length=1)]


class Paragraph(Model):
    """Sentences that belong together."""

    heading: Line | None = None
    sentences: Annotated[tuple[Sentence, ...], Field(min_length=1)]


class Fact(Model):
    """One thing that is on record: its sources, and the claims it bears on. An own count has claims alone."""

    text: Text
    claims: tuple[ClaimId, ...] = ()
    sources: tuple[Reference, ...] = ()


class Section(Model):
    """One section of the article in our words; `section` is its name in the claims."""

    id: Slug
    number: Annotated[int, Field(ge=0, le=99)]  # 0 = the overview before the first section
    title: Line
    section: Line
    summary: Text
    paragraphs: Annotated[tuple[Paragraph, ...], Field(min_length=1)]
    record: tuple[Fact, ...] = ()
    unknown: tuple[Sentence, ...] = ()  # what nobody outside can check

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences, in order."""
        return tuple(sentence for paragraph in self.paragraphs for sentence in paragraph.sentences)


@dataclass(frozen=True)
class Known:
    """Ids that a text may name."""

    claims: frozenset[str]
    reports: frozenset[str]
    events: frozenset[str]
    incidents: frozenset[str]
    sections: frozenset[str]

    @classmethod
    def of(cls, library: Library) -> Known:
        """The ids of a library."""
        return cls(
            claims=frozenset(claim.id for claim in library.claims),
            reports=frozenset(report.id for report in library.reports),
            events=frozenset(event.id for event in library.events),
            incidents=frozenset(incident.id for incident in library.incidents),
            sections=frozenset(claim.section for claim in library.claims),
        )

    def unknown(self, document: Document, where: Where, kind: str, name: str | None) -> Iterator[Problem]:
        """The problem of an id that does not exist."""
        known: frozenset[str] = getattr(self, f"{kind}s")
        if name is not None and name not in known:
            yield document.problem(where, "W-ref", f'unknown {kind} "{clipped(name)}"', did_you_mean(name, known))

    def misnamed_claims(self, document: Document, where: Where, claims: tuple[str, ...]) -> Iterator[Problem]:
        """Problems of the list of claims at `where`: unknown ones, and those listed twice."""
        for index, claim in enumerate(claims):
            yield from self.unknown(document, (*where, "claims", index), "claim", claim)
            if claim in claims[:index]:
                yield document.problem((*where, "claims", index), "W-twice", f"{claim} is listed twice")

    def misnamed_facts(self, document: Document, where: Where, facts: tuple[Fact, ...]) -> Iterator[Problem]:
        """Problems of the facts at `where`: unknown records, and sources that lead nowhere."""
        for index, fact in enumerate(facts):
            if not (fact.sources or fact.claims):
                yield document.problem((*where, index), "W-source", "the fact names neither a source nor a claim")
            yield from self.misnamed_claims(document, (*where, index), fact.claims)
            yield from self.misnamed_sources(document, (*where, index, "sources"), fact.sources)

    def misnamed_sources(self, document: Document, where: Where, sources: tuple[Reference, ...]) -> Iterator[Problem]:
        """Problems of the sources at `where`: unknown records, and sources that lead nowhere."""
        for index, source in enumerate(sources):
            for kind in ("report", "event", "incident"):
                yield from self.unknown(document, (*where, index, kind), kind, getattr(source, kind))
            if source == Reference():
                message = "the source names no url, report, event or incident"
                yield document.problem((*where, index), "W-source", message)


def load_sections(content: Path, library: Library | None = None) -> tuple[Section, ...]:
    """The sections of content/analysis/ in the order of the article; without a library, ids are not looked up.

    Raises ContentError with every mistake of every file.
    """
    known = Known.of(library) if library else None
    sections: dict[str, Section] = {}
    problems: list[Problem] = []
    for path in sorted((content / FOLDER).glob("*.yml")):
        try:
            document = read(path, f"content/{FOLDER}/{path.name}")
        except ContentError as error:
            problems.extend(error.problems)
            continue
        section = checked(Section, document)
        if isinstance(section, list):
            problems.extend(section)
            continue
        problems.extend(_mistakes(document, path.stem, section, tuple(sections.values()), known))
        sections[section.id] = section
    if problems:
        raise ContentError(*problems)
    return tuple(sorted(sections.values(), key=lambda section: section.number))


def _mistakes(
    document: Document, stem: str, section: Section, others: tuple[Section, ...], known: Known | None
) -> Iterator[Problem]:
    if section.id != stem:
        yield document.problem(("id",), "W-name", "the id is not the name of the file", f"write id: {clipped(stem)}")
    for name in ("number", "section"):
        if any(getattr(section, name) == getattr(other, name) for other in others):
            yield document.problem((name,), "W-unique", f"another file has this {name}")
    if known is None:
        return
    yield from known.unknown(document, ("section",), "section", section.section)
    for index, paragraph in enumerate(section.paragraphs):
        for number, sentence in enumerate(paragraph.sentences):
            place = ("paragraphs", index, "sentences", number)
            yield from known.misnamed_claims(document, place, sentence.claims)
    for index, sentence in enumerate(section.unknown):
        yield from known.misnamed_claims(document, ("unknown", index), sentence.claims)
    yield from known.misnamed_facts(document, ("record",), section.record)
