"""The headline question: two competing explanations, what each predicts, and what was seen where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from generator.base.problems import Problem
from generator.curated.analysis import Fact, Reference, empty_sources, facts_that_lead_nowhere
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import Line, Model, Slug, Text
from generator.curated.yamlfile import Where

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


def equal_space(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Equal space is a rule of the file, not of good will."""
    for entry, headline in sound(entries, Headline):
        first, second = headline.hypotheses
        for side in SIDES:
            one, other = len(getattr(first, side)), len(getattr(second, side))
            if one != other:
                message = f"both explanations need as many entries in {side}: {one} against {other}"
                yield entry.problem(("hypotheses", 1, side), "W-length", message)


def tests_have_own_ids(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """No two questions share an id."""
    for entry, headline in sound(entries, Headline):
        seen: set[str] = set()
        for index, test in enumerate(headline.tests):
            if test.id in seen:
                yield entry.problem(("tests", index, "id"), "W-unique", "the id is taken")
            seen.add(test.id)


def observations_have_sources(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Each fact leads somewhere, and an observation without a source leans to neither explanation."""
    for entry, headline in sound(entries, Headline):
        for index, hypothesis in enumerate(headline.hypotheses):
            for side in ("fits", "strains"):
                where: Where = ("hypotheses", index, side)
                yield from facts_that_lead_nowhere(entry, where, getattr(hypothesis, side))
        for index, test in enumerate(headline.tests):
            yield from empty_sources(entry, ("tests", index, "sources"), test.sources)
            if not test.sources and test.leaning is not Leaning.OPEN:
                message = "an observation without a source leans to nothing"
                yield entry.problem(("tests", index, "leaning"), "W-source", message, "write leaning: open")
