"""A client version with a fault that is on record ran, and met what sets that fault off."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from generator.detectors.compaction_storm import STORM
from generator.detectors.compaction_storm import WINDOW as STORM_WINDOW
from generator.detectors.prefix_pin import RUN as PIN_RUN
from generator.detectors.prefix_pin import SAME_READ
from generator.detectors.shared.attribution import PREFIX_SHARE
from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.needs import VERSIONS
from generator.detectors.thinking_stripped import PAUSE as LONG_PAUSE
from generator.ledger.explanations import UNEXPLAINED
from generator.ledger.steps import Step
from generator.ledger.subjects import Account, Scope, version_key
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Mark, MarkKind, Request, Trigger

MIN_WRITES = 10  # calls
NAIVE_FIRST, NAIVE_LAST = "2.1.69", "2.1.89"  # the list of a published tool (research/detectors.md section 3)


@dataclass(frozen=True)
class Fault:
    """One known fault: its client versions, both included ("" = not known when it came), and what sets it off.

    `says` tells in one sentence what it does, for a reader who has no log.
    """

    id: str
    first: str
    last: str
    says: str
    source: Reference
    met: Callable[[Sequence[Thread], str], list[Request]] = field(repr=False)

    def touches(self, version: str) -> bool:
        """Is the version one of those?"""
        return _between(self.first, version, self.last)


def _between(first: str, version: str, last: str) -> bool:
    return version_key(first) <= version_key(version) <= version_key(last)


def _resumed(threads: Sequence[Thread], version: str) -> list[Request]:
    """First calls after a resume."""
    return [
        request
        for thread in threads
        for request in _next_calls(thread, [mark.at for mark in thread.marks if mark.kind is MarkKind.RESUME])
        if request.version == version
    ]


def _stormed(threads: Sequence[Thread], version: str) -> list[Request]:
    """First calls after an automatic compaction that is the third within the window."""
    found: list[Request] = []
    for thread in threads:
        times = [mark.at for mark in thread.marks if _automatic(mark)]
        crowded = [at for first, at in zip(times, times[STORM - 1 :], strict=False) if at - first <= STORM_WINDOW]
        found.extend(request for request in _next_calls(thread, crowded) if request.version == version)
    return found


def _automatic(mark: Mark) -> bool:
    return mark.kind is MarkKind.COMPACTION and mark.trigger is not Trigger.MANUAL


def _next_calls(thread: Thread, times: Sequence[datetime]) -> list[Request]:
    """The call after each of these times, each call once."""
    begins = [request.first_seen for request in thread.requests]
    places = dict.fromkeys(bisect_left(begins, at) for at in times)
    return [thread.requests[place] for place in places if place < len(begins)]


def _pinned(threads: Sequence[Thread], version: str) -> list[Request]:
    """Calls that read the same small start of the prompt as the two before them, and pay for the rest again."""
    found: list[Request] = []
    for thread in threads:
        run: list[Step] = []
        for step in thread.steps:
            if not step.testable:
                continue
            if not _partial(step) or step.after.version != version:
                run = []
                continue
            run = [*run, step] if run and _same_read(run[0], step) else [step]
            if len(run) >= PIN_RUN:
                found.append(step.after)
    return found


def _partial(step: Step) -> bool:
    return step.reason == UNEXPLAINED and 0 < step.read < PREFIX_SHARE * step.expected


def _same_read(first: Step, step: Step) -> bool:
    read = first.read
    return abs(step.read - read) <= SAME_READ * read


def _paused(threads: Sequence[Thread], version: str) -> list[Request]:
    """Calls after a pause of more than an hour in which the client was not upgraded."""
    return [
        step.after
        for thread in threads
        for step in thread.steps
        if step.before.version == step.after.version == version and step.age > LONG_PAUSE
    ]


def _short_lived(threads: Sequence[Thread], version: str) -> list[Request]:
    """Writes of main threads, where there are at least ten and each of them is for five minutes."""
    writes = [
        request
        for thread in threads
        if not thread.agent
        for request in thread.requests
        if request.version == version and request.cache_write_tokens and request.cache_write_1h_tokens is not None
    ]
    return writes if len(writes) >= MIN_WRITES and not any(one.cache_write_1h_tokens for one in writes) else []


def _changelog(title: str) -> Reference:
    return Reference(
        f"Claude Code changelog: {title}", "https://github.com/anthropics/claude-code/blob/main/CHANGELOG.md"
    )


FAULTS: tuple[Fault, ...] = (
    Fault(
        "resume-deferral",
        "2.1.69",
        "2.1.89",
        "Continuing a session could miss the cache, so that the first call paid for the whole conversation again.",
        _changelog("2.1.90 mends the cache miss after a resume"),
        _resumed,
    ),
    Fault(
        "prefix-mutation",
        "",
        "2.1.88",
        "One build of the client changed the start of each prompt, so that every call read little from the cache.",
        Reference(
            "Issue: one build changes the start of each prompt (see also changelog 2.1.89)",
            "https://github.com/anthropics/claude-code/issues/40524",
        ),
        _pinned,
    ),
    Fault(
        "thinking-cleared",
        "2.1.85",
        "2.1.100",
        "After an idle hour the model's earlier reasoning was cleared at each turn, which missed the cache.",
        Reference(
            "Anthropic's report: thinking was cleared at each turn after an idle hour",
            "https://www.anthropic.com/engineering/april-23-postmortem",
        ),
        _paused,
    ),
    Fault(
        "autocompact-retry",
        "",
        "2.1.75",
        "An automatic compaction that failed was tried again without end.",
        _changelog("2.1.76 stops after three failed compactions"),
        _stormed,
    ),
    Fault(
        "telemetry-5m",
        "2.1.20",
        "2.1.107",
        "With telemetry turned off, the cache lived for five minutes instead of an hour.",
        _changelog("2.1.108 parts the lifetime from telemetry"),
        _short_lived,
    ),
)
"""Faults that can be asked of a log; research/detectors.md section 2.2 has their sources."""


def _rule(account: Account) -> Iterator[Judgement]:
    ran: defaultdict[str, list[Thread]] = defaultdict(list)
    for thread in account.threads:
        for version in {request.version for request in thread.requests}:
            ran[version].append(thread)
    for version, requests in account.by_version.items():
        touching = [fault for fault in FAULTS if fault.touches(version)]
        met = [(fault, hits) for fault in touching if (hits := fault.met(ran[version], version))]
        if touching and not met:
            yield Explained("not-triggered")  # benign: not-triggered
            continue
        for fault, hits in met:
            yield _ran(fault, version, requests, hits)


def _ran(fault: Fault, version: str, requests: Sequence[Request], hits: Sequence[Request]) -> Finding:
    ordered = sorted(hits, key=lambda request: (request.first_seen, request.id))
    cited = tuple(dict.fromkeys((ordered[0].id, ordered[-1].id)))
    return finding(
        KNOWN_BAD_VERSION,
        cited,
        key=(fault.id, version, *cited),
        at=ordered[0].first_seen,
        until=ordered[-1].first_seen,
        client=version,
        grade=FindingGrade.A,
        quantities=(
            Quantity(fault.id, len(hits), Unit.EVENTS),
            Quantity("calls", len(requests), Unit.REQUESTS),
        ),
        lean="client-versions",
    )


def _range(fault: Fault) -> str:
    return f"{fault.id}: {fault.first} to {fault.last}" if fault.first else f"{fault.id}: up to {fault.last}"


KNOWN_BAD_VERSION = Detector(
    id="known-bad-version",
    version="1.0.0",
    title="Client version with a known fault",
    question="Did a client version with a known fault run and meet what sets the fault off?",
    scope=Scope.ACCOUNT,
    unit="pairs of a client version and a fault of its range",
    rule_text=(
        "A fixed list of faults that a changelog, Anthropic's own report or byte-by-byte captures bear out, each with "
        "its versions and its trigger: a resume; three calls in a row that read the same small start of the prompt; "
        "a pause of more than an hour; three automatic compactions within 28 minutes; main threads that write only "
        "for five minutes. A version of the list that met the trigger is a finding, and says no more than that."
    ),
    formula="; ".join(_range(fault) for fault in FAULTS),
    naive_text="Every client version from 2.1.69 to 2.1.89, whatever happened in it.",
    naive_unit="client versions of one range",
    finding_unit="pairs of a client version and a fault",
    counterfactual="None: this names a risk. What it cost is told by the detector of the symptom.",
    needs=(VERSIONS,),
    benign=(
        Benign("not-triggered", "The version is on the list, but nothing in the log sets its faults off."),
        Benign(
            "not-affected",
            "The fault needs more than its trigger (deferred tools, one kind of build, telemetry turned off), and no "
            "line tells of that.",
            decidable=False,
        ),
    ),
    limits=(
        "Grade A is for what is said: the version ran and the trigger was there. Whether the fault struck is not said.",
        "One known fault cannot be asked of a transcript: from 2.1.15 to 2.1.76 a call that was repeated without "
        "streaming was not written down.",
        "Anthropic's report dates the clearing of thinking from 26 March to 10 April; which versions that were is "
        "taken from release dates.",
        "Five minutes are asked about from 2.1.20 on, the oldest version of which public logs show one hour at once.",
    ),
    parameters=(
        Parameter(Quantity("pinned-run", PIN_RUN, Unit.REQUESTS), "Fewer can be chance: one edit breaks one step."),
        Parameter(
            Quantity("pinned-within", SAME_READ, Unit.SHARE),
            "The published captures read the same 11,428 tokens or so each time.",
        ),
        Parameter(
            Quantity("pinned-below", PREFIX_SHARE, Unit.SHARE),
            "Real partial misses are below 0.6 of the expected read (measured on 27,169 requests).",
        ),
        Parameter(
            Quantity("long-pause", LONG_PAUSE, Unit.SECONDS), "Anthropic's report names sessions idle for over an hour."
        ),
        Parameter(
            Quantity("storm", STORM, Unit.COMPACTIONS), "The client's guard of 2.1.76 stops at three; see the storm."
        ),
        Parameter(
            Quantity("storm-window", STORM_WINDOW.total_seconds(), Unit.SECONDS),
            "The shortest ordinary distance between two compactions in public logs was 14.4 minutes.",
        ),
        Parameter(
            Quantity("fewest-writes", MIN_WRITES, Unit.REQUESTS),
            "With telemetry off all writes are short; a few could be chance.",
        ),
    ),
    references=tuple(fault.source for fault in FAULTS),
    rule=_rule,
    measurable=lambda account: bool(account.by_version),
    examined=lambda account: sum(fault.touches(version) for version in account.by_version for fault in FAULTS),
    naive=lambda account: sum(_between(NAIVE_FIRST, version, NAIVE_LAST) for version in account.by_version),
    symptoms=("runaway-usage",),
)
