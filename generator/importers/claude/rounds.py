"""Rounds of one answer (`usage.iterations`): the model may be asked several times before an answer is whole.

The top level of `usage` is the sum over the rounds of the answering model (server tools), so the conversation's size is
that of the last one. Rounds of an advisor and of a compaction are billed outside of it, and so is what a model wrote
before the service let another one answer (Anthropic docs: server tools, compaction, advisor; research/log-formats.md
1.4). Clients from 2.1.185 on list a single round for every answer.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct, field

from generator.importers.base import LARGEST_COUNT
from generator.importers.claude.lines import CacheCreation
from generator.importers.json_lines import REFUSED
from generator.records.models import public_model, same_name
from generator.records.vocabulary import Role

OUTSIDE = {"advisor_message": Role.ADVISOR, "compaction": Role.COMPACTION}
ANSWERS = frozenset({"message", "fallback_message"})


class Round(Struct, gc=False, frozen=True):
    """One round as the API states it."""

    type: str = ""
    model: str | None = None
    input_tokens: int = 0
    written: int | None = field(name="cache_creation_input_tokens", default=None)
    read: int | None = field(name="cache_read_input_tokens", default=None)
    cache_creation: CacheCreation | None = None
    output_tokens: int = 0

    @property
    def prompt(self) -> int:
        """Prompt in tokens."""
        return self.input_tokens + (self.written or 0) + (self.read or 0)

    @property
    def left(self) -> int:
        """Tokens left in the cache."""
        return (self.written or 0) + (self.read or 0)

    @property
    def is_sound(self) -> bool:
        """Can its counts be counts?"""
        split = self.cache_creation
        counts = [self.input_tokens, self.written, self.read, self.output_tokens]
        counts += [split.five_minutes, split.one_hour] if split else []
        return all(0 <= (count or 0) <= LARGEST_COUNT for count in counts)


class Rounds(NamedTuple):
    """First and last round of the answering model, where there are several, and the rounds billed outside of them."""

    first: Round | None = None
    last: Round | None = None
    outside: tuple[tuple[Role, Round], ...] = ()


NONE = Rounds()
_decode = msgspec.json.Decoder(list[Round] | None).decode


def rounds_of(iterations: Raw, model: str) -> Rounds:
    """Rounds of an answer of `model`; NONE where there is one, or they are in a shape that nobody described."""
    raw = bytes(iterations)
    if raw.count(b'"input_tokens"') < 2 and b"advisor" not in raw and b"compaction" not in raw:  # noqa: PLR2004
        return NONE
    try:
        listed = _decode(raw) or []
    except REFUSED:
        return NONE
    if not all(one.is_sound for one in listed):
        return NONE
    answering = [one for one in listed if one.type in ANSWERS and _is_of(one, model)]
    declined = [one for one in listed if one.type == "message" and not _is_of(one, model)]
    outside = [(OUTSIDE[one.type], one) for one in listed if one.type in OUTSIDE]
    several = len(answering) > 1
    return Rounds(
        answering[0] if several else None,
        answering[-1] if several else None,
        (*outside, *((Role.DECLINED, one) for one in declined)),
    )


def _is_of(one: Round, model: str) -> bool:
    """Is the round of this model, in whatever of its names?"""
    return one.model is None or same_name(public_model(one.model)) == same_name(public_model(model))
