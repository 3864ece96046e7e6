"""The answer of the usage endpoints: the meters of a subscription as the service states them.

Polls that people keep hold it, and recordings of a browser or a client. Shapes: research/log-formats.md 4.2; none is
documented. `utilization` and `percent` are percent 0-100 here, where response headers state fractions.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from generator.importers.json_lines import REFUSED
from generator.importers.values import Stamped, iso_time, share, to_minute
from generator.importers.windows import KEYS, of_model, unknown
from generator.records.rows import MeterReading, Pseudonym, SourceRef, Window

KINDS = {"session": Window.FIVE_HOUR, "weekly_all": Window.SEVEN_DAY}
SCOPED = "weekly_scoped"


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


class UsageAnswer(Stamped, gc=False, frozen=True):
    """The answer, with the time that a script may have put beside its keys. UNSET is a key that is not there."""

    five_hour: Meter | UnsetType | None = UNSET
    seven_day: Meter | UnsetType | None = UNSET
    seven_day_opus: Meter | UnsetType | None = UNSET
    seven_day_sonnet: Meter | UnsetType | None = UNSET
    seven_day_haiku: Meter | UnsetType | None = UNSET
    seven_day_fable: Meter | UnsetType | None = UNSET
    seven_day_mythos: Meter | UnsetType | None = UNSET
    seven_day_overage_included: Meter | UnsetType | None = UNSET
    extra_usage: Extra | UnsetType | None = UNSET
    limits: list[Limit] | UnsetType | None = UNSET

    @property
    def has_windows(self) -> bool:
        """Does it state any window, if only that it is empty?"""
        return self.five_hour is not UNSET or self.seven_day is not UNSET or bool(self.limits)

    @property
    def is_spelled(self) -> bool:
        """Is it surely of this endpoint? Other sources have windows of the same names without `utilization`."""
        if any(limit.kind == SCOPED or limit.kind in KINDS for limit in self.limits or ()):
            return True
        windows = [window for window in (self.five_hour, self.seven_day) if window is not UNSET]
        return bool(windows) and all(window is None or window.utilization is not UNSET for window in windows)


class _Stated(Struct, gc=False, frozen=True):
    utilization: float


decode = msgspec.json.Decoder(UsageAnswer).decode
_decode_members = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_stated = msgspec.json.Decoder(_Stated).decode


def readings(answer: UsageAnswer, at: datetime, owner: Pseudonym, source: SourceRef) -> tuple[MeterReading, ...]:
    """The meters of one answer. Raises SkipLineError for a figure that cannot be one."""
    return tuple(
        MeterReading(
            account=owner,
            window=window,
            at=at,
            used=share(percent),
            resets_at=to_minute(iso_time(resets_at)) if resets_at else None,
            source=source,
        )
        for window, (percent, resets_at) in sorted(_windows(answer).items())
    )


def _windows(answer: UsageAnswer) -> dict[Window, tuple[float, str | None]]:
    """Percent and reset of every window that states a percentage. Its own key beats the list, which rounds."""
    found: dict[Window, tuple[float, str | None]] = {}
    for limit in answer.limits or ():
        window = _window(limit)
        if window is not None and limit.percent is not None and limit.percent >= found.get(window, (0.0, ""))[0]:
            found[window] = (limit.percent, limit.resets_at)
    keyed: dict[Window, Meter | UnsetType | None] = {window: getattr(answer, key) for key, window in KEYS.items()}
    for window, meter in keyed.items():
        if isinstance(meter, Meter) and isinstance(meter.utilization, float):
            found[window] = (meter.utilization, meter.resets_at)
    if isinstance(answer.extra_usage, Extra) and answer.extra_usage.utilization is not None:
        found[Window.EXTRA_USAGE] = (answer.extra_usage.utilization, None)
    return found


def _window(limit: Limit) -> Window | None:
    if limit.kind != SCOPED:
        return KINDS.get(limit.kind or "")
    model = limit.scope.model if limit.scope else None
    return of_model(f"{model.id or ''} {model.display_name or ''}") if model else None


def unknown_windows(answer: UsageAnswer, raw: bytes) -> int:
    """How many windows the answer states that have no name here, in its list or under keys of their own."""
    listed = sum(limit.percent is not None and _window(limit) is None for limit in answer.limits or ())
    keys = [name for name, value in _decode_members(raw).items() if unknown([name]) and _is_stated(value)]
    return listed + len(keys)


def _is_stated(value: Raw) -> bool:
    try:
        _decode_stated(value)
    except REFUSED:
        return False
    return True
