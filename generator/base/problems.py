"""What can go wrong, in words a person can act on, and the exit code it ends with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from generator.base.wording import printable

T = TypeVar("T")


class Exit(IntEnum):
    """Exit codes of the command; README prints the same table and a test compares them."""

    OK = 0
    INTERNAL = 1
    CONTENT = 2
    PARTIAL = 3
    UNREADABLE = 4
    REFUSED = 5
    IO = 74
    BUSY = 75
    INTERRUPTED = 130
    UNHEARD = 141  # as SIGPIPE ends a program


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake at one place. `line` and `column` are 1-based; 0 means "the whole file".

    The path may hold any letter that a file system allows; where the problem is printed, it is escaped.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """`path:line:col: code message (hint)`, the form that editors and CI annotate."""
        hint = f" ({self.hint})" if self.hint else ""
        return printable(f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}{hint}")


class WitnessmarkError(Exception):
    """Base of every error that is the user's to mend; carries all problems of a run at once."""

    exit = Exit.INTERNAL

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(sorted(problems))


class ContentError(WitnessmarkError):
    """Content YAML breaks the schema or points nowhere."""

    exit = Exit.CONTENT


def attempt(read: Callable[[], T], problems: list[Problem]) -> T | None:
    """What `read` gives; None if it raises a WitnessmarkError, whose problems are then kept with the others."""
    try:
        return read()
    except WitnessmarkError as error:
        problems.extend(error.problems)
        return None


class LogError(WitnessmarkError):
    """No log was found, or no importer claims a file."""

    exit = Exit.UNREADABLE


class PackError(WitnessmarkError):
    """An evidence pack is damaged or of an unknown schema."""

    exit = Exit.CONTENT


class PublishRefusedError(WitnessmarkError):
    """The publish gate or the site checker found something; nothing was swapped in."""

    exit = Exit.REFUSED


class BusyError(WitnessmarkError):
    """Another build holds the lock."""

    exit = Exit.BUSY


class WorkerError(WitnessmarkError):
    """The system killed a worker process."""

    exit = Exit.IO


class ClusterError(WitnessmarkError):
    """Spark, or what it needs, is not there, or a cluster gave up."""

    exit = Exit.IO
