"""In the middle of a tool loop the prompt becomes smaller, and no line says why."""

from __future__ import annotations

from collections.abc import Iterator

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference
from generator.detectors.shared.falls import (
    BENIGN,
    CHECKPOINT_DOCS,
    REASONS,
    RESET_BELOW,
    Fall,
    Holds,
    can_tell,
    fall_finding,
    falls,
    marked,
    reason,
    steps_from,
)
from generator.detectors.shared.needs import MARKS, THREADS, TOKENS
from generator.ledger.steps import TRIMMED_BELOW, in_tool_loop
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import FindingGrade, Quantity, Unit
from generator.records.rows import MarkKind

SMALLEST = 20_000  # tokens

TRIM_REASONS: tuple[tuple[str, Holds], ...] = (
    *REASONS,
    ("tools-change", marked(MarkKind.TOOLS_CHANGE)),  # benign: tools-change
    ("image", marked(MarkKind.IMAGE)),  # benign: image
    ("turn-begins", lambda fall: not in_tool_loop(fall.step)),  # benign: turn-begins
)


def _is_trim(fall: Fall) -> bool:
    return RESET_BELOW < fall.share < TRIMMED_BELOW


def _rule(thread: Thread) -> Iterator[Judgement]:
    for fall in falls(thread, SMALLEST):
        if not _is_trim(fall):
            continue
        explained = reason(fall, TRIM_REASONS)
        yield Explained(explained) if explained else fall_finding(SILENT_TRIM, thread, fall, "client-decides")


SILENT_TRIM = Detector(
    id="silent-trim",
    version="1.0.0",
    title="Silent trim",
    question="Does a conversation lose part of its content while a tool loop runs?",
    scope=Scope.THREAD,
    unit="steps",
    rule_text=(
        "Inside a tool loop, where each request only adds to the one before it, the prompt falls to less than 97 % "
        "and more than 40 % of its size. Model and client version are the same, the log names nothing in between "
        "that shortens a conversation, and the next request is not back at the old size."
    ),
    formula="0.4 x size[i-1] < size[i] < 0.97 x size[i-1]  in a tool loop  and  no innocent explanation holds",
    naive_text="Every request whose prompt is smaller than 97 % of the one before it.",
    naive_unit="falls of the prompt",
    finding_unit="falls of the prompt",
    counterfactual=(
        "Nothing is cut: what was cached before is read. A trim also spares later reads; that saving is not set "
        "against it, so the excess is an upper bound."
    ),
    needs=(TOKENS, MARKS, THREADS),
    benign=(
        *BENIGN,
        Benign("tools-change", "Tools were announced or withdrawn in between."),
        Benign("image", "An image came in between; the client may drop older ones to make room."),
        Benign(
            "turn-begins",
            "A prompt began a new turn: it may have been rewound or edited, and thinking of old turns is left out.",
        ),
        Benign(
            "unlogged-clearing",
            "The client cleared old tool results as designed and wrote no line of it.",
            decidable=False,
        ),
        Benign(
            "tools-withdrawn",
            "A tool server disconnected, its tools left the prompt, and no line says so.",
            decidable=False,
        ),
        Benign("fork", "The conversation was continued from an earlier place, and no line says so.", decidable=False),
    ),
    limits=(
        "Sub-agents are left out: clients do not write down when they compact or clear.",
        "It shows that content left the prompt, not which, and not that the answer suffered.",
        "Clients wrote a line for a clearing of tool results only for a while (seen in 2.1.12 to 2.1.22). Before and "
        "after, the clearing that the design intends looks just like this.",
        "An answer with tools of the service (web search) may state the sum of its rounds, so the request after it "
        "looks shorter. That is told by the sum, which reads more than there was; not where it opens a thread.",
        "A tool result that is added in the same step hides a trim of its size or less.",
    ),
    parameters=(
        Parameter(
            Quantity("trimmed-below", TRIMMED_BELOW, Unit.SHARE),
            "In two public log sets 4,312 of 4,344 steps in tool loops did not shrink, and none fell by less than 3 %.",
        ),
        Parameter(Quantity("reset-below", RESET_BELOW, Unit.SHARE), "Below it the detector session-reset looks."),
        Parameter(
            Quantity("smallest-prompt", SMALLEST, Unit.TOKENS),
            "System prompt and tools alone take 16,000 to 35,000 tokens; a smaller prompt holds little to trim.",
        ),
    ),
    references=(
        Reference(
            "Anthropic documentation: context editing (clearing tool results and thinking)",
            "https://platform.claude.com/docs/en/build-with-claude/context-editing",
        ),
        Reference(
            "Report of tool results cleared without notice",
            "https://github.com/anthropics/claude-code/issues/42542",
        ),
        CHECKPOINT_DOCS,
    ),
    rule=_rule,
    measurable=lambda thread: can_tell(thread, SMALLEST),
    examined=lambda thread: steps_from(thread, SMALLEST),
    naive=lambda thread: sum(fall.share < TRIMMED_BELOW for fall in falls(thread, 1)),
    symptoms=("context-drift",),
    surest=FindingGrade.B,
)
