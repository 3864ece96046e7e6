"""The output counts in the log fall short: first lines below last ones, or whole answers with a placeholder alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.needs import FIRST_LINES, VERSIONS
from generator.ledger.subjects import Account, Scope
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Request

MIN_CALLS = 20
SOUND = 0.95  # of the final output, and of the tool calls that have a final count
PLACEHOLDER = 30  # tokens; no tool call fits into so few


@dataclass(frozen=True)
class Counts:
    """The answers of one version that can be checked, in order of time."""

    several: tuple[Request, ...]  # on several lines: the first can be compared with the last
    tools: tuple[Request, ...]  # that call a file tool: their count cannot be tiny

    @property
    def all(self) -> tuple[Request, ...]:
        """Each answer once."""
        return tuple({request.id: request for request in (*self.several, *self.tools)}.values())

    @property
    def wrong(self) -> list[Request]:
        """Answers whose first line leaves output out, and tool calls without a final count."""
        found = {request.id: request for request in self.several if _missing(request)}
        found |= {request.id: request for request in self.tools if _unfinished(request)}
        return sorted(found.values(), key=lambda request: (request.first_seen, request.id))

    @property
    def first_line_share(self) -> float:
        """Output on first lines over final output."""
        final = sum(request.output_tokens for request in self.several)
        return 1 - sum(_missing(request) for request in self.several) / final if final else 1.0

    @property
    def finished_share(self) -> float:
        """Tool calls with a final count over all of them."""
        unfinished = sum(_unfinished(request) for request in self.tools)
        return 1 - unfinished / len(self.tools) if self.tools else 1.0


def _counts(requests: Sequence[Request]) -> Counts:
    known = [request for request in requests if request.first_output_tokens is not None]
    return Counts(
        several=tuple(request for request in known if request.lines > 1),
        tools=tuple(request for request in known if request.file_reads or request.file_edits),
    )


def _missing(request: Request) -> int:
    """Output tokens that the first line leaves out."""
    return max(0, request.output_tokens - (request.first_output_tokens or 0))


def _unfinished(request: Request) -> bool:
    return request.output_tokens <= PLACEHOLDER


def _rule(account: Account) -> Iterator[Judgement]:
    for version, requests in account.by_version.items():
        counts = _counts(requests)
        if not counts.wrong:
            continue
        low = [
            len(answers)
            for answers, share in ((counts.several, counts.first_line_share), (counts.tools, counts.finished_share))
            if share < SOUND
        ]
        if not low:
            yield Explained("final-lines")  # benign: final-lines
            continue
        if max(low) < MIN_CALLS:
            yield Explained("few-calls")  # benign: few-calls
            continue
        yield _short(version, counts)


def _short(version: str, counts: Counts) -> Finding:
    first, last = counts.wrong[0], counts.wrong[-1]
    return finding(
        LOG_INTEGRITY,
        tuple(dict.fromkeys((first.id, last.id))),
        at=first.first_seen,
        until=last.first_seen,
        client=version,
        grade=FindingGrade.A,
        quantities=(
            Quantity("on-several-lines", len(counts.several), Unit.REQUESTS),
            Quantity("first-line-share", counts.first_line_share, Unit.SHARE),
            Quantity("understated", sum(_missing(request) for request in counts.several), Unit.TOKENS),
            Quantity("tool-calls", len(counts.tools), Unit.REQUESTS),
            Quantity("without-a-final-count", sum(_unfinished(request) for request in counts.tools), Unit.REQUESTS),
        ),
        lean="client-versions",
    )


def _of_each_version(account: Account) -> Iterator[Counts]:
    return (_counts(requests) for requests in account.by_version.values())


LOG_INTEGRITY = Detector(
    id="log-integrity",
    version="1.0.0",
    title="Output counts in the log fall short",
    question="Does the log count less output than there was?",
    scope=Scope.ACCOUNT,
    unit="answers whose output count can be checked",
    rule_text=(
        "A client writes an answer as several lines, one a content block, and each carries an output count. For each "
        "client version two questions, each with at least twenty answers: do the first lines together "
        "hold less than 95 % of the final counts, so that a reader of first lines counts too little? And do more than "
        "5 % of the answers that call a file tool end with at most 30 tokens? No tool call is that short: there the "
        "final count was never written."
    ),
    formula=(
        "sum(output on the first line) / sum(final output) < 0.95,  or  "
        "tool calls of at most 30 tokens / tool calls > 0.05"
    ),
    naive_text="Every answer whose first line holds another output count than its last.",
    naive_unit="answers",
    finding_unit="client versions",
    counterfactual="None: nothing was paid too much. It says how far counts taken from this log can be off.",
    needs=(FIRST_LINES, VERSIONS),
    benign=(
        Benign("final-lines", "At least 95 % of the output and of the tool calls are whole; single answers differ."),
        Benign(
            "few-calls",
            "Fewer than twenty answers of this version could be asked the question that one of them failed.",
        ),
        Benign(
            "lost-final-line",
            "An answer without a tool call whose final line was never written looks like a short one; then more is "
            "missing than is shown.",
            decidable=False,
        ),
    ),
    limits=(
        "This is about the log and not about the bill: the service counts by itself.",
        "Where final counts were never written, every output figure of that version is a lower bound for any reader. "
        "Prompt, read and written tokens are not touched.",
        "A resumed session copies lines. Copies of an answer count as further lines; they can only raise the share.",
    ),
    parameters=(
        Parameter(
            Quantity("fewest-answers", MIN_CALLS, Unit.REQUESTS),
            "Enough that one long answer does not decide the share.",
        ),
        Parameter(
            Quantity("sound-share", SOUND, Unit.SHARE),
            "First lines of public logs hold 12 to 76 % of all output before client 2.1.97 and 100 % from 2.1.185 on.",
        ),
        Parameter(
            Quantity("longest-placeholder", PLACEHOLDER, Unit.TOKENS),
            "The shortest of 824 finished calls of a file tool in public logs has 80 tokens.",
        ),
    ),
    references=(
        Reference(
            "Claude Code changelog (2.1.97, 2.1.98: lines carry the final usage instead of a placeholder)",
            "https://github.com/anthropics/claude-code/blob/main/CHANGELOG.md",
        ),
        Reference(
            "Issue of a widely used counter that read first lines",
            "https://github.com/ccusage/ccusage/issues/901",
        ),
    ),
    rule=_rule,
    measurable=lambda account: any(
        request.first_output_tokens is not None for requests in account.by_version.values() for request in requests
    ),
    examined=lambda account: sum(len(counts.all) for counts in _of_each_version(account)),
    naive=lambda account: sum(
        request.first_output_tokens != request.output_tokens
        for counts in _of_each_version(account)
        for request in counts.several
    ),
    one_a_unit=False,
    symptoms=("metering-anomaly",),
)
