"""Where a public log lies: repository, commit, licence, and every file with its SHA-256. One record a pack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import Line, Model, Slug, Text, WebUrl

GITHUB = "https://github.com/"
RAW = "https://raw.githubusercontent.com/"
_REPOSITORY = re.compile(r"https://github\.com/[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_.-]{1,100}")
"""What may be put into a command that readers copy."""
SHORT = 9  # digits of a commit that name a folder


def _inside(path: str) -> str:
    if any(part in {"", ".", ".."} for part in path.split("/")):
        raise ValueError("must be a path below the top of the repository")
    return path


def _on_github(url: WebUrl) -> WebUrl:
    if not _REPOSITORY.fullmatch(str(url)):
        raise ValueError(f"must be {GITHUB}OWNER/NAME: addresses of single lines are made from it")
    return url


Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Path = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}$", max_length=201), AfterValidator(_inside)
]
Repository = Annotated[WebUrl, AfterValidator(_on_github)]


class PublicFile(Model):
    """One file of a public log."""

    path: Path  # below the top of the repository
    sha256: Sha256
    bytes: Annotated[int, Field(ge=1)]
    lines: Annotated[int, Field(ge=1)]
    commit: Commit | None = None  # where it is not that of the whole


class Origin(Model):
    """How one log came to be public. It is named after the pack that is made of it."""

    id: Slug
    title: Line
    repository: Repository
    commit: Commit
    licence: Line  # SPDX identifier of the repository's own licence
    published: Literal["fixture", "own-choice", "opt-in"]
    how: Text  # how it came to be public, and that nobody was asked
    files: Annotated[tuple[PublicFile, ...], Field(min_length=1)]

    @cached_property
    def by_digest(self) -> dict[str, PublicFile]:
        """Files by SHA-256; of copies the first."""
        return {file.sha256: file for file in reversed(self.files)}

    @property
    def name(self) -> str:
        """Owner and name of the repository."""
        return str(self.repository).removeprefix(GITHUB)

    @property
    def several_commits(self) -> bool:
        """Are its files at more than one commit, so that a path alone does not name one?"""
        return any(file.commit is not None for file in self.files)

    def at(self, file: PublicFile) -> str:
        """The commit of a file."""
        return file.commit or self.commit

    def local(self, file: PublicFile) -> str:
        """Where a file goes when the log is unpacked."""
        return f"{self.at(file)[:SHORT]}/{file.path}" if self.several_commits else file.path

    def page(self, file: PublicFile, line: int) -> str:
        """Address at which people see the line."""
        return f"{GITHUB}{self.name}/blob/{self.at(file)}/{file.path}#L{line}"

    def raw(self, file: PublicFile) -> str:
        """Address of the bare file."""
        return f"{RAW}{self.name}/{self.at(file)}/{file.path}"

    def addresses(self) -> Iterator[str]:
        """Every address that pages may show of it."""
        for file in self.files:
            yield self.page(file, 1)
            yield self.raw(file)


def places_are_single(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """No file of an origin is named twice."""
    for entry, origin in sound(entries, Origin):
        seen: set[tuple[str, str]] = set()
        for index, file in enumerate(origin.files):
            if (origin.at(file), file.path) in seen:
                yield entry.problem(("files", index, "path"), "W-twice", "the file is named above")
            seen.add((origin.at(file), file.path))
