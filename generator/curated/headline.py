"""The headline question: two competing explanations, what each predicts, and what was seen where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from generator.base.problems import ContentError, Problem
from generator.curated.analysis import Fact, Known, Reference, Section, load_sections
from generator.curated.checking import checked
from generator.curated.models import Library, Line, Model, Slug, Text
from generator.curated.yamlfile import Document, read

FILE = "hypotheses.yml"
SIDES = ("predicts", "fits", "strains", "falsified_by", "open")  # lists that must be as long for both

Points = Annotated[tuple[Text, ...], Field(min_length=1)]
Facts = Annotated[tuple[Fact, ...], Field(min_length=1)]


class Leaning(StrEnum):
    """Which explanation an observation fits better, as we read it."""

    FIRST = "first"
    SECOND = "second"
    BOTH = "both"  # it fits both alike
    OPEN = "open"  # not observed, or not well enough


class Hypothesis(Model):
    """One explanation, with what it commits itself to."""

    id: Slug
    title: Line
    says: Text
    predicts: Points
    fits: Facts
    strains: Facts
    falsified_by: Points
    open: Points


class HypothesisTest(Model):
    """One question on which the explanations differ."""

    id: Slug
    title: Line
    first: Text  # what the first explanation predicts
    second: Text
    observed: Text
    sources: tuple[Reference, ...] = ()  # none where nothing was observed
    leaning: Leaning
    why: Text  # why it is read so
    decide: Text  # what would decide it


class Headline(Model):
    """The file hypotheses.yml."""

    title: Line
    question: Text
    answer: Text
    fairness: Text
    hypotheses: Annotated[tuple[Hypothesis, ...], Field(min_length=2, max_length=2)]
    tests: Annotated[tuple[HypothesisTest, ...], Field(min_length=1)]


def load_headline(content: Path, library: Library | None = None) -> Headline | None:
    """content/hypotheses.yml; None where the file is absent. Without a library, ids are not looked up.

    Raises ContentError with every mistake.
    """
    path = content / FILE
    if not path.exists():
        return None
    document = read(path, f"content/{FILE}")
    headline = checked(Headline, document)
    if isinstance(headline, list):
        raise ContentError(*headline)
    problems = [*_uneven(document, headline), *_names(document, headline, Known.of(library) if library else None)]
    if problems:
        raise ContentError(*problems)
    return headline


def _uneven(document: Document, headline: Headline) -> Iterator[Problem]:
    """Equal space is a rule of the file, not of good will."""
    first, second = headline.hypotheses
    for side in SIDES:
        here, there = len(getattr(first, side)), len(getattr(second, side))
        if here != there:
            message = f"both explanations need as many entries in {side}: {here} against {there}"
            yield document.problem(("hypotheses", 1, side), "W-length", message)


def _names(document: Document, headline: Headline, known: Known | None) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, test in enumerate(headline.tests):
        if test.id in seen:
            yield document.problem(("tests", index, "id"), "W-unique", "the id is taken")
        seen.add(test.id)
        if not test.sources and test.leaning is not Leaning.OPEN:
            message = "an observation without a source leans to nothing"
            yield document.problem(("tests", index, "leaning"), "W-source", message, "write leaning: open")
    if known is None:
        return
    for index, hypothesis in enumerate(headline.hypotheses):
        for side in ("fits", "strains"):
            yield from known.misnamed_facts(document, ("hypotheses", index, side), getattr(hypothesis, side))
    for index, test in enumerate(headline.tests):
        yield from known.misnamed_sources(document, ("tests", index, "sources"), test.sources)


@dataclass(frozen=True)
class Analysis:
    """The article retold, and the explanations that compete."""

    sections: tuple[Section, ...] = ()
    headline: Headline | None = None


NO_ANALYSIS = Analysis()


def load_analysis(content: Path, library: Library | None = None) -> Analysis:
    """content/analysis/ and content/hypotheses.yml. Raises ContentError with every mistake of both."""
    problems: list[Problem] = []
    sections: tuple[Section, ...] = ()
    headline = None
    try:
        sections = load_sections(content, library)
    except ContentError as error:
        problems.extend(error.problems)
    try:
        headline = load_headline(content, library)
    except ContentError as error:
        problems.extend(error.problems)
    if problems:
        raise ContentError(*problems)
    return Analysis(sections, headline)
