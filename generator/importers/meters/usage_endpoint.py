"""Polls of the usage endpoint: the subscription meters as the service itself states them.

Where
    Files that trackers or a user's own script append to, one answer a line or all in one list, with the time of
    the poll (`timestamp`, `captured_at`, `ts` or `time`) beside the answer or around it (`usage`, `data`, `response`
    or `body`). The answer is that of api.anthropic.com/api/oauth/usage, which the client's /usage view shows, or of
    claude.ai's organizations/<id>/usage. Neither is documented.
Which records
    `five_hour`, `seven_day`, `seven_day_opus` and `seven_day_sonnet` (since November 2025), `extra_usage` (January
    2026), and the list `limits` (July 2026), which is read for windows that the keys leave empty: its `weekly_scoped`
    entries are the weekly windows of one family of models each. Windows with no name in `records.Window` are counted.
Units
    `utilization` and `percent` are percent 0-100. `resets_at` moves by up to a second from poll to poll and is
    rounded to the minute. A window of null is a gap, not zero; so is a poll that failed.
Never read
    Amounts of money and names of anything but the account, which leaves as a pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import Importer
from generator.importers.captures.usage_answer import UsageAnswer, readings, unknown_windows
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.rows import UNKNOWN, RowResult, read_objects
from generator.importers.values import ABSENT, account, captured, claims_any, is_object, is_stated
from generator.records.rows import SourceRef, Surface

POLL_ERROR = "poll-error"


class Named(Struct, gc=False, frozen=True):
    """An account as an object."""

    uuid: str | None = None
    id: str | None = None
    name: str | None = None


class Poll(UsageAnswer, gc=False, frozen=True):
    """One line, or the answer inside it."""

    account: Named | str | None = None
    account_name: Named | str | None = None
    organization: Named | str | None = None
    status: Raw = ABSENT
    error: Raw = ABSENT
    usage: Raw = ABSENT
    data: Raw = ABSENT
    response: Raw = ABSENT
    body: Raw = ABSENT


_decode = msgspec.json.Decoder(Poll).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Does any row of the head hold windows as this endpoint spells them?"""
    return claims_any(head, lambda line: any(poll.is_spelled for poll in _layers(line)))


def _layers(raw: bytes) -> Iterator[Poll]:
    """The line, then the objects inside it."""
    return (poll for poll, _ in _with_bytes(raw))


def _with_bytes(raw: bytes) -> Iterator[tuple[Poll, bytes]]:
    line = _decode(raw)
    yield line, raw
    for nested in (line.usage, line.data, line.response, line.body):
        if is_object(nested):
            yield _decode(nested), bytes(nested)


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """The readings of one poll."""
    found = tuple(_with_bytes(raw))
    layers = tuple(poll for poll, _ in found)
    answer, stated = next(((poll, data) for poll, data in found if poll.has_windows), (None, b""))
    if answer is None:
        failed = any(is_stated(poll.status) or is_stated(poll.error) for poll in layers)
        return RowResult(POLL_ERROR if failed else UNKNOWN)
    at = captured(layers[0], answer)
    owner = account(_account(layers[0]) or _account(answer), key)
    meters = readings(answer, at, owner, source)
    return RowResult("usage", meters, unknown_windows=unknown_windows(answer, stated))


def _account(poll: Poll) -> str | None:
    for named in (poll.account, poll.account_name, poll.organization):
        name = named.uuid or named.id or named.name if isinstance(named, Named) else named
        if name:
            return name
    return None


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_objects(stream, index, USAGE_ENDPOINT.id, partial(take, key=key))


USAGE_ENDPOINT = Importer(
    id="usage-endpoint",
    title="Polls of the usage endpoint",
    how="Usage trackers keep them, or a script of your own that asks the endpoint behind /usage every few minutes and "
    "appends each answer as one line of JSON, with the time of the poll under the key timestamp.",
    surface=Surface.CLAUDE_AI,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In the data folder of a usage tracker, or where a script of your own puts it. The service does not keep "
        "past readings for you.",
        get=(
            "If a tracker ran on your computer, look for its data folder and take the file with one answer a line, or "
            "with all of them in one JSON list.",
            "From now on: ask the address behind the /usage view every few minutes and append each answer as one line, "
            "with the time under the key timestamp.",
        ),
        shows=(
            "All meters of a subscription as the service states them, also while no client is open, and when each "
            "window resets.",
            "Use of extra credits, as a share of the monthly limit.",
        ),
        hides=(
            "The address is not documented and has changed its shape several times.",
            "utilization is percent, 0 to 100; in response headers it is a fraction: 1 may mean one percent "
            "or all of it, and only the source tells.",
            "The reset time moves by up to a second from poll to poll: that is not a reset.",
            "A poll that failed, or a window of null, is a gap and not zero.",
        ),
        private="The account's name or id, which leaves as a pseudonym.",
        verified=Verified.REAL_FILES,
        tried="Answers of February and March 2026 and a list of 5 polls, in public files: the answers state no time "
        "and are skipped, and all polls of the list are read.",
    ),
    gives=frozenset({"meter"}),
    spelling=(b'"five_hour"', b'"seven_day"', b'"utilization"', b'"resets_at"', b'"limits"'),
    authority=30,
)
