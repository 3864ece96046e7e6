"""What the content of an answer's line says: thinking, tools, searches, and whether the answer came as a stream."""

from __future__ import annotations

import re

from msgspec import Raw

from generator.importers.base import LARGEST_COUNT
from generator.importers.claude.lines import ABSENT, Usage, decode_kinds, decode_server_tools, decode_tools
from generator.importers.json_lines import REFUSED

READERS = frozenset({"Read", "Grep", "Glob", "LS"})
EDITORS = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit"})

_THINKING = re.compile(rb'"type"\s*:\s*"(?:redacted_)?thinking"')  # inside of a string its quotes are escaped


def holds_thinking(content: Raw) -> bool:
    """Is one of its blocks thinking?"""
    raw = bytes(content)  # to look for a word in bytes is quicker than a pattern, and most lines lack it
    return b'thinking"' in raw and _THINKING.search(raw) is not None


def holds_several(content: Raw) -> bool:
    """Does the line hold several blocks? A client writes a streamed answer one block a line."""
    try:
        return len(decode_kinds(content)) > 1
    except REFUSED:
        return False


def tools_of(content: Raw) -> dict[str, str] | None:
    """Names of the tools that a line uses, by the id of the use; None where it uses none, or says it in a new shape."""
    if b'"tool_use"' not in bytes(content):
        return None
    try:
        blocks = decode_tools(content)
    except REFUSED:
        return None
    return {block.id: block.name for block in blocks if block.type == "tool_use"} or None


def uses(tools: dict[str, str] | None, names: frozenset[str]) -> int | None:
    """How many of the tools have one of the names; None where none is known."""
    return None if tools is None else sum(map(names.__contains__, tools.values()))


def searches(usage: Usage) -> int | None:
    """Searches that the service ran for the answer; None where the usage does not say."""
    if usage.server_tool_use is ABSENT:
        return None
    try:
        tools = decode_server_tools(usage.server_tool_use)
    except REFUSED:
        return None
    known = tools.web_search_requests if tools else None
    return known if known is not None and 0 <= known <= LARGEST_COUNT else None
