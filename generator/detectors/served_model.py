"""Another model answers than the one that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from math import fsum

from msgspec.structs import replace

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.covering import counted
from generator.detectors.shared.needs import REQUESTED_MODEL
from generator.ledger.prices import cost
from generator.ledger.subjects import Scope, marks_between
from generator.ledger.threads import Thread
from generator.records.models import same_name
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import MarkKind, Request, Trigger

SHORTEST_RUN = 1  # requests
UNNAMED = "other"  # a name that is no public model id, so nothing can be compared


def _comparable(thread: Thread) -> list[Request]:
    return [
        request
        for request in thread.requests
        if request.requested_model not in {None, UNNAMED} and request.model != UNNAMED
    ]


def _rule(thread: Thread) -> Iterator[Judgement]:
    before: Request | None = None
    for (asked, served), group in groupby(_comparable(thread), key=lambda one: (one.requested_model or "", one.model)):
        run = list(group)
        announced = _announced(thread, before, run[0])
        before = run[-1]
        if asked == served:
            continue
        if same_name(asked) == same_name(served):
            yield Explained("alias")  # benign: alias
            continue
        if announced:
            yield Explained("fallback-announced")  # benign: fallback-announced
            continue
        yield _served(thread, run, asked)


def _announced(thread: Thread, before: Request | None, first: Request) -> bool:
    """Does a line between the two say that the model changes?"""
    since = before.first_seen if before else datetime.min.replace(tzinfo=UTC)
    return any(
        mark.kind is MarkKind.MODEL_SWITCH or (mark.kind is MarkKind.COMMAND and mark.trigger is Trigger.MODEL)
        for mark in marks_between(thread.marks, since, first.first_seen)
    )


def _served(thread: Thread, run: Sequence[Request], asked: str) -> Finding:
    return finding(
        SERVED_MODEL,
        tuple(request.id for request in run),
        thread=thread,
        at=run[0].first_seen,
        until=run[-1].first_seen,
        grade=FindingGrade.A,
        quantities=(
            Quantity("answers", len(run), Unit.REQUESTS),
            Quantity("prompt-tokens", sum(request.total_tokens for request in run), Unit.TOKENS),
            *_price_difference(run, asked),
        ),
        lean="no-layer",
    )


def _price_difference(run: Sequence[Request], asked: str) -> Iterator[Quantity]:
    """List price of what answered less that of what was asked for; nothing where one has no known price."""
    pairs = [(cost(request), cost(replace(request, model=asked))) for request in run]
    known = [paid - wanted for paid, wanted in pairs if paid is not None and wanted is not None]
    if len(known) == len(pairs):
        yield Quantity("price-difference", fsum(known), Unit.USD)


SERVED_MODEL = Detector(
    id="served-model",
    version="1.0.0",
    title="Another model answered",
    question="Does another model answer than the one that was asked for?",
    scope=Scope.THREAD,
    unit="requests whose asked and answering model are both named",
    rule_text=(
        "Each request that names a model is compared with the model that its answer names. A name with a date and the "
        "same name without one are equal. Consecutive answers by the same other model are one finding, unless a change "
        "of model was announced just before."
    ),
    formula="name(asked) != name(answered), dates left out",
    naive_text="Every thread in which more than one model answers.",
    naive_unit="threads",
    finding_unit="runs of answers, of which a thread can have several",
    counterfactual=(
        "The same tokens at the list price of the model that was asked for. It is shown as a difference and not as "
        "excess: it is negative where the cheaper model answered."
    ),
    needs=(REQUESTED_MODEL,),
    benign=(
        Benign("alias", "A short name was asked for, and the same model answers with its dated name."),
        Benign("fallback-announced", "A change of model was announced just before, by the client or with /model."),
        Benign(
            "gateway-routing",
            "A gateway in between sent the call to another model by its own rules.",
            decidable=False,
        ),
    ),
    limits=(
        "A transcript names only the model that answered. The question can be asked of recorded requests alone, which "
        "this version does not read: outside the worked examples the rule has not been run.",
        "The service states the model's name itself. Whether the named model really ran, no log shows.",
        "Names that are not public model ids are left out of the comparison.",
    ),
    parameters=(
        Parameter(
            Quantity("shortest-run", SHORTEST_RUN, Unit.REQUESTS),
            "One answer is enough: names are compared exactly, and 41,306 public recorded calls had no difference.",
        ),
    ),
    references=(
        Reference(
            "Anthropic documentation: model names, dated and undated",
            "https://platform.claude.com/docs/en/about-claude/models/overview",
        ),
        Reference(
            "Claude Code documentation: model settings and fallback",
            "https://code.claude.com/docs/en/model-config",
        ),
        Reference(
            "Proxy measurements of 41,306 calls without a difference",
            "https://github.com/ArkNill/claude-code-hidden-problem-analysis",
        ),
    ),
    rule=_rule,
    measurable=lambda thread: bool(_comparable(thread)),
    examined=lambda thread: len(_comparable(thread)),
    naive=lambda thread: int(len({request.model for request in thread.requests}) > 1),
    one_a_unit=False,
    covers=counted("answers"),
    symptoms=("metering-anomaly",),
)
