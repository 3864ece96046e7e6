"""Polls of the usage endpoint: the subscription meters as the service itself states them.

Where
    Files that trackers or a user's own script append to, one answer a line, with the time of the poll (`timestamp`,
    `captured_at`, `ts` or `time`) beside the answer or around it (`usage`, `data`, `response` or `body`). The
    answer is that of api.anthropic.com/api/oauth/usage, which the client's /usage view shows, or of claude.ai's
    organizations/<id>/usage. Neither is documented.
Which records
    `five_hour`, `seven_day`, `seven_day_opus` and `seven_day_sonnet` (since November 2025), `extra_usage` (January
    2026), and the list `limits` (July 2026), which is read for windows that the keys leave empty. Windows with no
    name in `records.Window` are not read.
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
from msgspec import UNSET, Raw, Struct, UnsetType

from generator.importers.base import Importer
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.rows import UNKNOWN, Found, read_lines
from generator.importers.snapshots import (
    ABSENT,
    Stamped,
    account,
    captured,
    claims,
    is_object,
    is_stated,
    iso_time,
    share,
    to_minute,
)
from generator.records import MeterReading, SourceRef, Surface, Window

POLL_ERROR = "poll-error"
KINDS = {"session": Window.FIVE_HOUR, "weekly_all": Window.SEVEN_DAY}
SCOPED = "weekly_scoped"
MODELS = {"opus": Window.SEVEN_DAY_OPUS, "sonnet": Window.SEVEN_DAY_SONNET}


class Meter(Struct, gc=False, frozen=True):
    """One window."""

    utilization: float | UnsetType | None = UNSET
    resets_at: str | None = None


class Extra(Struct, gc=False, frozen=True):
    """`extra_usage`."""

    utilization: float | None = None


class ScopedModel(Struct, gc=False, frozen=True):
    """`scope.model`; `id` was null in every answer seen."""

    id: str | None = None
    display_name: str | None = None


class Scope(Struct, gc=False, frozen=True):
    """`scope` of a limit."""

    model: ScopedModel | None = None


class Limit(Struct, gc=False, frozen=True):
    """One entry of `limits`."""

    kind: str | None = None
    percent: float | None = None
    resets_at: str | None = None
    scope: Scope | None = None


class Named(Struct, gc=False, frozen=True):
    """An account as an object."""

    uuid: str | None = None
    id: str | None = None
    name: str | None = None


class Poll(Stamped, gc=False, frozen=True):
    """One line, or the answer inside it. UNSET is a key that is not there."""

    five_hour: Meter | UnsetType | None = UNSET
    seven_day: Meter | UnsetType | None = UNSET
    seven_day_opus: Meter | UnsetType | None = UNSET
    seven_day_sonnet: Meter | UnsetType | None = UNSET
    extra_usage: Extra | UnsetType | None = UNSET
    limits: list[Limit] | UnsetType | None = UNSET
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
    """Does any line of the head hold windows as this endpoint spells them?"""
    return claims(head, lambda line: any(_is_answer(poll) for poll in _layers(line)))


def _is_answer(poll: Poll) -> bool:
    """Other sources have windows of the same names, but no `utilization` in them."""
    if any(limit.kind == SCOPED or limit.kind in KINDS for limit in poll.limits or ()):
        return True
    windows = [window for window in (poll.five_hour, poll.seven_day) if window is not UNSET]
    return bool(windows) and all(window is None or window.utilization is not UNSET for window in windows)


def _layers(raw: bytes) -> Iterator[Poll]:
    """The line, then the objects inside it."""
    line = _decode(raw)
    yield line
    for nested in (line.usage, line.data, line.response, line.body):
        if is_object(nested):
            yield _decode(nested)


def _has_windows(poll: Poll) -> bool:
    return poll.five_hour is not UNSET or poll.seven_day is not UNSET or bool(poll.limits)


def take(raw: bytes, source: SourceRef, *, key: bytes) -> Found:
    """The readings of one poll."""
    layers = tuple(_layers(raw))
    answer = next((poll for poll in layers if _has_windows(poll)), None)
    if answer is None:
        failed = any(is_stated(poll.status) or is_stated(poll.error) for poll in layers)
        return Found(POLL_ERROR if failed else UNKNOWN)
    at = captured(layers[0], answer)
    owner = account(_account(layers[0]) or _account(answer), key)
    return Found(
        "usage",
        tuple(
            MeterReading(
                account=owner,
                window=window,
                at=at,
                used=share(percent),
                resets_at=to_minute(iso_time(resets_at)) if resets_at else None,
                source=source,
            )
            for window, (percent, resets_at) in sorted(_windows(answer).items())
        ),
    )


def _account(poll: Poll) -> str | None:
    for named in (poll.account, poll.account_name, poll.organization):
        name = named.uuid or named.id or named.name if isinstance(named, Named) else named
        if name:
            return name
    return None


def _windows(poll: Poll) -> dict[Window, tuple[float, str | None]]:
    """Percent and reset of every window that states a percentage. Its own key beats the list, which rounds."""
    found: dict[Window, tuple[float, str | None]] = {}
    for limit in poll.limits or ():
        window = _window(limit)
        if window is not None and limit.percent is not None:
            found[window] = (limit.percent, limit.resets_at)
    keyed = {
        Window.FIVE_HOUR: poll.five_hour,
        Window.SEVEN_DAY: poll.seven_day,
        Window.SEVEN_DAY_OPUS: poll.seven_day_opus,
        Window.SEVEN_DAY_SONNET: poll.seven_day_sonnet,
    }
    for window, meter in keyed.items():
        if isinstance(meter, Meter) and isinstance(meter.utilization, float):
            found[window] = (meter.utilization, meter.resets_at)
    if isinstance(poll.extra_usage, Extra) and poll.extra_usage.utilization is not None:
        found[Window.EXTRA_USAGE] = (poll.extra_usage.utilization, None)
    return found


def _window(limit: Limit) -> Window | None:
    if limit.kind != SCOPED:
        return KINDS.get(limit.kind or "")
    model = limit.scope.model if limit.scope else None
    name = f"{model.id or ''} {model.display_name or ''}".lower() if model else ""
    return next((window for family, window in MODELS.items() if family in name), None)


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_lines(stream, index, USAGE_ENDPOINT.id, partial(take, key=key))


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
            "If a tracker ran on your computer, look for its data folder and take the file with one answer a line.",
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
            "The reset time moves by up to a second from poll to poll: that is no reset.",
            "A poll that failed, or a window of null, is a gap and not zero.",
        ),
        private="The account's name or id, which leaves as a pseudonym.",
        verified=Verified.THIRD_PARTY,
    ),
    gives=frozenset({"meter"}),
    spelling=(b'"five_hour"', b'"seven_day"', b'"utilization"', b'"resets_at"', b'"limits"'),
    authority=30,
)
