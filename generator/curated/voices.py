"""What others answer to these pages, and what the pages had wrong: replies and corrections, each with its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints

from generator.base.problems import ContentError, Problem
from generator.curated.checking import checked, did_you_mean
from generator.curated.listfile import read_list
from generator.curated.models import Line, Model, Slug, Text, WebUrl
from generator.curated.yamlfile import Document, Where, clipped, read

CORRECTIONS, REPLIES = "corrections.yml", "replies"
IGNORED = (".gitkeep", ".DS_Store")

PageKey = Annotated[str, StringConstraints(pattern=r"^(?:c|e|f|m|r)/[A-Za-z0-9][A-Za-z0-9-]{1,63}$")]
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
    was: Text
    now: Text
    why: Text
    asked_by: Line | None = None


def load_corrections(content: Path, known: Mapping[str, frozenset[str]]) -> tuple[Correction, ...]:
    """The corrections of content/corrections.yml, newest first; none where the file is absent. Raises ContentError."""
    path = content / CORRECTIONS
    if not path.exists():
        return ()
    document, found = read_list(path, f"content/{CORRECTIONS}", Correction)
    problems = [
        *_twice([(document, (index,), one.id) for index, one in enumerate(found)]),
        *(
            problem
            for index, one in enumerate(found)
            if one.page
            for problem in _target(document, (index, "page"), one.page, known)
        ),
    ]
    if problems:
        raise ContentError(*problems)
    return tuple(sorted(found, key=lambda one: (one.date, one.id), reverse=True))


def load_replies(content: Path, known: Mapping[str, frozenset[str]]) -> tuple[Reply, ...]:
    """The replies of content/replies/, one a file, oldest first; none where the folder is absent.

    `known` holds the ids of records by the letter of their pages. Raises ContentError with every mistake.
    """
    folder = content / REPLIES
    problems: list[Problem] = []
    found: list[Reply] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else ():
        if path.name in IGNORED:
            continue
        shown = f"content/{REPLIES}/{clipped(path.name)}"
        if path.suffix != ".yml":
            problems.append(Problem(shown, 0, 0, "W-file", "only .yml files may lie here", ""))
            continue
        try:
            document = read(path, shown)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        reply = checked(Reply, document, ())
        if isinstance(reply, list):
            problems.extend(reply)
            continue
        if reply.id != path.stem:
            problems.append(document.problem(("id",), "W-name", "the id is not the name of the file"))
        problems.extend(_target(document, ("page",), reply.page, known))
        found.append(reply)
    if problems:
        raise ContentError(*problems)
    return tuple(sorted(found, key=lambda one: (one.date, one.id)))


def _twice(named: list[tuple[Document, Where, str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for document, where, id in named:
        if id in seen:
            yield document.problem((*where, "id"), "W-unique", "the id is taken")
        seen.add(id)


def _target(document: Document, where: Where, page: str, known: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    letter, _, id = page.partition("/")
    if letter in known and id not in known[letter]:
        hint = did_you_mean(id, known[letter])
        yield document.problem(where, "W-ref", f'no page "{clipped(page)}" on this site', hint)
