"""The answer of the usage endpoints: the meters of a subscription as the service states them.

Polls that people keep hold it, and recordings of a browser or a client. Shapes: research/log-formats.md 4.2; none is
documented. `utilization` and `percent` are percent 0-100 here, where response headers state fractions.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, Struct, UnsetType

from generator.importers.values import Stamped, iso_time, share, to_minute
from generator.records.rows import MeterReading, Pseudonym, SourceRef, Window

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


class UsageAnswer(Stamped, gc=False, frozen=True):
    """The answer, with the time that a script may have put beside its keys. UNSET is a key that is not there."""

    five_hour: Meter | UnsetType | None = UNSET
    seven_day: Meter | UnsetType | None = UNSET
    seven_day_opus: Meter | UnsetType | None = UNSET
    seven_day_sonnet: Meter | UnsetType | None = UNSET
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


decode = msgspec.json.Decoder(UsageAnswer).decode


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
        if window is not None and limit.percent is not None:
            found[window] = (limit.percent, limit.resets_at)
    keyed = {
        Window.FIVE_HOUR: answer.five_hour,
        Window.SEVEN_DAY: answer.seven_day,
        Window.SEVEN_DAY_OPUS: answer.seven_day_opus,
        Window.SEVEN_DAY_SONNET: answer.seven_day_sonnet,
    }
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
    name = f"{model.id or ''} {model.display_name or ''}".lower() if model else ""
    return next((window for family, window in MODELS.items() if family in name), None)
