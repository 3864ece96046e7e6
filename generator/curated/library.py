"""All of content/ that people write about the case, read, checked and cross-checked in one go."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator.base.problems import ContentError, Problem
from generator.curated.checking import M, checked, did_you_mean, value_at
from generator.curated.codes import CODES
from generator.curated.crosscheck import Entry, Records, problems_between
from generator.curated.models import (
    Case,
    Claim,
    Event,
    Incident,
    Library,
    Model,
    Report,
    Source,
    SurfaceText,
    Symptom,
    Variant,
)
from generator.curated.schemas import json_schemas
from generator.curated.yamlfile import Document, Where, read

__all__ = ["CODES", "json_schemas", "load"]

ONE_A_FILE: dict[str, type[Model]] = {"claims": Claim, "reports": Report}
BY_MONTH: dict[str, type[Model]] = {"events": Event, "incidents": Incident}
LISTS: dict[str, type[Model]] = {"sources": Source, "symptoms": Symptom}
OF_OTHERS = {  # read by other modules, which look only at what they know; the suffixes that may lie there
    "analysis": (".yml",),
    "evidence": (".json", ".parquet"),
    "examples": (".yml",),
    "measurements": (".yml",),
    "replies": (".yml",),
    "schemas": (".json",),
}
IGNORED = (".gitkeep", ".DS_Store")
_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


def load(content: Path, detector_ids: frozenset[str] | None = None) -> Library:
    """The library; None for `detector_ids` leaves the detectors of symptoms unchecked.

    Raises ContentError with every problem of every file, sorted by place.
    """
    reading = _Reading(content, Records(detector_ids, _packs(content / "evidence")))
    reading.everything()
    problems = [*reading.problems, *problems_between(reading.records)]
    case = reading.records.first(Case)
    if problems or case is None:
        raise ContentError(*problems)
    of = reading.records.of
    return Library(
        case=case,
        claims=tuple(sorted(of(Claim), key=lambda claim: claim.id)),
        reports=tuple(sorted(of(Report), key=lambda report: (report.date, report.id))),
        incidents=tuple(sorted(of(Incident), key=lambda incident: (incident.start, incident.id))),
        events=tuple(sorted(of(Event), key=lambda event: (event.start, event.id))),
        sources=tuple(sorted(of(Source), key=lambda source: source.id)),
        surfaces=of(SurfaceText),
        elsewhere=of(Variant),
        symptoms=of(Symptom),
    )


def _packs(folder: Path) -> frozenset[str]:
    """Names of the evidence packs that lie in content/; `pack.py` reads them."""
    return frozenset(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else frozenset()


@dataclass
class _Reading:
    """One pass over the folder: what was read so far, and every mistake so far."""

    content: Path
    records: Records
    problems: list[Problem] = field(default_factory=list)

    def everything(self) -> None:
        """Read each file in the order of its name, so that problems and lists never depend on the disk."""
        self._top()
        if document := self._document(self.content / "case.yml"):
            self._record(Case, document, ())
        for name, model in LISTS.items():
            if document := self._document(self.content / f"{name}.yml"):
                self._list(model, document, ())
            else:
                self.records.broken(model)
        if document := self._document(self.content / "surfaces.yml"):
            self._surfaces(document)
        else:
            self.records.broken(SurfaceText)
        for folder, model in (ONE_A_FILE | BY_MONTH).items():
            for path in self._files(folder):
                self._file(model, path, folder)

    def _file(self, model: type[Model], path: Path, folder: str) -> None:
        document = self._document(path)
        if document is None:
            self.records.named(model, path.stem)
        elif folder in ONE_A_FILE:
            self._record(model, document, (), stem=path.stem)
        elif _MONTH.fullmatch(path.stem):
            self._list(model, document, (), stem=path.stem)
        else:
            self._problem(path, "W-name", "the file is not named after a month", "such as 2026-03.yml")

    def _surfaces(self, document: Document) -> None:
        if not isinstance(document.value, dict):
            self.problems.append(document.problem((), "W-type", "the file must hold surfaces: and elsewhere:"))
            self.records.broken(SurfaceText)
            return
        parts: dict[str, type[Model]] = {"surfaces": SurfaceText, "elsewhere": Variant}
        for key in document.value:
            if key not in parts:
                place = document.key_place((key,))
                problem = Problem(document.path, *place, "W-field", "unknown field", did_you_mean(key, parts))
                self.problems.append(problem)
        for key, model in parts.items():
            self._list(model, document, (key,))

    def _list(self, model: type[Model], document: Document, where: Where, stem: str | None = None) -> None:
        entries = value_at(document.value, where)
        if not isinstance(entries, list):
            self.problems.append(document.problem(where, "W-type", "must be a list of records"))
            self.records.broken(model)
            return
        for index in range(len(entries)):
            self._record(model, document, (*where, index), stem)

    def _record(self, model: type[M], document: Document, where: Where, stem: str | None = None) -> None:
        found = checked(model, document, where)
        if isinstance(found, list):
            self.problems.extend(found)
            identity = value_at(document.value, (*where, "id"))
            self.records.named(model, identity if isinstance(identity, str) else stem)
            self.records.add(Entry(model, None, document, where, stem))
        else:
            self.records.add(Entry(model, found, document, where, stem))

    def _document(self, path: Path) -> Document | None:
        if not os.path.lexists(path):
            self._problem(path, "W-missing", "the file is missing")
            return None
        try:
            return read(path, self._shown(path))
        except ContentError as error:
            self.problems.extend(error.problems)
            return None

    def _top(self) -> None:
        others = ("corrections", "hypotheses", "prices")
        own = {"case.yml", "surfaces.yml", *(f"{name}.yml" for name in (*LISTS, *others))}
        folders = {*ONE_A_FILE, *BY_MONTH, *OF_OTHERS}
        for path in self._listed(self.content):
            mode = path.lstat().st_mode
            if (stat.S_ISREG(mode) and path.name in own) or (stat.S_ISDIR(mode) and path.name in folders):
                continue
            hint = did_you_mean(path.name, (own | folders) - {path.name})
            self._problem(path, "W-file", "no file or folder of this kind and name is expected here", hint)

        for folder, suffixes in OF_OTHERS.items():
            if not (self.content / folder).is_symlink():
                self._of_others(self.content / folder, suffixes)

    def _of_others(self, folder: Path, suffixes: tuple[str, ...]) -> None:
        """Nothing but ordinary files of these kinds, and folders of them where evidence lies."""
        for path in self._listed(folder):
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode) and folder == self.content / "evidence":
                self._of_others(path, suffixes)
            elif not stat.S_ISREG(mode):
                self._problem(path, "W-file", "not an ordinary file")
            elif path.suffix not in suffixes or path.name.startswith("."):
                self._problem(path, "W-file", f"only {' and '.join(suffixes)} files may lie here")

    def _files(self, folder: str) -> Iterator[Path]:
        for path in self._listed(self.content / folder):
            if not stat.S_ISREG(path.lstat().st_mode):
                self._problem(path, "W-file", "not an ordinary file")
            elif path.suffix != ".yml":
                self._problem(path, "W-file", "only .yml files may lie here")
            elif not _STEM.fullmatch(path.stem):
                self._problem(path, "W-file", "the name must be letters, digits and hyphens")
            else:
                yield path

    def _listed(self, folder: Path) -> list[Path]:
        if folder.is_symlink() or not folder.is_dir():
            return []
        return sorted(path for path in folder.iterdir() if path.name not in IGNORED)

    def _problem(self, path: Path, code: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self._shown(path), 0, 0, code, message, hint))

    def _shown(self, path: Path) -> str:
        relative = path.relative_to(self.content.parent).as_posix()
        return "".join(letter if letter.isprintable() else "?" for letter in relative)
