"""The first files of a new case, or of a site of one's own logs: text that `witnessmark check` takes as it is."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.base.problems import Problem

_TEXTS = Path(__file__).parent / "started"
_LONGEST = 300  # letters of a line of content, as `models.Line` says
_SHORTEST_ID = 2
_WORD = re.compile(r"\$(?:([a-z_]+)|\{([a-z_]+)\})")
EMPTY_LISTS = {"content/surfaces.yml": "surfaces: []\nelsewhere: []\n", "content/symptoms.yml": "[]\n"}
EMPTY_LISTS |= {"content/sources.yml": "[]\n"}


@dataclass(frozen=True)
class Start:
    """What a new case is about; a site of own logs has a name and days alone."""

    name: str
    start: dt.date
    end: dt.date
    question: str = ""
    vendor: str = ""
    surfaces: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    statement: str = ""
    article: str = ""
    own: bool = False

    @property
    def id(self) -> str:
        """Of the case: the month in which its days begin."""
        return f"{self.start:%Y-%m}"


def wrong_in(start: Start) -> Iterator[Problem]:
    """What cannot be in a case, named by the option that it was given with."""
    needed = {"--name": start.name}
    if not start.own:
        needed |= {"--question": start.question, "--vendor": start.vendor}
        for option, many in (("--surface", start.surfaces), ("--symptom", start.symptoms)):
            if not many:
                yield _problem(option, "is needed at least once")
            ids = [slug(one) for one in many]
            for text, id in zip(many, ids, strict=True):
                if len(id) < _SHORTEST_ID:
                    yield _problem(option, f"{json.dumps(text)} gives no id", "use at least two letters or digits")
                if ids.count(id) > 1:
                    yield _problem(option, f"two of them have the id {id}", "word one of them otherwise")
    yield from (_problem(option, "is needed") for option, text in needed.items() if not text.strip())
    said = (start.name, start.question, start.vendor, start.statement, start.article, *start.surfaces, *start.symptoms)
    for text in said:
        if len(text) > _LONGEST or not text.isprintable():
            shown = json.dumps(text[:40])
            yield _problem(shown, f"must be one line of at most {_LONGEST} letters", "no line breaks, no tabs")
    if start.end < start.start:
        yield _problem("--end", "is before --start")


def files_of(start: Start) -> dict[str, str]:
    """The files of content/, by path from the root of the repository."""
    days = {"id": start.id, "name": quoted(start.name), "start": str(start.start), "end": str(start.end)}
    if start.own:
        return {"content/case.yml": _text("own.yml", days), **EMPTY_LISTS}
    words = days | {
        "question": quoted(start.question),
        "article": quoted(start.article or f"What is said about {start.vendor}"),
        "vendor_plain": start.vendor,
        "statement": quoted(start.statement or start.symptoms[0].rstrip(".") + "."),
        "surface": slug(start.surfaces[0]),
        "symptom": slug(start.symptoms[0]),
        "days": quoted(f"{start.start} to {start.end}"),
    }
    surfaces = "".join(_text("surface.yml", {"id": slug(one), "title": quoted(one)}) for one in start.surfaces)
    symptoms = "".join(
        _text("symptom.yml", {"id": slug(one), "title": quoted(one), "question": quoted(f"{one.rstrip('.?')}?")})
        for one in start.symptoms
    )
    return {
        "content/case.yml": _text("case.yml", words),
        "content/surfaces.yml": _text("surfaces.yml", words | {"surfaces": surfaces}),
        "content/symptoms.yml": _text("symptoms.yml", words | {"symptoms": symptoms}).rstrip("\n") + "\n",
        "content/sources.yml": _text("sources.yml", words),
        "content/claims/C-001.yml": _text("claim.yml", words),
        "content/analysis/overview.yml": _text("overview.yml", words),
    }


def slug(text: str) -> str:
    """An id from words: "Example Chat" is example-chat."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")


def quoted(text: str) -> str:
    """The text as a value of YAML: JSON is YAML, and nothing in it is read as anything but text."""
    return json.dumps(text, ensure_ascii=False)


def _text(name: str, words: dict[str, str]) -> str:
    """The file with `$word` and `${word}` filled in, once: what is filled in is not looked at again."""
    return _WORD.sub(lambda match: words[match[1] or match[2]], (_TEXTS / name).read_text("utf-8"))


def _problem(option: str, message: str, hint: str = "") -> Problem:
    return Problem(option, 0, 0, "W-init", message, hint)
