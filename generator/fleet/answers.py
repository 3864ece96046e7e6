"""What one body of evidence of one user gives: runs of all detectors, and counts that add up over users."""

from __future__ import annotations

import msgspec

from generator.records.fleet import Counted, Part
from generator.records.results import BreakCount, Run, Totals
from generator.records.rows import ModelId, Pseudonym, Slug, Version


class Amount(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`hits` of `trials` of one user, about one subject and client version ("" = not known, or of no version)."""

    subject: Slug
    counted: Counted
    part: Part
    version: Version
    hits: int
    trials: int


class DayUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One user's calls of one UTC day and model. `usd`: list price of those with a known one."""

    day: str
    model: ModelId
    requests: int
    input_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int
    usd: float


class Trouble(msgspec.Struct, frozen=True, array_like=True):
    """Something that was left out: a `Problem` that travels. Its path is private."""

    path: str
    code: str
    message: str
    hint: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of one body of evidence. `user` is a keyed pseudonym; one user may have several bodies.

    Without `requests` nothing was read, and `troubles` say why.
    """

    user: Pseudonym
    requests: int = 0
    totals: Totals = Totals()
    runs: tuple[Run, ...] = ()
    amounts: tuple[Amount, ...] = ()
    days: tuple[DayUse, ...] = ()
    breaks: tuple[BreakCount, ...] = ()
    troubles: tuple[Trouble, ...] = ()


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Answer).decode
