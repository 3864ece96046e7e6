"""Other tools, run on the public sets: what each calls a cause, what it counted, and cases read by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from generator.base.problems import Problem
from generator.curated.checking import did_you_mean
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import Line, Model, Seen, Slug, WebUrl
from generator.curated.promises import Count
from generator.curated.yamlfile import clipped

# On one line: it is shown in a block of HTML, which an empty line would end.
Passage = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1500, pattern=r"^[^\n]*$"), Seen
]


class Word(Model):
    """A word that the tool uses for a cause, and what its source says it means."""

    word: Line
    means: Passage


class Counted(Model):
    """How often the tool used one of its words."""

    word: Line
    count: Count


class PeerSet(Model):
    """What the tool made of one public set: calls and tokens as it sums them, and its causes.

    None where it does not say.
    """

    set: Slug
    calls: Count | None = None
    input: Count
    written: Count
    read: Count
    output: Count
    causes: tuple[Counted, ...] = ()


class Crossed(Model):
    """Steps to which the tool gave one word and this ledger another, over all sets; None where one says nothing."""

    theirs: Line | None
    ours: Slug | None
    count: Count


class DayGap(Model):
    """Days on which the sums of the tool and ours differ: theirs less ours, in tokens."""

    set: Slug
    days: Line
    gap: Line
    right: Literal["ours", "theirs", "neither"]
    why: Passage


class PeerCase(Model):
    """One step on which the tool and this ledger name different causes, read by hand in the lines of the set."""

    set: Slug
    file: Line  # path in the set
    line: Annotated[int, Field(ge=1)]  # first of the later call
    theirs: Line
    ours: Slug
    expected: Count  # tokens that the call before left in the cache
    read: Count  # tokens that were read from it
    right: Literal["ours", "theirs", "both", "open"]
    why: Passage


class Peer(Model):
    """One tool in one version. The one named `witnessmark` is this program, with which the others are compared."""

    id: Slug
    name: Line
    version: Line
    url: WebUrl | None = None  # None: this program
    measured: dt.date
    command: Passage
    says: Passage  # what it tells of a break
    better: Passage | None = None  # where it is right, or better than this program
    limits: Passage | None = None  # where its count is off on these sets
    words: tuple[Word, ...] = ()
    sets: Annotated[tuple[PeerSet, ...], Field(min_length=1)]
    days: Count | None = None  # days compared by their sums
    days_equal: Count | None = None
    gaps: tuple[DayGap, ...] = ()
    crossed: tuple[Crossed, ...] = ()
    drawn: Passage | None = None  # how the cases were drawn
    cases: tuple[PeerCase, ...] = ()


def words_are_explained(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """A set occurs once, equal days are days, and each word that is counted is explained where any is."""
    for entry, one in sound(entries, Peer):
        known = {item.word for item in one.words}
        seen: set[str] = set()
        if (one.days_equal or 0) > (one.days or 0):
            yield entry.problem(("days_equal",), "W-value", "more equal days than days")
        for place, row in enumerate(one.sets):
            if row.set in seen:
                yield entry.problem(("sets", place, "set"), "W-twice", f'the set "{row.set}" occurs twice')
            seen.add(row.set)
            for number, cause in enumerate(row.causes if known else ()):
                if cause.word not in known:
                    where = ("sets", place, "causes", number, "word")
                    hint = did_you_mean(cause.word, sorted(known))
                    yield entry.problem(where, "W-ref", f'no word "{clipped(cause.word)}" is explained', hint)
        for place, case in enumerate(one.cases):
            if known and case.theirs not in known:
                hint = did_you_mean(case.theirs, sorted(known))
                message = f'no word "{clipped(case.theirs)}" is explained'
                yield entry.problem(("cases", place, "theirs"), "W-ref", message, hint)
