"""Facts that nobody plants: what versions, dates and prices of the simulated calls make true by themselves.

They are true in runs without faults as well, so truth lists them there too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from generator.ledger.prices import list_rates
from generator.simulator.made import HOUR, Made, pins
from generator.simulator.sessions import Session
from generator.simulator.transcript import FINAL_OUTPUTS_SINCE
from generator.simulator.truth import Fault

LONG_PROMPT = 200_000  # tokens
MIN_CALLS = 20  # on several lines, before their ratio says anything
DAY_CALLS = 10  # writes that make a day's share of long-lived ones
STORM, STORM_WINDOW = 3, timedelta(minutes=30)
SURE_HOUR = 3585.0  # seconds that an hour's cache surely covers

KNOWN = {
    "resume-deferral": ((2, 1, 69), (2, 1, 89)),
    "prefix-mutation": ((0, 0, 0), (2, 1, 88)),
    "thinking-cleared": ((2, 1, 85), (2, 1, 100)),
    "autocompact-retry": ((0, 0, 0), (2, 1, 75)),
    "telemetry-5m": ((2, 1, 20), (2, 1, 107)),
}
"""Known faults of clients, first and last version (research/detectors.md 2.2)."""


def facts(sessions: Sequence[Session], refused: Sequence[datetime]) -> Iterator[Fault]:
    """All facts of these sessions; `refused` are the times of limit refusals."""
    for session in sessions:
        yield from _premium(session)
    versions: defaultdict[str, list[Made]] = defaultdict(list)
    for session in sessions:
        for call in (*session.calls, *session.side):
            versions[call.version].append(call)
    copied = {(session.log.session, "") for session in sessions if session.copied}
    copied |= {(session.log.session, agent) for session in sessions for agent in session.twice}
    for version, calls in versions.items():
        calls.sort(key=lambda call: call.first)
        yield from _placeholders(version, calls, copied)
        writes = [call for call in calls if not call.agent and call.usage.written]
        for high, low, end in _falls(writes):
            if not _by_design(writes, high, low, refused):
                yield _fall(version, writes, low, end)
    yield from _known(sessions, versions)


def _premium(session: Session) -> Iterator[Fault]:
    """Prompts over 200,000 tokens that cost more on their day, by thread."""
    threads: defaultdict[str, list[Made]] = defaultdict(list)
    for call in (*session.calls, *session.side):
        if call.prompt > LONG_PROMPT and _dearer(call):
            threads[call.agent].append(call)
    for long in threads.values():
        messages = tuple(call.message for call in long)
        yield Fault("long-context-premium", session.log.session, messages, 0, start=long[0].first, end=long[-1].ended)


def _dearer(call: Made) -> bool:
    day = call.first.date()
    return list_rates(call.model, day, call.prompt) != list_rates(call.model, day, 1)


def _placeholders(version: str, calls: Sequence[Made], copied: set[tuple[str, str]]) -> Iterator[Fault]:
    """Clients that write the output of an answer on its last line only; copies are lines too."""
    several = [call for call in calls if call.lines > 1 or (call.session, call.agent) in copied]
    if _key(version) < FINAL_OUTPUTS_SINCE and len(several) >= MIN_CALLS:
        yield _of_version("log-integrity", version, several)


def _falls(writes: Sequence[Made]) -> Iterator[tuple[date, date, date]]:
    """Day of one-hour writes, day of five-minute writes after it, next day of one-hour writes; inside one version."""
    days: defaultdict[date, list[Made]] = defaultdict(list)
    for call in writes:
        days[call.first.date()].append(call)
    high: date | None = None
    low: date | None = None
    for day, calls in sorted(days.items()):
        share = sum(call.usage.lifetime == "1h" for call in calls) / len(calls)
        if len(calls) < DAY_CALLS or 0.1 < share < 0.9:  # noqa: PLR2004
            continue
        if share > 0.5:  # noqa: PLR2004
            if high and low:
                yield high, low, day
            high, low = day, None
        elif high is not None and low is None:
            low = day
    if high and low:
        yield high, low, date.max


def _by_design(writes: Sequence[Made], high: date, low: date, refused: Sequence[datetime]) -> bool:
    """Was a limit reached in between? What is paid by extra usage is written for five minutes."""
    last = [call.first for call in writes if call.first.date() == high and call.usage.lifetime == "1h"][-1]
    first = next(call.first for call in writes if call.first.date() == low and call.usage.lifetime == "5m")
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(last, midnight - timedelta(days=1))
    return any(since <= at <= first for at in refused)


def _fall(version: str, writes: Sequence[Made], low: date, end: date) -> Fault:
    """The fall, with what a lifetime of an hour would have kept."""
    during = [call for call in writes if low <= call.first.date() < end]
    lost = [
        call.missed
        for call in during
        if call.lived == "5m" and call.cause in {"lifetime-elapsed", "lifetime-ambiguous"} and call.age < SURE_HOUR
    ]
    return _of_version("tier-change", version, during, excess=sum(lost))


def _known(sessions: Sequence[Session], versions: dict[str, list[Made]]) -> Iterator[Fault]:
    """Versions with a known fault that met what sets it off."""
    for version, calls in versions.items():
        mains = [call for call in calls if not call.agent and call.usage.written]
        short = mains if len(mains) >= DAY_CALLS and not any(call.usage.lifetime == "1h" for call in mains) else []
        met: dict[str, Iterable[Made]] = {
            "resume-deferral": (call for session in sessions for call in _after(session, session.resumes)),
            "prefix-mutation": (call for session in sessions for run in pins(session.calls) for call in run[2:]),
            "thinking-cleared": (call for call in calls if call.age > HOUR and call.cause != "version-change"),
            "autocompact-retry": (call for session in sessions for call in _after(session, _crowded(session.cuts))),
            "telemetry-5m": short,
        }
        for known, hits in met.items():
            first, last = KNOWN[known]
            own = [call for call in hits if call.version == version]
            if own and first <= _key(version) <= last:
                yield _of_version("known-bad-version", version, own)


def _crowded(times: Sequence[datetime]) -> list[datetime]:
    return [later for first, later in zip(times, times[STORM - 1 :], strict=False) if later - first <= STORM_WINDOW]


def _after(session: Session, times: Sequence[datetime]) -> list[Made]:
    begins = [call.first for call in session.calls]
    places = {bisect_left(begins, at) for at in times}
    return [session.calls[place] for place in sorted(places) if place < len(begins)]


def _of_version(detector: str, version: str, calls: Sequence[Made], *, excess: int = 0) -> Fault:
    ends = sorted(call.first for call in calls)
    return Fault(detector, "", (), excess, start=ends[0], end=ends[-1], client=version)


def _key(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
