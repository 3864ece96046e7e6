"""How much of a prompt was not cached, where a gateway's own count may hold the cached tokens too.

Anthropic's `input_tokens` leaves cached tokens out; OpenAI's `prompt_tokens` holds them. Gateways translate between
both, and did so differently from version to version (LiteLLM: both kinds inside, then reads only, then both again,
https://github.com/BerriAI/litellm/issues/13207; Langfuse: https://github.com/langfuse/langfuse/issues/12306).
"""

from __future__ import annotations

from typing import NamedTuple

from generator.importers.base import LARGEST_COUNT, SkipLineError
from generator.records.rows import SkipReason


class Counts(NamedTuple):
    """Tokens of one call. `is_clear`: does the source tell what was not cached, or was it the careful reading?"""

    uncached: int
    written: int
    read: int
    output: int
    is_clear: bool = True
    written_5m: int | None = None
    written_1h: int | None = None


def uncached(prompt: int, read: int, written: int) -> tuple[int, bool]:
    """The part of `prompt` that was not cached, and whether that is certain.

    Where the cached tokens may be inside, they are taken out: that reading never makes a token that was not there,
    while the other would count a whole prompt twice. Where they cannot be inside, the count is the uncached part.
    """
    for inside in (read + written, read):
        if prompt >= inside:
            return prompt - inside, not inside
    return prompt, True


def checked(counts: Counts) -> Counts:
    """The counts, if they can be counts. Raises SkipLineError."""
    numbers = [number for number in (*counts[:4], *counts[5:]) if number is not None]
    if min(numbers) < 0:
        raise SkipLineError(SkipReason.NEGATIVE_COUNT)
    if max(numbers) > LARGEST_COUNT:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return counts


def summed(value: int | None) -> int | None:
    """A sum that a report states, if it can be one; None where it states none. Raises SkipLineError."""
    if value is not None and value < 0:
        raise SkipLineError(SkipReason.NEGATIVE_COUNT)
    if value is not None and value > LARGEST_COUNT:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return value
