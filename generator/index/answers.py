"""The last things that a scan said, word for word, for the same question about the same files.

The question is a keyed digest of the options, of how the output looks, and of every file below the paths with its
state. What is kept is the text, which names no path, project or session in clear, and of the files that a message names
only their places in the list: a message is made again from the paths of today, which are the same.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from generator.base.listing import LeftOut, Listing, Unclaimed
from generator.index.files import is_settled, state_of
from generator.index.sealed import Sealed, SpoiledError
from generator.records.rows import Tally

ANSWER = "answer-"
MOST_ANSWERS = 3
LARGEST_SHARE = 250  # an answer larger than the logs by this is not worth its place


class Left(msgspec.Struct, frozen=True, array_like=True):
    """A file that no importer knows, by its place among the files, and what it comes nearest to."""

    place: int
    nearest: tuple[str, ...]
    advice: str


class Answer(msgspec.Struct, frozen=True):
    """What a scan printed, and what it has to say of files, by their places."""

    text: str
    left: tuple[Left, ...] = ()
    companions: dict[str, int] = {}
    strangers: tuple[int, ...] = ()
    silent: tuple[tuple[int, Tally], ...] = ()  # place and account of a file that gave nothing, or not all

    def left_out(self, listing: Listing) -> LeftOut:
        """Files that are not read, by their paths."""
        path = [file.path for file in listing.files]
        return LeftOut(
            tuple(Unclaimed(path[one.place], one.nearest, one.advice) for one in self.left),
            Counter(self.companions),
            tuple(path[place] for place in self.strangers),
            listing.links,
        )


def answer_of(text: str, listing: Listing, left_out: LeftOut, accounts: Iterable[tuple[Path, Tally]]) -> Answer:
    """The answer, with what messages need. `accounts`: those of files that gave nothing, or not all."""
    place = {file.path: index for index, file in enumerate(listing.files)}
    return Answer(
        text=text,
        left=tuple(Left(place[one.path], one.nearest, one.advice) for one in left_out.unclaimed),
        companions=dict(left_out.companions),
        strangers=tuple(place[path] for path in left_out.strangers),
        silent=tuple((place[path], tally) for path, tally in accounts),
    )


def question(sealed: Sealed, options: Sequence[object], listing: Listing) -> str:
    """Name of the answer to these options (msgpack can hold them) about these files."""
    files = [(str(file.path), file.named, *state_of(file.status)) for file in listing.files]
    links = [str(link) for link in listing.links]
    asked = repr((options, files, links)).encode("utf-8", "surrogatepass")
    return ANSWER + sealed.digest(b"question", sealed.program, asked).hex()[:32]


def recall(sealed: Sealed, name: str) -> Answer | None:
    """The answer, where it was kept. Raises SpoiledError."""
    content = sealed.read(name)
    if content is None:
        return None
    try:
        return msgspec.msgpack.decode(zlib.decompress(content), type=Answer)
    except (msgspec.DecodeError, zlib.error):
        raise SpoiledError("is broken") from None


def remember(sealed: Sealed, name: str, answer: Answer, listing: Listing, began_ns: int) -> None:
    """Keep it, unless a file may still change unseen, or it is large beside the logs. Raises OSError."""
    content = zlib.compress(msgspec.msgpack.encode(answer), 6)
    if not _are_settled(listing, began_ns):
        return
    if len(content) > max(65_536, sum(file.status.st_size for file in listing.files) // LARGEST_SHARE):
        return
    sealed.write(name, content)
    kept = {other: status.st_mtime_ns for other, status in sealed.names().items() if other.startswith(ANSWER)}
    oldest = sorted(kept, key=lambda other: (other == name, kept[other]))
    sealed.remove(*oldest[:-MOST_ANSWERS])


def _are_settled(listing: Listing, began_ns: int) -> bool:
    files: Iterable[bool] = (is_settled(file.status, began_ns) for file in listing.files)
    return not listing.problems and all(files)
