"""The commands as values, for the page "Manual". `commands.json` beside this file is written from the commands by
`witnessmark schemas`; a test holds the two together, as pages may not know the room that prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from generator.base.problems import Exit

FILE = Path(__file__).with_name("commands.json")


class Block(msgspec.Struct, frozen=True):
    """A paragraph of a command's help; `verbatim` keeps its lines, as of examples."""

    text: str
    verbatim: bool = False


class Option(msgspec.Struct, frozen=True):
    """One option or argument: as it is written, and what it does."""

    names: str
    help: str


class Command(msgspec.Struct, frozen=True):
    """One command, such as `witnessmark meter show`."""

    name: str
    usage: str
    blocks: tuple[Block, ...]
    options: tuple[Option, ...]
    hidden: bool = False  # for whoever maintains the program

    @property
    def id(self) -> str:
        """Its place on the page."""
        return self.name.replace(" ", "-")

    @property
    def summary(self) -> str:
        """The first sentence of its help."""
        return self.blocks[0].text.partition(". ")[0].rstrip(".") + "."


@cache
def commands() -> tuple[Command, ...]:
    """All commands, in the order of the help."""
    return msgspec.json.decode(FILE.read_bytes(), type=tuple[Command, ...])


def written(found: tuple[Command, ...]) -> str:
    """The file of these commands."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"


EXIT_WORDS: Mapping[Exit, str] = {
    Exit.OK: "done",
    Exit.INTERNAL: "internal error (please report it)",
    Exit.CONTENT: "a mistake in content or on the command line",
    Exit.PARTIAL: (
        "done in part: a detector failed, a file that no importer knows was left out, or a file that was recognised "
        "gave nothing or is incomplete"
    ),
    Exit.UNREADABLE: "no log could be read",
    Exit.REFUSED: "publishing was refused by the gate or the site checker; the old site stays",
    Exit.IO: "input or output error",
    Exit.BUSY: "another build is running, or another `new` is writing",
    Exit.INTERRUPTED: "interrupted",
    Exit.UNHEARD: "nobody read the output any more",
}
"""What each exit code means; README prints the same."""

ENVIRONMENT: Mapping[str, str] = {
    "CLAUDE_CONFIG_DIR": "Where Claude Code keeps its files, instead of ~/.claude.",
    "XDG_CONFIG_HOME": "A further place in which transcripts are looked for.",
    "XDG_STATE_HOME": "Where the key of the pseudonyms and the recorded meter are, instead of ~/.local/state.",
    "XDG_CACHE_HOME": "Where builds keep pictures, instead of ~/.cache; delete them at will.",
    "SOURCE_DATE_EPOCH": "The moment that a build takes for now, in seconds since 1970: same inputs, same bytes.",
    "JAVA_HOME": "The Java that fleet starts Spark with, instead of the one on the path.",
    "COLUMNS": "Width of tables on the terminal.",
}
"""Variables of the environment that commands read."""
