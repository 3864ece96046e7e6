"""The folder content/ read by the table of kinds: every file that may be there, and every record in it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from generator.base.problems import ContentError, Problem
from generator.curated.checking import checked, did_you_mean, value_at
from generator.curated.entries import Entry, Kind, Outside, Records
from generator.curated.keeping import Kept
from generator.curated.misplaced import looks_like
from generator.curated.tomlfile import parse_toml
from generator.curated.yamlfile import MAX_BYTES, Document, Where, parse, read_bytes

NO_RECORDS = {"evidence": (".json", ".parquet"), "schemas": (".json",)}
"""Folders that others read, with the suffixes that may be there."""
IGNORED = (".gitkeep", ".DS_Store")
_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_NUMBERED = re.compile(r"[0-9-]{10}\.[0-9]{1,3}")
_WHOLE_TIMES = 512  # 64 MiB
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


def read_folder(
    content: Path, kinds: tuple[Kind, ...], outside: Outside, kept: Kept | None = None
) -> tuple[Records, list[Problem]]:
    """The records of these kinds, and every mistake that one file shows, in the order of names, never of the disk.

    With `kept`, only files whose bytes are others than before are taken apart again.
    """
    reading = _Reading(content, kinds, kept)
    for files, group in groupby(kinds, key=lambda kind: kind.files):
        reading.files(files, tuple(group))
    found = Records(kinds, tuple(reading.entries), frozenset(reading.lost), frozenset(reading.broken), outside)
    return found, reading.problems


def strange_files(content: Path, kinds: tuple[Kind, ...]) -> list[Problem]:
    """Problems of files and folders that no kind has, and of links, at the top and in folders of single files."""
    reading = _Reading(content)
    top = {kind.files for kind in kinds if not kind.folder}
    folders = {kind.folder for kind in kinds if kind.folder} | set(NO_RECORDS)
    reading.only(content, top, folders)
    for folder in sorted({kind.folder for kind in kinds if kind.folder and not kind.named_after}):
        names = {kind.files.rpartition("/")[2] for kind in kinds if kind.folder == folder}
        reading.only(content / folder, names, set())
    for folder, suffixes in NO_RECORDS.items():
        reading.others(content / folder, suffixes)
    return reading.problems


def read_one(shown: str, data: bytes, kinds: tuple[Kind, ...]) -> tuple[list[Entry], list[Problem]]:
    """The records of one file that need not be on the disk, and the mistakes in it. Raises ContentError if not YAML."""
    reading = _Reading(Path())
    reading.taken(_parsed(data, shown, kinds[0].times), kinds, PurePosixPath(shown).stem)
    return reading.entries, reading.problems


def _parsed(data: bytes, shown: str, times: int) -> Document:
    return parse_toml(data, shown) if shown.endswith(".toml") else parse(data, shown, times)


@dataclass
class _Reading:
    """One pass over the folder: what was read so far, and every mistake so far."""

    content: Path
    table: tuple[Kind, ...] = ()  # all kinds, to tell of which one a misplaced record is
    kept: Kept | None = None
    problems: list[Problem] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    lost: set[tuple[str, str]] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)

    def files(self, files: str, kinds: tuple[Kind, ...]) -> None:
        """All files of kinds that share them."""
        kind = kinds[0]
        path = self.content / files
        if kind.named_after:
            for one in self._named(self.content / kind.folder, kind):
                self._file(one, kinds)
        elif os.path.lexists(path) and not path.parent.is_symlink():
            self._file(path, kinds)
        elif kind.needed:
            self._problem(path, "W-missing", "the file is missing", "bring it back, no case is without it")
            self.broken.update(one.word for one in kinds)

    def _file(self, path: Path, kinds: tuple[Kind, ...]) -> None:
        try:
            if kinds[0].whole:
                self._whole(kinds[0], path)
                return
            document = self._document(path, kinds[0].times)
        except ContentError as error:
            self.problems.extend(error.problems)
            for kind in kinds:
                if kind.named_after == "id":  # one mistake must not be reported again at every reference
                    self.lost.add((kind.word, path.stem))
                else:
                    self.broken.add(kind.word)
            return
        self.taken(document, kinds, path.stem)

    def _document(self, path: Path, times: int) -> Document:
        shown = self._shown(path)
        if self.kept is None or path.suffix == ".toml":
            return _parsed(read_bytes(path, shown, MAX_BYTES * times), shown, times)
        return self.kept.document(read_bytes(path, shown, MAX_BYTES * times), shown, times)

    def taken(self, document: Document, kinds: tuple[Kind, ...], stem: str) -> None:
        """The records of a file that is YAML."""
        if kinds[0].part:
            self._parts(document, kinds, stem)
        elif kinds[0].listed:
            self._list(kinds[0], document, (), stem)
        else:
            self._record(kinds[0], document, (), stem)

    def _whole(self, kind: Kind, path: Path) -> None:
        """A file that a command wrote. Raises ContentError where it is not as it was written."""
        shown = self._shown(path)
        try:
            record = kind.model.model_validate_json(read_bytes(path, shown, MAX_BYTES * _WHOLE_TIMES), strict=True)
        except ValidationError as error:
            where = ".".join(str(step) for step in error.errors(include_url=False, include_input=False)[0]["loc"])
            words = f"is not a {kind.word} that this program wrote{f': {where}' if where else ''}"
            raise ContentError(Problem(shown, 1, 1, "W-whole", words, "take it back from the repository")) from None
        document = Document(shown, {"id": getattr(record, "id", "")})
        self.entries.append(Entry(kind, record, document, (), path.stem))

    def _parts(self, document: Document, kinds: tuple[Kind, ...], stem: str) -> None:
        parts = {kind.part: kind for kind in kinds}
        if not isinstance(document.value, dict):
            names = " and ".join(f"{part}:" for part in parts)
            self.problems.append(document.problem((), "W-type", f"the file must hold {names}"))
            self.broken.update(kind.word for kind in kinds)
            return
        for key in document.value:
            if key not in parts:
                place = document.key_place((key,))
                problem = Problem(document.path, *place, "W-field", "unknown field", did_you_mean(key, parts))
                self.problems.append(problem)
        for part, kind in parts.items():
            if part in document.value:
                self._list(kind, document, (part,), stem)
                continue
            hint = f"{part}: [] where there is none"
            self.problems.append(document.problem((), "W-missing", f'field "{part}" is missing', hint))
            self.broken.add(kind.word)

    def _list(self, kind: Kind, document: Document, where: Where, stem: str) -> None:
        entries = value_at(document.value, where)
        if not isinstance(entries, list):
            what = f'"{where[-1]}"' if where else "the file"
            hint = "each record begins with a dash; [] where there is none"
            self.problems.append(document.problem(where, "W-type", f"{what} must be a list of records", hint))
            self.broken.add(kind.word)
            return
        for index in range(len(entries)):
            self._record(kind, document, (*where, index), stem)

    def _record(self, kind: Kind, document: Document, where: Where, stem: str) -> None:
        found = checked(kind.model, document, where)
        if isinstance(found, list) and (other := looks_like(value_at(document.value, where), kind, self.table)):
            hint = f"its place is content/{other.files.replace('{id}', stem)}"
            message = f"looks like a {other.word}, and is among records of the kind {kind.word}"
            self.problems.append(document.problem(where, "W-file", message, hint))
            if kind.named_after == "id":
                self.lost.add((kind.word, stem))
            return
        if isinstance(found, list):
            self.problems.extend(found)
            if kind.named_after == "id" and not isinstance(value_at(document.value, (*where, "id")), str):
                self.lost.add((kind.word, stem))
        self.entries.append(Entry(kind, None if isinstance(found, list) else found, document, where, stem))

    def _named(self, folder: Path, kind: Kind) -> Iterator[Path]:
        """Files of a folder that holds one a record, or one a month."""
        for path in self._listed(folder):
            if not stat.S_ISREG(path.lstat().st_mode):
                self._problem(path, "W-file", "not an ordinary file", f"only files are read in content/{kind.folder}/")
            elif path.suffix != (suffix := PurePosixPath(kind.files).suffix):
                self._problem(path, "W-file", f"only {suffix} files may be here", f"let its name end in {suffix}")
            elif not (_NUMBERED if kind.whole else _STEM).fullmatch(path.stem):
                self._problem(path, "W-file", "the name must be letters, digits and hyphens", "rename it")
            elif kind.named_after == "month" and not _MONTH.fullmatch(path.stem):
                self._problem(path, "W-name", "the file is not named after a month", "such as 2026-03.yml")
            else:
                yield path

    def only(self, folder: Path, files: set[str], folders: set[str]) -> None:
        """Nothing but ordinary files and folders of these names."""
        for path in self._listed(folder):
            mode = path.lstat().st_mode
            if (stat.S_ISREG(mode) and path.name in files) or (stat.S_ISDIR(mode) and path.name in folders):
                continue
            hint = did_you_mean(path.name, (files | folders) - {path.name})
            self._problem(path, "W-file", "no file or folder of this kind and name is expected here", hint)

    def others(self, folder: Path, suffixes: tuple[str, ...]) -> None:
        """Nothing but ordinary files of these kinds, and folders of them where evidence is."""
        for path in self._listed(folder):
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode) and folder == self.content / "evidence":
                self.others(path, suffixes)
            elif not stat.S_ISREG(mode):
                self._problem(path, "W-file", "not an ordinary file")
            elif path.suffix not in suffixes or path.name.startswith("."):
                self._problem(path, "W-file", f"only {' and '.join(suffixes)} files may be here")

    def _listed(self, folder: Path) -> list[Path]:
        if folder.is_symlink() or not folder.is_dir():
            return []
        return sorted(path for path in folder.iterdir() if path.name not in IGNORED)

    def _problem(self, path: Path, code: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self._shown(path), 0, 0, code, message, hint))

    def _shown(self, path: Path) -> str:
        inside = path.relative_to(self.content).as_posix()
        return "content/" + "".join(letter if letter.isprintable() else "?" for letter in inside)
