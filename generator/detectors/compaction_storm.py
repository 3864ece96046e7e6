"""Automatic compactions follow each other so fast that the context fills again at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.bursts import bursts, of_kinds
from generator.detectors.shared.covering import counted
from generator.detectors.shared.needs import MARKS, TOKENS
from generator.ledger.prices import cost, rates
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Mark, MarkKind, Request, Role, Trigger

WINDOW = timedelta(minutes=28)  # less than two of the nearest ordinary distances, 14.4 minutes
STORM = 3  # compactions
REFILL = 5  # requests
LARGE_INPUT = 0.5  # of the size before the compaction


def _compactions(thread: Thread) -> list[Mark]:
    return of_kinds(thread, {MarkKind.COMPACTION})


def _rule(thread: Thread) -> Iterator[Judgement]:
    yield from map(partial(_summary_storm, thread), _summary_storms(thread))
    marks = _compactions(thread)
    automatic = [mark for mark in marks if mark.trigger is not Trigger.MANUAL]
    storms = [group for group in bursts(automatic, WINDOW) if _is_storm(thread, group)]
    for group in storms:
        if _large_input(thread, group):
            yield Explained("large-input")  # benign: large-input
        else:
            yield _storm(thread, group)
    if len(automatic) == len(marks):
        return
    stormy = {mark.source for group in storms for mark in group}
    for group in bursts(marks, WINDOW):
        if _is_storm(thread, group) and not any(mark.source in stormy for mark in group):
            yield Explained("manual-compaction")  # benign: manual-compaction


def _summary_storms(thread: Thread) -> Iterator[list[Request]]:
    """Agents that sum an idle session up again and again, and leave no boundary in it (issue 41198)."""
    marks = [mark.at for mark in _compactions(thread)]
    burst: list[Request] = []
    for call in (*thread.summaries, None):
        if call is not None and (not burst or call.first_seen - burst[-1].first_seen <= WINDOW):
            burst.append(call)
            continue
        told = bisect_right(marks, burst[-1].ended + WINDOW) - bisect_left(marks, burst[0].first_seen) if burst else 0
        if len(burst) >= STORM and told < STORM - 1 and _is_idle(thread, burst):
            yield burst
        burst = [call] if call is not None else []


def _is_idle(thread: Thread, burst: Sequence[Request]) -> bool:
    return _calls_between(thread, burst) <= REFILL * (len(burst) - 1)


def _calls_between(thread: Thread, burst: Sequence[Request]) -> int:
    """Calls of the conversation itself between the first and the last summary."""
    calls = _between(thread, burst[0].first_seen, burst[-1].first_seen)
    return sum(call.role is not Role.COMPACTION for call in calls)


def _summary_storm(thread: Thread, burst: Sequence[Request]) -> Finding:
    """The first summary would have been enough: what the others cost is excess."""
    again = burst[1:]
    prices = [cost(call) for call in again]
    known = [price for price in prices if price is not None]
    return finding(
        COMPACTION_STORM,
        tuple(call.id for call in burst),
        thread=thread,
        at=burst[0].first_seen,
        until=burst[-1].ended,
        lean="client-decides",
        grade=FindingGrade.A,
        quantities=(
            Quantity("compactions", len(burst), Unit.COMPACTIONS),
            Quantity("span", (burst[-1].ended - burst[0].first_seen).total_seconds(), Unit.SECONDS),
            Quantity("requests-between", _calls_between(thread, burst), Unit.REQUESTS),
        ),
        excess_tokens=sum(call.prompt_tokens - call.cache_read_tokens for call in again),
        excess_usd=sum(known) if len(known) == len(prices) else None,
        unasked=("manual-compaction", "large-input"),
    )


def _is_storm(thread: Thread, group: Sequence[Mark]) -> bool:
    crowded = any(later.at - first.at <= WINDOW for first, later in zip(group, group[STORM - 1 :], strict=False))
    return crowded or any(0 < len(_between(thread, first.at, later.at)) <= REFILL for first, later in pairwise(group))


def _between(thread: Thread, start: datetime, end: datetime) -> Sequence[Request]:
    times = [request.first_seen for request in thread.requests]
    return thread.requests[bisect_right(times, start) : bisect_left(times, end)]


def _large_input(thread: Thread, group: Sequence[Mark]) -> bool:
    """Did single requests bring in so much that every refill is plain?"""
    refills = [
        any(
            request.cache_write_tokens + request.input_tokens > LARGE_INPUT * (later.value or 0)
            for request in _between(thread, first.at, later.at)[1:]  # the first rebuilds the summary
        )
        for first, later in pairwise(group)
        if later.value
    ]
    return bool(refills) and all(refills)


def _left_open(group: Sequence[Mark]) -> Iterator[str]:
    """Explanations that need what some of these lines do not say: who asked, and how much there was before."""
    if any(mark.trigger is not Trigger.AUTO for mark in group):
        yield "manual-compaction"
    if not any(mark.value for mark in group[1:]):
        yield "large-input"


def _rebuilt(thread: Thread, places: Sequence[int]) -> list[Request]:
    """Calls that wrote a summary anew, each once; that of the first compaction had to be written in any case."""
    return [thread.requests[place] for place in dict.fromkeys(places) if places[0] < place < len(thread.requests)]


def _storm(thread: Thread, group: Sequence[Mark]) -> Finding:
    times = [request.first_seen for request in thread.requests]
    rebuilt = _rebuilt(thread, [bisect_right(times, mark.at) for mark in group])
    start = bisect_right(times, group[0].at)
    last = bisect_right(times, group[-1].at)
    touched = thread.requests[max(0, start - 1) : last + 1]
    excess = sum(request.cache_write_tokens for request in rebuilt)
    prices = [rates(request) for request in rebuilt]
    usd = (
        sum(
            request.cache_write_tokens
            * (price.cache_write_1h if request.cache_write_1h_tokens else price.cache_write_5m)
            for request, price in zip(rebuilt, prices, strict=True)
            if price is not None
        )
        if all(price is not None for price in prices)
        else None
    )
    cited = tuple(request.id for request in (touched[:1] + touched[-1:]))
    return finding(
        COMPACTION_STORM,
        cited,
        thread=thread,
        at=group[0].at,
        until=group[-1].at,
        lean="client-decides",
        grade=FindingGrade.A,
        quantities=(
            Quantity("compactions", len(group), Unit.COMPACTIONS),
            Quantity("span", (group[-1].at - group[0].at).total_seconds(), Unit.SECONDS),
            Quantity("requests-between", max(0, len(touched) - 2), Unit.REQUESTS),
        ),
        excess_tokens=excess,
        excess_usd=usd,
        unasked=tuple(_left_open(group)),
    )


COMPACTION_STORM = Detector(
    id="compaction-storm",
    version="1.1.0",
    title="Compaction storm",
    question="Does the client compact the same conversation again and again?",
    scope=Scope.THREAD,
    unit="compactions",
    rule_text=(
        "Three or more automatic compactions of one thread within 28 minutes, or two within 28 minutes "
        "with at most five requests between them. Compactions at most 28 minutes "
        "apart are one storm. Those that the user asked for do not count, copies of a boundary in resumed sessions "
        "count once, and a refill by one large input is explained. Three agents within 28 minutes of each other that "
        "sum up an idle session, without a boundary in it, are a storm as well."
    ),
    formula="3 automatic compactions within 28 min, or 2 within 28 min with at most 5 requests between them",
    naive_text="Every session with three or more compaction lines, however far apart and no matter who asked for them.",
    naive_unit="threads",
    finding_unit="storms, of which a thread can have several",
    counterfactual="The first compaction would have been enough: what the others wrote anew is excess.",
    needs=(MARKS, TOKENS),
    benign=(
        Benign("manual-compaction", "The user asked for the compaction (/compact)."),
        Benign("copied-boundary", "A resumed session repeats the boundary line; it is counted once, by its id."),
        Benign("large-input", "A single input of more than half the context filled it again."),
        Benign("small-window", "The context window was set small, so it fills soon.", decidable=False),
    ),
    limits=(
        "The summarising call itself is written to a sub-agent file by recent clients only; where boundaries tell the "
        "compactions its cost is left out of the excess, which is therefore a lower bound.",
        "Client 2.1.76 stops after three failed compactions and 2.1.89 after three immediate refills, so later "
        "clients should show none.",
    ),
    parameters=(
        Parameter(
            Quantity("storm", STORM, Unit.COMPACTIONS),
            "The client's own guard of version 2.1.89 counts three in a row.",
        ),
        Parameter(
            Quantity("window", WINDOW.total_seconds(), Unit.SECONDS),
            "The nearest ordinary compactions in public logs were 14.4 minutes apart; three at that pace take 28.8.",
        ),
        Parameter(Quantity("refill", REFILL, Unit.REQUESTS), "An ordinary refill takes dozens of requests."),
        Parameter(Quantity("large-input", LARGE_INPUT, Unit.SHARE), "More than half of what was there before."),
    ),
    references=(
        Reference(
            "Claude Code changelog (2.1.76, 2.1.89)",
            "https://github.com/anthropics/claude-code/blob/main/CHANGELOG.md",
        ),
        Reference(
            "Report of compaction agents in an idle session",
            "https://github.com/anthropics/claude-code/issues/41198",
        ),
        Reference(
            "Report with 211 compactions in one session",
            "https://github.com/anthropics/claude-code/issues/24179",
        ),
    ),
    rule=_rule,
    measurable=lambda thread: bool(thread.requests) and (not thread.agent or bool(thread.summaries)),
    examined=lambda thread: max(len(_compactions(thread)), len(thread.summaries)),
    naive=lambda thread: int(max(len(_compactions(thread)), len(thread.summaries)) >= STORM),
    one_a_unit=False,
    covers=counted("compactions"),
    symptoms=("compaction-loop",),
)
