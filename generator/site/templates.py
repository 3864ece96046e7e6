"""Mistakes in templates and assets, told as mistakes of an input: the file, the line, what is wrong.

Jinja compiles a template under the name of its file and keeps its lines, so the last frame of a traceback that is of a
template is where the mistake shows (https://jinja.palletsprojects.com/en/stable/templates/).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

from generator.base.problems import ContentError, Problem
from generator.site.render import BOOKKEEPING, ControlCharacterError
from generator.site.static_files import NotAnAssetError

FOLDER = "templates"
LONGEST = 200  # characters of what an error says


@contextmanager
def told(templates: Path) -> Iterator[None]:
    """Raise ContentError for what a file below `templates` makes fail; an error that is not theirs passes as it is."""
    try:
        yield
    except NotAnAssetError as error:
        raise ContentError(_problem(error.name, 0, str(error), "an ordinary file of a type that is served")) from error
    except TemplateSyntaxError as error:
        name = _inside(error.filename or "", templates) or error.name or ""
        raise ContentError(_problem(name, error.lineno, error.message or "")) from error
    except Exception as error:
        place = _place(error, templates)
        if place is None:
            raise
        raise ContentError(_problem(*place, _words(error))) from error


def _place(error: Exception, templates: Path) -> tuple[str, int] | None:
    """Name and line of the template that is to blame; None where none is."""
    match error:
        case UnicodeDecodeError():
            return _first(templates, _undecoded)
        case ControlCharacterError():
            return _first(templates, _controlled)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if name := _inside(frame.filename, templates):
            return name, frame.lineno or 0
    return (str(error.name or ""), 0) if isinstance(error, TemplateNotFound) else None


def _first(templates: Path, flaw: Callable[[bytes], int | None]) -> tuple[str, int] | None:
    """The first template in which there is such a flaw, and its line."""
    for path in sorted(templates.glob("*.j2")):
        data = path.read_bytes()
        if (offset := flaw(data)) is not None:
            return path.name, data.count(b"\n", 0, offset) + 1
    return None


def _undecoded(data: bytes) -> int | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _controlled(data: bytes) -> int | None:
    found = BOOKKEEPING.search(data.decode("latin-1"))
    return found.start() if found else None


def _inside(file: str, templates: Path) -> str:
    """The name of a template by the path that Jinja gave it; "" for any other file."""
    path = Path(file)
    return path.relative_to(templates).as_posix() if path.suffix == ".j2" and path.is_relative_to(templates) else ""


def _words(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, ControlCharacterError):
        return "a control character"
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name}"
    said = " ".join(str(error).split())
    return said if isinstance(error, TemplateError) else f"{type(error).__name__}: {said}"


def _problem(name: str, line: int, message: str, hint: str = "mend the template") -> Problem:
    return Problem(f"{FOLDER}/{name}", line, 0, "W-template", message[:LONGEST], hint)
