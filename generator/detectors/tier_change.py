"""Inside one client version, the main threads stop writing to the one-hour cache and write to the five-minute one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import fsum

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.breaks import CLIENT_CACHING_DOCS
from generator.detectors.shared.needs import LIFETIME, VERSIONS
from generator.ledger.prices import cost, rates
from generator.ledger.steps import BAND_BEFORE, Lifetime, Step, excess_cost
from generator.ledger.subjects import Account, Scope
from generator.records.results import DayShare, Finding, FindingGrade, Quantity, Unit
from generator.records.rows import MarkKind, Request
from generator.records.vendor import vendor_of_formats

MIN_CALLS = 10  # on one day
HIGH = 0.9
LOW = 0.1
LONGEST_PAUSE = vendor_of_formats().cache.long_seconds - BAND_BEFORE  # as the text says it; a step has its vendor's
EXPIRED = frozenset({"lifetime-elapsed", "lifetime-ambiguous"})

Days = Mapping[date, Sequence[Request]]
"""Calls that write to the cache, by UTC day, oldest day first."""


@dataclass(frozen=True)
class Fall:
    """From a day on which nearly all writes live an hour to one on which nearly none does."""

    high: date
    low: date
    ends: date  # first later day on which they live an hour again; date.max where there is none

    def overlaps(self, others: Iterable[Fall]) -> bool:
        """Is it another view of one of these falls?"""
        return any(self.high < other.low and other.high < self.low for other in others)


def _rule(account: Account) -> Iterator[Judgement]:
    known: list[Fall] = []  # falls inside one version, told already
    for version, requests in account.by_version.items():
        days = _days(requests, _main)
        falls = list(_falls(days))
        unexplained = []
        for fall in falls:
            if _limit_reached(account, days, fall):
                yield Explained("limit-reached")  # benign: limit-reached
                continue
            unexplained.append(fall)
        if len(unexplained) > 1:
            yield Explained("alternating")  # benign: alternating
        else:
            yield from (_change(account, version, days, fall) for fall in unexplained)
        few = [fall for fall in _falls(days, at_least=1) if not fall.overlaps(falls)]
        for _ in few:
            yield Explained("few-calls")  # benign: few-calls
        told = [*falls, *few]
        for fall in _falls(_days(requests, _any)):
            if not fall.overlaps(told):
                yield Explained("sub-agents")  # benign: sub-agents
        known.extend(told)
    for fall in _falls(_days(_versioned(account), _main)):
        if not fall.overlaps(known):
            yield Explained("other-version")  # benign: other-version


def _any(request: Request) -> bool:
    """Does it write, and does the log say for how long?"""
    return request.cache_write_tokens > 0 and request.cache_write_1h_tokens is not None


def _main(request: Request) -> bool:
    return not request.agent and _any(request)


def _versioned(account: Account) -> list[Request]:
    requests = [request for part in account.by_version.values() for request in part]
    return sorted(requests, key=lambda request: (request.first_seen, request.id))


def _days(requests: Iterable[Request], wanted: Callable[[Request], bool]) -> Days:
    found: defaultdict[date, list[Request]] = defaultdict(list)
    for request in requests:
        if wanted(request):
            found[request.first_seen.date()].append(request)
    return dict(sorted(found.items()))


def _hits(requests: Sequence[Request]) -> int:
    return sum(bool(request.cache_write_1h_tokens) for request in requests)


def _falls(days: Days, at_least: int = MIN_CALLS) -> Iterator[Fall]:
    """Falls between days with enough calls; mixed days in between belong to the fall."""
    shares = [(day, _hits(calls) / len(calls)) for day, calls in days.items() if len(calls) >= at_least]
    high: date | None = None
    for day, share in shares:
        if share >= HIGH:
            high = day
        elif share <= LOW and high is not None:
            yield Fall(high, day, next((later for later, up in shares if later > day and up >= HIGH), date.max))
            high = None


def _limit_reached(account: Account, days: Days, fall: Fall) -> bool:
    """Was a call refused for a limit on the day before the fall, or between the last long and the first short write?"""
    last, first = _around(days, fall)
    since = min(last.first_seen, _midnight(first) - timedelta(days=1))
    return any(
        mark.kind is MarkKind.LIMIT_REFUSAL and since <= mark.at <= first.first_seen
        for thread in account.threads
        for mark in thread.marks
    )


def _midnight(request: Request) -> datetime:
    return request.first_seen.replace(hour=0, minute=0, second=0, microsecond=0)


def _around(days: Days, fall: Fall) -> tuple[Request, Request]:
    """Last one-hour write of the high day and first five-minute write of the low one."""
    last = [request for request in days[fall.high] if request.cache_write_1h_tokens][-1]
    return last, next(request for request in days[fall.low] if not request.cache_write_1h_tokens)


def _change(account: Account, version: str, days: Days, fall: Fall) -> Finding:
    last, first = _around(days, fall)
    during = [request for day, calls in days.items() if fall.low <= day < fall.ends for request in calls]
    steps = _expired(account, version, fall)
    return finding(
        TIER_CHANGE,
        (last.id, first.id),
        at=first.first_seen,
        until=during[-1].first_seen,
        client=version,
        grade=FindingGrade.A,
        days=tuple(DayShare(day.isoformat(), _hits(calls), len(calls)) for day, calls in days.items()),
        quantities=(
            Quantity("share-before", _hits(days[fall.high]) / len(days[fall.high]), Unit.SHARE),
            Quantity("share-after", _hits(days[fall.low]) / len(days[fall.low]), Unit.SHARE),
            Quantity("calls-after", len(during), Unit.REQUESTS),
            Quantity("expired-in-the-hour", len(steps), Unit.REQUESTS),
        ),
        excess_tokens=sum(step.excess_tokens for step in steps),
        excess_usd=_net_cost(during, steps),
        of_usd=fsum(cost(request) or 0.0 for request in during),
        lean="date-bracketed",
    )


def _expired(account: Account, version: str, fall: Fall) -> list[Step]:
    """Breaks that a lifetime of one hour would have prevented."""
    return [
        step
        for thread in account.threads
        if not thread.agent
        for step in thread.steps
        if step.after.version == version
        and step.lifetime is Lifetime.FIVE_MINUTES
        and step.reason in EXPIRED
        and step.age < step.cache.long_seconds - BAND_BEFORE  # surely covered by the longer one
        and fall.low <= step.after.first_seen.date() < fall.ends
    ]


def _net_cost(during: Sequence[Request], steps: Sequence[Step]) -> float | None:
    """USD paid over the same calls with one-hour writes: what expired was paid again, the rest was written cheaper."""
    again = {step.after.id: min(step.excess_tokens, step.after.cache_write_tokens) for step in steps}
    prices = [excess_cost(step) for step in steps]
    for request in during:
        price = rates(request)
        kept = max(0, (request.cache_write_5m_tokens or 0) - again.get(request.id, 0))
        prices.append(None if price is None else kept * (price.cache_write_5m - price.cache_write_1h))
    known = [price for price in prices if price is not None]
    return fsum(known) if len(known) == len(prices) else None


def _measurable(account: Account) -> bool:
    return any(_main(request) for requests in account.by_version.values() for request in requests)


def _examined(account: Account) -> int:
    return sum(
        len(calls) >= MIN_CALLS for requests in account.by_version.values() for calls in _days(requests, _main).values()
    )


def _naive(account: Account) -> int:
    seen = count = 0
    for request in _versioned(account):
        if not _main(request):
            continue
        if request.cache_write_1h_tokens:
            seen = 1
        else:
            count += seen
    return count


TIER_CHANGE = Detector(
    id="tier-change",
    version="1.0.0",
    title="Cache lifetime fell from an hour to five minutes",
    question="Does one client version stop asking for the one-hour cache from one day to another?",
    scope=Scope.ACCOUNT,
    unit="days of one client version",
    rule_text=(
        "Only main threads count: sub-agents write for five minutes by design. For each client version and UTC day "
        "with at least ten writing calls, the share that writes for an hour. A day with at least 90 % that is "
        "followed by a day of the same version with at most 10 % is a fall; days between the two belong to it. "
        "A refusal for a used-up limit just before explains it: extra usage drops to five minutes, as documented; "
        "and a version that falls twice was not switched on a date."
    ),
    formula=(
        "share(version, day) = calls that write for 1 h / calls that write;  fall: share >= 0.9, then share <= 0.1;  "
        "excess = cached tokens paid again after pauses of 5 to 60 min"
    ),
    naive_text="Every five-minute write of a main thread after the first one-hour write, whatever the version.",
    naive_unit="calls",
    finding_unit="falls from one day to another",
    counterfactual=(
        "The same calls with one-hour writes: what expired within the hour is read from cache, and all that is still "
        "written costs the higher one-hour price. The amount is negative where the cheaper writes saved more than "
        "the expiries cost."
    ),
    needs=(LIFETIME, VERSIONS),
    benign=(
        Benign("other-version", "The share differs between client versions and is steady inside each."),
        Benign(
            "limit-reached",
            "A limit was used up just before; calls paid by extra usage are written for five minutes by design.",
        ),
        Benign(
            "alternating",
            "Long and short days take turns in one version: two accounts or settings share the log, and nothing was "
            "switched on a date.",
        ),
        Benign("sub-agents", "Only the mix changed: more sub-agents, which write for five minutes by design."),
        Benign("few-calls", "One of the two days has fewer than ten calls of this version."),
        Benign(
            "telemetry-off",
            "Telemetry was off, which meant five minutes before client 2.1.108, or the lifetime was set by hand.",
            decidable=False,
        ),
        Benign(
            "api-key",
            "Later calls were made with an API key, through a cloud provider, or by another account.",
            decidable=False,
        ),
        Benign(
            "usage-credits",
            "Calls were already paid by extra usage, and no line of the log says that a limit was reached.",
            decidable=False,
        ),
    ),
    limits=(
        "Grade A is for the observation. Why it fell is grade C: a setting of the service's owner, of the user, or of "
        "the plan look alike, and one account says nothing of others.",
        "Five minutes are not dearer as such: writes cost 1.25 instead of 2 times the input price. In public logs "
        "the same calls cost between 0.74 and 1.07 times as much with five minutes as with an hour.",
        "Where several people's logs are read together, their plans mix: a fall can be one person's last day.",
    ),
    parameters=(
        Parameter(
            Quantity("fewest-calls", MIN_CALLS, Unit.REQUESTS),
            "With ten calls, one stray write moves the share by no more than the cut.",
        ),
        Parameter(
            Quantity("high-share", HIGH, Unit.SHARE),
            "In both public log sets measured here, each day of a version has 0 or 100 %.",
        ),
        Parameter(Quantity("low-share", LOW, Unit.SHARE), "As above: the shares are all or nothing."),
        Parameter(
            Quantity("longest-pause", LONGEST_PAUSE, Unit.SECONDS),
            "One hour less the 15 s from which expiry is possible (see the cache break).",
        ),
    ),
    references=(
        CLIENT_CACHING_DOCS,
        Reference(
            "Issue with 119,866 calls by day: one hour from February, five minutes from March",
            "https://github.com/anthropics/claude-code/issues/46829",
        ),
        Reference(
            "Issue on the client's conditions for the one-hour lifetime",
            "https://github.com/anthropics/claude-code/issues/43566",
        ),
        Reference(
            "Claude Code changelog (2.1.108: telemetry and the five-minute lifetime)",
            "https://github.com/anthropics/claude-code/blob/main/CHANGELOG.md",
        ),
    ),
    rule=_rule,
    measurable=_measurable,
    examined=_examined,
    naive=_naive,
    one_a_unit=False,
    symptoms=("cache-expiry-cycling",),
)
