"""What is kept of each line of a transcript while its file is read. Raw ids stay in it and go with the file."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Node(msgspec.Struct, gc=False):
    """What is kept of a line for those that hang under it."""

    at: datetime | None = None
    words: int | None = None  # of the human prompt it is, or hangs under
    results: int | None = None  # bytes of the tool results it holds, or hangs under
    root: str = ""  # first line of its sub-agent thread, where that has no agentId
    above: str = ""  # the call whose answer it is of, or hangs under
    answer: bool = False  # is it part of an answer?
    thinking: bool = False  # does it state thinking, or hang under such a prompt?

    def inherit(self, above: Node) -> None:
        """Take what a prompt, a result or thinking above is to this line."""
        if above.words is not None:
            self.words = above.words
        if above.results is not None:
            self.results = above.results
        if above.thinking:
            self.thinking = True


NOWHERE = Node()
"""Of a line that hangs under none, or under one that the file lacks."""
