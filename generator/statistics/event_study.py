"""Does trouble follow certain dates? Series of counts by day against fixed dates, moved round the calendar.

A shift keeps what the series has of its own (bursts, weekends, quiet weeks) and breaks only its tie to the dates; with
so few dates every shift can be tried, so nothing is drawn at random. Days are numbers from 0 on; the calendar is a
circle of as many days as the series has. In two dimensions this is the toroidal shift of Lotwick and Silverman 1982,
J. R. Stat. Soc. B 44:406-413.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

PLACEBO_SEED = 20260205
PLACEBOS = 1999
TRIED = 20  # dates drawn for each that is kept
WEEK = 7


@dataclass(frozen=True)
class Shifted:
    """What was counted, its mean over all shifts, and the share of shifts (the real one too) with as much or more."""

    observed: float
    expected: float
    p: float
    shifts: int


@dataclass(frozen=True)
class Longest:
    """The lag that is most telling, and how often shifts have one as telling: p with the choice of the lag paid for."""

    lag: int
    p: float
    by_lag: tuple[tuple[int, Shifted], ...]


def after_dates(days: int, dates: Sequence[int], lag: int) -> Array:
    """1 for each day from a date to `lag` days after it, 0 for others; a day after two dates counts once."""
    import numpy as np

    mask = np.zeros(days)
    for date in dates:
        mask[(date + np.arange(lag + 1)) % days] = 1
    return mask


def over_shifts(counts: Array, mask: Array) -> Array:
    """What lies under the mask when the series is moved by 0, 1, ... days; series in rows give rows."""
    import numpy as np

    size = len(mask)
    turned = mask[(np.arange(size)[:, None] + np.arange(size)) % size]  # row d, column s: the mask at day d + s
    found: Array = counts @ turned
    return found


def follows(counts: Sequence[int], dates: Sequence[int], lag: int) -> Shifted:
    """Hits from each date to `lag` days after it, against the same series moved by every number of days."""
    import numpy as np

    found = over_shifts(np.asarray(counts, float), after_dates(len(counts), dates, lag))
    return Shifted(float(found[0]), float(found.mean()), float((found >= found[0] - 1e-9).mean()), len(found))


def follows_at_any(counts: Sequence[int], dates: Sequence[int], lags: Sequence[int]) -> Longest:
    """The same with the most telling of several lags; each shift chooses its own (Westfall and Young 1993, min-p)."""
    import numpy as np

    series = np.asarray(counts, float)
    shifted = np.array([over_shifts(series, after_dates(len(counts), dates, lag)) for lag in lags])
    ranks = as_large(shifted)
    best = ranks.min(axis=0)
    return Longest(
        lag=lags[int(ranks[:, 0].argmin())],
        p=float((best <= best[0]).mean()),
        by_lag=tuple((lag, follows(counts, dates, lag)) for lag in lags),
    )


def as_large(shifted: Array) -> Array:
    """For each value how many of its row are as large or larger: whole numbers, so that ties are ties."""
    from scipy.stats import rankdata

    found: Array = rankdata(-shifted, method="max", axis=-1)
    return found


def nearness(dates: Sequence[int], events: Sequence[int], days: int) -> Shifted:
    """Sum of days from the last event to each date, over all shifts; p is the share of shifts with as few or fewer.

    Whole days are summed and not averaged: a mean of fifths has ties that a computer may miss.
    """
    import numpy as np

    moved = (np.asarray(dates)[:, None] + np.arange(days)) % days
    since = ((moved[:, :, None] - np.asarray(events)) % days).min(axis=2)
    found = since.sum(axis=0)
    return Shifted(float(found[0]), float(found.mean()), float((found <= found[0]).mean()), days)


def placebo(
    counts: Sequence[int], dates: Sequence[int], lag: int, *, draws: int = PLACEBOS, seed: int = PLACEBO_SEED
) -> Shifted:
    """Hits after the dates against hits after as many other dates, each of the same weekday as the one it replaces.

    Unlike a shift this breaks the distances between the dates too, and keeps their weekdays. Only dates after which as
    many days lie as after the real ones are taken: windows that overlap hold fewer days, and so fewer hits. `shifts`
    counts those, at most `draws`. Raises ValueError where there are none.
    """
    import numpy as np

    rng, days = np.random.default_rng(seed), len(counts)
    real = after_dates(days, dates, lag)
    weeks = [np.arange(date % WEEK, days, WEEK) for date in dates]
    tried = np.column_stack([rng.choice(same, TRIED * draws) for same in weeks])
    masks = np.zeros((len(tried), days))
    for later in range(lag + 1):
        np.put_along_axis(masks, (tried + later) % days, 1.0, axis=1)
    masks = masks[masks.sum(axis=1) == real.sum()][:draws]
    if not len(masks):
        msg = "no other dates have as many days after them"
        raise ValueError(msg)
    found = masks @ np.asarray(counts, float)
    observed = float(real @ np.asarray(counts, float))
    p = (1 + int((found >= observed - 1e-9).sum())) / (1 + len(found))
    return Shifted(observed, float(found.mean()), p, len(found))
