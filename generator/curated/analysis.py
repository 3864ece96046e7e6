"""The article retold section by section: each sentence names the claims it makes, each fact its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import ClaimId, EventId, Line, Model, Slug, Text, WebUrl
from generator.curated.yamlfile import Where


class Reference(Model):
    """Where a fact is from: an address, or a record of this site, or both."""

    url: WebUrl | None = None
    report: Slug | None = None
    event: EventId | None = None
    incident: Slug | None = None
    measurement: Slug | None = None


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


def facts_that_lead_nowhere(entry: Entry, where: Where, facts: tuple[Fact, ...]) -> Iterator[Problem]:
    """Problems of the facts at `where` that lead nowhere."""
    for index, fact in enumerate(facts):
        if not (fact.sources or fact.claims):
            yield entry.problem((*where, index), "W-source", "the fact names neither a source nor a claim")
        yield from empty_sources(entry, (*where, index, "sources"), fact.sources)


def empty_sources(entry: Entry, where: Where, sources: tuple[Reference, ...]) -> Iterator[Problem]:
    """Problems of the sources at `where` that name nothing."""
    for index, source in enumerate(sources):
        if source == Reference():
            message = "the source names no url, report, event, incident or measurement"
            yield entry.problem((*where, index), "W-source", message)


def facts_have_sources(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Each fact on record leads somewhere."""
    for entry, section in sound(entries, Section):
        yield from facts_that_lead_nowhere(entry, ("record",), section.record)
