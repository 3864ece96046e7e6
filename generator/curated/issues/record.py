"""Answers become the fields of one record: words of a form its values, everything else a text as it is."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from generator.base.problems import ContentError, Problem
from generator.curated.checking import did_you_mean
from generator.curated.issues.event import Issue
from generator.curated.locked import LETTERS

if TYPE_CHECKING:
    from generator.curated.case import Case
    from generator.curated.issues.answers import Answers

Value = str | bool | list[Any]
LIST_OF_CORRECTIONS = "corrections.yml"

_PAGE = re.compile(rf"(?:^|/)(?P<place>(?:{'|'.join(LETTERS.values())})/[A-Za-z0-9][A-Za-z0-9-]{{1,63}})/?$")
_MOST_SLUG = 40  # letters of a title in a name
_CLASSES = {"official": "official-statement", "press": "press-or-blog", "blog": "press-or-blog"}


@dataclass(frozen=True)
class Draft:
    """One record before it is written: where it goes, its fields, and which question gave each."""

    path: str  # below content/
    schema: str  # name of its JSON Schema
    fields: Mapping[str, Value]
    asked: Mapping[str, str] = field(default_factory=dict)  # id of the question, by field

    @property
    def listed(self) -> bool:
        """Is it an entry of a file that holds a list?"""
        return self.path == LIST_OF_CORRECTIONS


def draft_of(issue: Issue, answers: Answers, case: Case, today: dt.date) -> Draft:
    """The record that the answers make. Raises ContentError where a choice is not one of its form."""
    return _MAKERS[answers.form.word](issue, _Reading(issue, answers), case, today)


@dataclass(frozen=True)
class _Reading:
    issue: Issue
    answers: Answers

    def text(self, id: str) -> str:
        return self.answers.text.get(id, "")

    def choice(self, id: str) -> str:
        question = self.answers.form.question(id)
        chosen = self.text(id)
        for one in question.choices:
            if one.shown == chosen:
                return one.value
        hint = did_you_mean(chosen, (one.shown for one in question.choices)) or "choose one of the list"
        words = f'the answer to "{question.label}" is none of those offered'
        line = self.answers.lines[id]
        raise ContentError(Problem(f"issue {self.issue.number}", line, 1, "W-value", words, hint))

    def several(self, id: str) -> list[Any]:
        return [word for part in self.text(id).split(",") if (word := part.strip())]

    def given(self, **ids: str) -> dict[str, Value]:
        """Fields, as they are, whose questions were answered."""
        return {name: self.text(id) for name, id in ids.items() if self.text(id)}


def _report(issue: Issue, read: _Reading, case: Case, _: dt.date) -> Draft:
    source, echo = read.choice("source"), read.text("echo_of")
    fields: dict[str, Value] = {
        "id": f"issue-{issue.number}{_slug(read.text('headline'))}",
        "title": read.text("headline"),
        "date": read.text("day"),
        "date_basis": read.choice("day_basis"),
        "period": _period(read.text("day"), case),
        "surfaces": read.several("surfaces"),
        **read.given(client_version="version"),
        **({"plans": plans} if (plans := read.several("plans")) else {}),
        "symptoms": read.several("symptoms"),
        **({"figures": figures} if (figures := _figures(read.text("figures"))) else {}),
        "url": read.text("url"),
        "source_type": source,
        "detail": read.choice("detail"),
        "layer": "unknown",
        "evidence_class": "echo" if echo else _CLASSES.get(source, "user-report"),
        **read.given(echo_of="echo_of"),
        "independence": "echo" if echo else "independent",
        "opened": read.choice("opened") == "true",
        "provenance": f"issue {issue.number} of this repository, by a reader; accepted by a maintainer",
        "targeted": read.choice("found") == "true",
    }
    asked = {
        "title": "headline", "date": "day", "period": "day", "surfaces": "surfaces", "client_version": "version",
        "plans": "plans", "symptoms": "symptoms", "figures": "figures", "url": "url", "echo_of": "echo_of",
    }  # fmt: skip
    return Draft(f"reports/{fields['id']}.yml", "report", fields, asked)


def _correction(issue: Issue, read: _Reading, _: Case, today: dt.date) -> Draft:
    place = place_of(read.text("page"))
    fields: dict[str, Value] = {
        "id": f"issue-{issue.number}",
        **({"page": place} if place else {}),
        "date": today.isoformat(),
        "was": read.text("was"),
        "now": read.text("now"),
        "why": read.text("why"),
        **read.given(asked_by="asked_by"),
    }
    asked = {"page": "page", "was": "was", "now": "now", "why": "why", "asked_by": "asked_by"}
    return Draft(LIST_OF_CORRECTIONS, "corrections", fields, asked)


def _reply(issue: Issue, read: _Reading, _: Case, today: dt.date) -> Draft:
    stands = read.choice("stands")
    place = place_of(read.text("answered"))
    if not place:
        words, hint = "names no page of a record", "the address of the page, such as https://HOST/CASE/c/C-042/"
        line = read.answers.lines["answered"]
        raise ContentError(Problem(f"issue {issue.number}", line, 1, "W-ref", f"the page you reply to {words}", hint))
    fields: dict[str, Value] = {
        "id": f"issue-{issue.number}-{stands}",
        "page": place,
        "date": today.isoformat(),
        "by": read.text("by"),
        "stands": stands,
        "text": read.text("text"),
        **read.given(url="published"),
        "received": f"Issue {issue.number} of this repository, by the account {issue.author}: {read.text('proof')}",
    }
    asked = {"page": "answered", "by": "by", "text": "text", "url": "published", "received": "proof"}
    return Draft(f"replies/{fields['id']}.yml", "reply", fields, asked)


_MAKERS = {"report": _report, "correction": _correction, "reply": _reply}


def place_of(address: str) -> str:
    """The place of a record's page below the case, such as c/C-042; "" where the address is of no such page."""
    try:
        path = urlsplit(address.strip()).path
    except ValueError:  # [ without ]
        return ""
    found = _PAGE.search(path.removesuffix("index.html"))
    return found["place"] if found else ""


def _period(day: str, case: Case) -> str:
    """Where the day is; of a day that is none, the check says so."""
    try:
        date = dt.date.fromisoformat(day)
    except ValueError:
        return "window"
    if date < case.window_start:
        return "control-before"
    return "control-after" if date > case.window_end else "window"


def _figures(text: str) -> list[Any]:
    """`what = value`, or `what = from -> to`, a line each. A line without the sign is a figure without a value."""
    found = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        metric, sign, value = (part.strip() for part in line.partition("="))
        start, arrow, end = (part.strip() for part in value.partition("->"))
        found.append(
            {"metric": metric, "start": start, "end": end}
            if arrow
            else {"metric": metric, **({"value": value} if sign else {})}
        )
    return found


def _slug(title: str) -> str:
    """A hyphen and words of the title in small letters and digits; "" where it has none."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    slug = ""
    for word in words:
        if len(slug) + 1 + len(word) > _MOST_SLUG:
            break
        slug += f"-{word}"
    return slug
