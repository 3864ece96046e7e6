"""A request seconds after an answer reads all of the cache but what that answer's request had just written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import fsum

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.breaks import CACHING_DOCS
from generator.detectors.shared.covering import counted
from generator.detectors.shared.needs import THREADS, TOKENS
from generator.ledger.steps import UNREAD_LEAST, UNREAD_SAME, UNREAD_WITHIN, Step, repaid_cost
from generator.ledger.subjects import Account, Scope
from generator.ledger.threads import Thread
from generator.records.results import DayShare, Finding, FindingGrade, Quantity, Unit
from generator.statistics.tails import binomial_at_least

BASE = 0.0005  # share of such steps; upper end of 2 of 14,619 before 13 March 2026 in public logs
FEWEST = 2  # a single one may be anything
CHANCE = 0.01  # probability at which so many are no longer chance
SOON, LATER = 1.0, 60.0  # seconds; the share within the first, and none from five to sixty, tell the kind


def _soon(thread: Thread) -> Iterator[Step]:
    """Steps in which the last write could be missing: seconds after the answer before, on an endpoint of the vendor."""
    for step in thread.steps:
        if step.testable and step.age <= UNREAD_WITHIN and not step.before.gateway and not step.after.gateway:
            yield step


def _is_hit(step: Step) -> bool:
    comparable = step.before.model == step.after.model and not step.fell_back
    return step.last_write_unread and _is_first(step) and comparable and not _parallel(step)


def _is_first(step: Step) -> bool:
    """Did the request before read all that it could? Several late ones in a row are one event."""
    written = step.before.cache_write_tokens
    return abs(step.expected - step.read - written) <= UNREAD_SAME * written


def _parallel(step: Step) -> bool:
    """Did the request begin before the answer was whole?"""
    return step.began < step.before.ended


def _rule(account: Account) -> Iterator[Judgement]:
    steps = [step for thread in account.threads for step in _soon(thread)]
    for step in steps:
        if step.last_write_unread and _parallel(step):
            yield Explained("concurrent")  # benign: concurrent
    hits = sorted((step for step in steps if _is_hit(step)), key=lambda step: (step.after.first_seen, step.after.id))
    if not hits:
        return
    if len(hits) < FEWEST or _is_chance(len(hits), len(steps)):
        yield from (Explained("chance") for _ in hits)  # benign: chance
        return
    yield _unread(account, steps, hits)


def _is_chance(hits: int, steps: int) -> bool:
    return binomial_at_least(hits, steps, BASE) >= CHANCE


def _unread(account: Account, steps: Sequence[Step], hits: Sequence[Step]) -> Finding:
    days: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for step in steps:
        day = days[step.after.first_seen.date().isoformat()]
        day[0] += _is_hit(step)
        day[1] += 1
    within = [step for step in steps if step.age <= SOON]
    later = [
        step
        for thread in account.threads
        for step in thread.steps
        if step.testable and UNREAD_WITHIN < step.age <= LATER
    ]
    prices = [repaid_cost(step, step.missed) for step in hits]
    known = [price for price in prices if price is not None]
    sizes = [request.total_tokens for thread in account.threads for request in thread.requests]
    missed = sum(step.missed for step in hits)
    return finding(
        UNREAD_LAST_WRITE,
        tuple(dict.fromkeys(step.after.id for step in hits)),
        key=(hits[0].after.id,),
        at=hits[0].after.first_seen,
        until=hits[-1].after.first_seen,
        grade=FindingGrade.A,
        quantities=(
            Quantity("last-write-unread", len(hits), Unit.REQUESTS),
            Quantity("looked-at", len(steps), Unit.REQUESTS),
            Quantity("share-unread", len(hits) / len(steps), Unit.SHARE),
            Quantity("share-unread-in-a-second", _share(within), Unit.SHARE),
            Quantity("unread-later", sum(step.reads_older_entry and _is_first(step) for step in later), Unit.REQUESTS),
            Quantity("looked-at-later", len(later), Unit.REQUESTS),
            Quantity("share-of-tokens", missed / sum(sizes), Unit.SHARE),
        ),
        days=tuple(DayShare(day, *counts) for day, counts in sorted(days.items())),
        lean="newest-entry",
        excess_tokens=missed,
        excess_usd=fsum(known) if len(known) == len(prices) else None,
        of_usd=fsum(thread.list_price for thread in account.threads),
    )


def _share(steps: Sequence[Step]) -> float:
    return sum(map(_is_hit, steps)) / len(steps) if steps else 0.0


UNREAD_LAST_WRITE = Detector(
    id="unread-last-write",
    version="1.0.0",
    title="The newest cache entry is not read",
    question="Does a request seconds after an answer miss just what was written for that answer?",
    scope=Scope.ACCOUNT,
    unit="steps within five seconds",
    rule_text=(
        "Looked at are all steps within five seconds of the answer before. One counts where something was read, and "
        "what is missing equals the last write (within 2 %, at least 200 tokens), nothing of which had been written "
        "before. Two or more are a finding if so many "
        "of so many steps would come by chance less than once in a hundred logs, measured by the share that public "
        "logs show before 13 March 2026."
    ),
    formula="expected - read = write[i-1] (within 2 %), read > 0, age <= 5 s;  P(X >= hits | steps, 0.05 %) < 0.01",
    naive_text="Every request within five seconds that reads less than the one before it left in the cache.",
    naive_unit="requests",
    finding_unit="logs as a whole",
    counterfactual="The same request, with the last write read from cache at the cache-read price.",
    needs=(TOKENS, THREADS),
    benign=(
        Benign("chance", "No more of them than such logs show at any time."),
        Benign("concurrent", "The request began before the answer was whole; its entry could not be used yet."),
        Benign(
            "marked-otherwise",
            "A client that marks its prompt for the cache at another place would miss the last block too. It would do "
            "so at any pause: look at the count after five seconds.",
            decidable=False,
        ),
    ),
    limits=(
        "It costs next to nothing: in the public logs that show it, 1 token in 2,400 was paid again. It does not "
        "explain runaway usage.",
        "Most of these steps are below the 2 % at which a break is counted, so they show in no other question.",
        "That it was the service is inferred: from an employee's answer about a like fault of the bare API, and from "
        "its being there with every client version that made a hundred such requests; one log alone cannot show it.",
        "Steps of one session are not independent: a few sessions can carry the share.",
    ),
    parameters=(
        Parameter(
            Quantity("soon", UNREAD_WITHIN, Unit.SECONDS),
            "In public logs it occurs up to five seconds after the answer and never from 5 to 60 seconds (0 of 432).",
        ),
        Parameter(
            Quantity("fewest-unread", UNREAD_LEAST, Unit.TOKENS),
            "Below, the counts of two requests differ by as much for other reasons.",
        ),
        Parameter(
            Quantity("base-share", BASE, Unit.SHARE),
            "Upper end of the 95 % interval of 2 in 14,619 steps from 6 January to 12 March 2026, six public log sets.",
        ),
    ),
    references=(
        CACHING_DOCS,
        Reference(
            "Issue of the API's Python library: an entry just written is missed; the vendor's answer of 5 August 2026",
            "https://github.com/anthropics/anthropic-sdk-python/issues/1451",
        ),
    ),
    rule=_rule,
    measurable=lambda account: any(True for thread in account.threads for _ in _soon(thread)),
    examined=lambda account: sum(1 for thread in account.threads for _ in _soon(thread)),
    naive=lambda account: sum(step.read < step.expected for thread in account.threads for step in _soon(thread)),
    one_a_unit=False,
    sessions=lambda account: {step.after.id: thread.session for thread in account.threads for step in _soon(thread)},
    covers=counted("last-write-unread"),
    symptoms=("cache-miss",),
)
