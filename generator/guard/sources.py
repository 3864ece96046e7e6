"""Where in the repository something was written that stands on a page: in content, in a pack, or in a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from generator.base.problems import ContentError, Problem, PublishRefusedError
from generator.curated.locked import FILE
from generator.curated.yamlfile import Document, Place, parse
from generator.guard.decode import uncoded

MOST_PLACES = 20  # of one thing


class Source(NamedTuple):
    """A place in a file of the repository; line and column are 1-based."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        """As in a problem."""
        return f"{self.path}:{self.line}:{self.column}"


class _Value(NamedTuple):
    """One text of a content file: what it says, also with its codings undone, and where it is written."""

    path: str
    file: str
    said: str
    plain: str
    place: Place
    end: Place | None  # where the next thing begins


class Sources:
    """The files of a repository, read when something is first looked for."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def of(self, found: str) -> tuple[Source, ...]:
        """Every value of content that holds it, however coded; else every place in packs and templates. At most 20."""
        inside = re.compile(re.escape(found), re.IGNORECASE)
        places = [*self._in_content(inside)] or [*self._in_text(inside)]
        return tuple(places[:MOST_PLACES])

    def traced(self, problem: Problem) -> Problem:
        """A problem of a built file, with the file of the repository that it was made from where that can be told."""
        asset = self.root / "templates" / problem.path
        if problem.path.startswith("assets/") and asset.is_file():
            return _hinted(problem, f"from templates/{problem.path}")
        _case, *parts = problem.path.split("/")
        source = next((self._records[part] for part in reversed(parts) if part in self._records), None)
        return _hinted(problem, f"the page of {source}") if source else problem

    @contextmanager
    def told(self) -> Iterator[None]:
        """Problems of built files that are raised within say where they come from."""
        try:
            yield
        except PublishRefusedError as error:
            raise PublishRefusedError(*map(self.traced, error.problems)) from None

    def _in_content(self, inside: re.Pattern[str]) -> Iterator[Source]:
        for value in self._values:
            if inside.search(value.said) or inside.search(value.plain):
                match = inside.search(value.file, _offset(value.file, value.place), _offset(value.file, value.end))
                yield Source(value.path, *(_place(value.file, match.start()) if match else value.place))

    def _in_text(self, inside: re.Pattern[str]) -> Iterator[Source]:
        files = [*self.root.glob("content/evidence/*/pack.json"), *self.root.glob("templates/**/*")]
        for path in sorted(file for file in files if file.is_file() and not file.is_symlink()):
            text = path.read_text("utf-8", "replace")
            shown = path.relative_to(self.root).as_posix()
            yield from (Source(shown, *_place(text, match.start())) for match in inside.finditer(text))

    @cached_property
    def _documents(self) -> tuple[tuple[Document, str], ...]:
        """Content files that can be read, with their text. Those that cannot are refused before anything is built."""
        read = []
        for path in sorted(self.root.glob("content/**/*.yml")):
            if path.is_symlink() or not path.is_file():
                continue
            data = path.read_bytes()
            try:
                document = parse(data, path.relative_to(self.root).as_posix())
            except ContentError:
                continue
            read.append((document, data.decode().replace("\r\n", "\n")))
        return tuple(read)

    @cached_property
    def _values(self) -> tuple[_Value, ...]:
        return tuple(value for document, file in self._documents for value in _values(document, file))

    @cached_property
    def _records(self) -> dict[str, Source]:
        """Where each record has its id."""
        return {
            value: Source(document.path, *place)
            for document, _ in self._documents
            if document.path != f"content/{FILE}"  # it repeats the id of every record
            for where, place in document.values.items()
            if where and where[-1] == "id" and isinstance(value := _at(document, where), str)
        }


def _values(document: Document, file: str) -> Iterator[_Value]:
    """The texts of a file in their order."""
    marks = sorted({*document.keys.values(), *document.values.values()})
    following = dict(zip(marks, [*marks[1:], None], strict=True))
    for where, place in document.values.items():
        said = _at(document, where)
        if isinstance(said, str):
            yield _Value(document.path, file, said, uncoded(said), place, following[place])


def _at(document: Document, where: tuple[str | int, ...]) -> object:
    value = document.value
    for step in where:
        value = value[step]
    return value


def _offset(text: str, place: Place | None) -> int:
    """Where a place is in the text; None is its end."""
    if place is None:
        return len(text)
    start = 0
    for _ in range(place.line - 1):
        start = text.index("\n", start) + 1
    return start + place.column - 1


def _place(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _hinted(problem: Problem, hint: str) -> Problem:
    return replace(problem, hint="; ".join(part for part in (problem.hint, hint) if part))
