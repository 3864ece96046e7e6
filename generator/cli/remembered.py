"""What earlier scans kept in the user's cache folder, as commands use it: trusted or thrown away, and kept anew."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

import generator
from generator.base.listing import Listing, Seen
from generator.base.problems import Exit
from generator.base.wording import printable
from generator.cli.context import cache_folder, warn_of, warn_unclaimed
from generator.index.sealed import Sealed, SpoiledError

if TYPE_CHECKING:
    from generator.importers import Discovery
    from generator.importers.base import LogFile
    from generator.importers.packing import Packed
    from generator.index.answers import Answer
    from generator.index.files import Fresh, Known
    from generator.records.rows import Tally

NO_CACHE = click.option("--no-cache", "afresh", is_flag=True, help="Read every log from its start, and keep nothing.")
LOCK = "lock"
PATIENCE = 10  # seconds for another run that writes; it takes less than one
LOOKS = (
    "COLORTERM", "COLUMNS", "DATABRICKS_RUNTIME_VERSION", "FORCE_COLOR", "JUPYTER_COLUMNS", "JUPYTER_LINES", "LINES",
    "NO_COLOR", "TERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE",
)  # fmt: skip
"""Variables that decide how text looks, here or in the library that prints it."""


class Remembered:
    """The index of one run: what it knows of the listed files, and what the run adds to it."""

    def __init__(self, key: bytes, listing: Listing, began_ns: int) -> None:
        from generator.index.program import program
        from generator.records.vendor import given

        self.listing, self.began_ns = listing, began_ns
        judges = "".join(vendor.digest for vendor in given())  # what a log gives depends on who judges it
        self.sealed = Sealed(cache_folder(), key + judges.encode(), program(Path(generator.__file__).parent))
        self._seen = {file.path: file for file in listing.files}
        self._known: Known | None = None
        self._usable = True
        self._used: list[Seen] = []
        self._fresh: list[Fresh] = []

    def answer(self, name: str) -> Answer | None:
        """What a scan said to this question before."""
        from generator.index.answers import recall

        try:
            return recall(self.sealed, name)
        except SpoiledError as error:
            self._throw_away(error)
            return None

    @property
    def importers(self) -> dict[Path, str]:
        """Ids of the formats of files that have not changed."""
        return {path: entry.importer for path, entry in self._loaded().entries.items()}

    def recall(self, file: LogFile) -> Packed | None:
        """What the file gave; None where it has to be read."""
        from generator.importers.packing import Packed

        entry = self._loaded().entries.get(file.path)
        if entry is None or entry.importer != file.importer.id:
            return None
        self._used.append(self._seen[file.path])
        return Packed(entry.place, self._loaded().packed(entry))

    def keep(self, file: LogFile, packed: Packed) -> None:
        """Take what the file gave just now, unless it depends on other files too."""
        from generator.index.files import Fresh

        if not file.importer.beside:
            self._fresh.append(Fresh(self._seen[file.path], file.importer.id, packed.place, packed.content))

    def save(self, name: str = "", answer: Answer | None = None) -> None:
        """Keep what was read, and what was said. Nothing that goes wrong here ends a scan."""
        from generator.index.answers import remember
        from generator.index.files import save

        if not self._usable:
            return
        try:
            self.sealed.make()
            with self._locked() as ours:
                if ours and (self._fresh or self._used):
                    save(self.sealed, self._used, self._fresh, self.began_ns)
                if ours and answer is not None:
                    remember(self.sealed, name, answer, self.listing, self.began_ns)
        except SpoiledError as error:
            self._throw_away(error)
        except OSError as error:
            click.echo(f"What was read could not be kept for the next scan: {error.strerror or error}.", err=True)

    def _loaded(self) -> Known:
        if self._known is None:
            self._known = self._load()
        return self._known

    def _load(self) -> Known:
        from generator.index.files import Known, load

        if not self._usable or not self.sealed.folder.is_dir():
            return Known({}, {})
        try:
            with self._locked() as ours:
                return load(self.sealed, self.listing.files) if ours else Known({}, {})
        except SpoiledError as error:
            self._throw_away(error)
        except OSError:  # no lock can be made there: the logs are read
            pass
        return Known({}, {})

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """The folder for this run alone; False where another one holds it for long."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.sealed.folder / LOCK, mode=0o600, timeout=PATIENCE)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def _throw_away(self, error: SpoiledError) -> None:
        """Say it in one line, and begin anew where the folder is the user's own."""
        folder = self.sealed.folder
        done, self._usable = "it is not used", False
        with suppress(OSError):
            status = folder.lstat()
            if folder.is_dir() and not folder.is_symlink() and status.st_uid == os.geteuid():
                folder.chmod(0o700)
                self.sealed.remove(*(name for name in self.sealed.names() if name != LOCK))
                done, self._usable = "it is thrown away", True
        click.echo(f"What earlier scans kept in {printable(str(folder))} {error}: {done}.", err=True)


def remembered(key: bytes, listing: Listing, began_ns: int, *, afresh: bool) -> Remembered | None:
    """The index for a run with this key; None where none is wanted, or the system cannot keep others out of it."""
    return None if afresh or os.name != "posix" else Remembered(key, listing, began_ns)


def clock_ns() -> int:
    """Nanoseconds since 1970, by the clock that dates changes of files."""
    return time.time_ns()


def looks() -> tuple[object, ...]:
    """Everything outside of the program that decides how its text looks."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    sizes: list[tuple[int, ...] | None] = []
    for number in range(3):
        try:
            sizes.append(tuple(os.get_terminal_size(number)))
        except OSError:
            sizes.append(None)
    ttys = tuple(stream is not None and stream.isatty() for stream in streams)
    return (ttys, tuple(sizes), sys.stdout.encoding, tuple(os.environ.get(name) for name in LOOKS))


def answer_to(text: str, listing: Listing, found: Discovery, tallies: Sequence[Tally]) -> Answer:
    """What was said, to be kept."""
    from generator.index.answers import answer_of

    accounts = zip(found.claimed, tallies, strict=True)
    told = ((file.path, tally) for file, tally in accounts if is_told(tally))
    return answer_of(text, listing, found, told)


def is_told(tally: Tally) -> bool:
    """May a message name the file of this account?"""
    return not (tally.used or tally.recovered) or "incomplete" in tally.skipped


def finish_again(listing: Listing, answer: Answer) -> None:
    """End as the scan that gave the answer did."""
    warn_unclaimed(answer.left_out(listing))
    silent = bool(answer.silent) and warn_of((listing.files[place].path, tally) for place, tally in answer.silent)
    if silent or answer.left:
        sys.exit(Exit.PARTIAL)
