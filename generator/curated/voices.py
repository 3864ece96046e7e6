"""What others answer to these pages, what the pages had wrong, and who was asked, each with its page if any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import StringConstraints

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.locked import LETTERS
from generator.curated.models import Line, Model, Slug, Text, WebUrl

PAGES = {letter: kind for kind, letter in LETTERS.items()}
"""Records that have a page of their own, by the letter of its place."""
PageKey = Annotated[str, StringConstraints(pattern=rf"^(?:{'|'.join(PAGES)})/[A-Za-z0-9][A-Za-z0-9-]{{1,63}}$")]
"""A page of one record by its place below the case: c/C-064, e/E-031, f/F-..., m/meter-weights, r/cc-46829."""


class Reply(Model):
    """An answer by somebody named or meant on a page; printed whole, and as prominent as what it answers."""

    id: Slug
    page: PageKey
    date: dt.date
    by: Line  # name or role, as the person wants it
    stands: Literal["vendor", "author", "reporter", "other"]  # how the person stands to the case
    text: Text
    url: WebUrl | None = None  # where it was published
    received: Line  # how it reached us, and how we know who wrote it


class Correction(Model):
    """Something that stood here and was wrong."""

    id: Slug
    page: PageKey | None = None  # None = no page of one record
    date: dt.date
    since: dt.date | None = None  # day on which the old words were first on the site; None = not known
    was: Text
    now: Text
    why: Text
    asked_by: Line | None = None


class Asked(Model):
    """Somebody who was asked for a reply, so that silence can be told from not having been asked."""

    id: Slug
    date: dt.date
    who: Line
    by: Line  # who asked: a name or a role
    way: Line  # mail to the address on a page, a form, an issue, ...
    about: Text  # what was asked, and about which pages
    page: PageKey | None = None  # None = no page of one record
    answered: dt.date | None = None  # None = no answer
    answer: Line | None = None  # what came: in full it is a reply
    reply: Slug | None = None  # the reply that prints it whole


def answers_have_a_day(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """What came has a day, and a day says what came."""
    for entry, one in sound(entries, Asked):
        came = next((field for field in ("answer", "reply") if getattr(one, field)), None)
        if one.answered is None and came:
            yield entry.problem((came,), "W-missing", "the answer has no day", "add answered: and the day")
        elif one.answered is not None and not came:
            hint = "add answer: in a line, or reply: with the record that prints it whole"
            yield entry.problem(("answered",), "W-missing", "nothing says what the answer was", hint)
