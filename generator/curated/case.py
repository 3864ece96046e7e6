"""The case itself: its title, its window, its answer, who answers for it, and what only it has."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from generator.curated.forms import LINE
from generator.curated.models import ClaimId, Contact, EvidenceKind, Line, Model, Seen, Slug, Text, WebUrl
from generator.curated.registered import Registered

_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=LINE), Seen]
NOT_OF_OWN = ("question", "article", "article_window_start", "article_window_end", "answers", "caution", "people")
"""What every case needs but one that is only somebody's own logs."""
_CONFIG = ConfigDict(
    frozen=True,
    extra="forbid",
    json_schema_extra={
        "if": {"properties": {"own": {"const": True}}, "required": ["own"]},
        "else": {"required": list(NOT_OF_OWN)},
    },
)


class Words(Model):
    """Words of one case. What is left out is not said, or said in general words."""

    since: _Word | None = None  # the month or day it is said to have begun: "those from before ..."
    client: _Word | None = None  # the program whose versions readers know
    version_command: _Word | None = None  # what prints that version
    tracker: _Word | None = None  # the product whose public issue tracker most reports come from
    collected: Line | None = None  # what else a reader of counts must know of how reports were found
    searched: Line | None = None  # how the reports were found: "by asking ..."
    drafted: _Word | None = None  # how the reviewer's grades were drafted: "with a language model"
    releases: Line | None = None  # how many releases there were, so that nearness to one is not evidence
    unmeasured: tuple[Line, ...] = ()  # measurements that nobody has


class Person(Model):
    """Who made this and with what interest."""

    role: Line
    statement: Text


class Answer(Model):
    """One sentence of the case home, tied to its claims."""

    text: Text
    claims: tuple[ClaimId, ...]


class Publication(Model):
    """Where and when the article came out, and by whom; what is not on record stays empty."""

    url: WebUrl | None = None
    date: dt.date | None = None
    author: Line | None = None


class VendorAddress(Model):
    """What is at this address or below it is the vendor's own word; nothing elsewhere is."""

    address: WebUrl
    kinds: Annotated[tuple[EvidenceKind, ...], Field(min_length=1)]  # what its documents may be
    shared: bool = False  # others write there too, as in a thread, so that other kinds may be there


_NO_ARTICLE = dt.date(2000, 1, 1)


class Case(Model):
    """The case: its permanent id, its title, its window, and the answer on one screen."""

    model_config = _CONFIG

    id: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}$")]
    title: Line
    question: Line = "What is in these logs?"
    answer: Text | None = None  # to the question, in one sentence that could be printed
    besides: Text | None = None  # what somebody who has read the answer should know next
    article: Line = "none"  # title of the article the claims come from
    published: Publication = Publication()
    window_start: dt.date
    window_end: dt.date
    article_window_start: dt.date = _NO_ARTICLE
    article_window_end: dt.date = _NO_ARTICLE
    answers: Annotated[tuple[Answer, ...], Field(min_length=3, max_length=3)] = ()
    caution: Text = "Dollars are list prices and not your bill. A finding does not say whose fault it is."
    contact: Contact | None = None  # who answers for the site: a page or mailto:name@host
    repository: WebUrl | None = None
    program: WebUrl | None = None  # repository that the program is installed from
    program_here: bool = False  # the repository of the case is the one of the program
    issues: WebUrl | None = None  # form or tracker that takes "title" and "body", such as .../issues/new
    answers_within: Annotated[int, Field(ge=1, le=365)] | None = None  # days in which whoever writes is answered
    vendors: tuple[Slug, ...] = ()  # that it is about: files of the program, or of content/vendors/
    vendor_addresses: tuple[VendorAddress, ...] = ()  # hosts, folders and single posts that are the vendor's
    author_packs: tuple[Slug, ...] = ()  # evidence packs made from the author's own logs; only these grade claims
    people: tuple[Person, ...] = ()
    notice: Line | None = None  # who made it, with what interest, and whether a person has read it: on every page
    own: bool = False  # only somebody's own logs: no article, no claims and no reports, so those fields can be left out
    words: Words = Words()  # what only this case has and pages say
    registered: Registered | None = None  # what is tested; without it there is no page on whether March was special
