"""Which layer a signature leans to, and why: never more than a lean (research/detectors.md 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

from generator.ledger.explanations import STATED_CHANGES
from generator.ledger.steps import Step
from generator.records.results import Lean
from generator.records.rows import MissReason

LEAN_WORDS: dict[Lean, str] = {
    Lean.CLIENT: "the client",
    Lean.SERVICE: "the service",
    Lean.POLICY: "a setting or price of the service's owner",
    Lean.ACCOUNT: "the account",
    Lean.OPEN: "neither",
}
PREFIX_SHARE = 0.6  # of the expected read; real partial misses lie below it (research/detectors.md 0)


@dataclass(frozen=True)
class Leaning:
    """A lean with its reason in words."""

    id: str
    lean: Lean
    text: str

    @property
    def words(self) -> str:
        """To what it leans."""
        return LEAN_WORDS[self.lean]


LEANINGS: dict[str, Leaning] = {
    leaning.id: leaning
    for leaning in (
        Leaning(
            "nothing-read",
            Lean.OPEN,
            "Nothing was read within the lifetime, so the very first block was gone or differed: eviction by the "
            "service, or a changed tool list or system prompt. Where the API states the cause, it was the client's "
            "change in 13 of 13 public cases.",
        ),
        Leaning(
            "prefix-read",
            Lean.CLIENT,
            "The start of the prompt (system prompt and tools) was still read and the rest was not: the service kept "
            "the cache, and the messages that the client sent differed from those before.",
        ),
        Leaning(
            "stated-by-api",
            Lean.CLIENT,
            "The API itself states that what the client sent had changed.",
        ),
        Leaning(
            "stated-missing",
            Lean.OPEN,
            "The API states that it holds no fingerprint of the message before to compare with. It keeps those for a "
            "while only, whatever the cache does: 77 of 82 public cases were plain expiry.",
        ),
        Leaning(
            "newest-entry",
            Lean.SERVICE,
            "All was read but the newest entry, seconds after it was written, whatever client and model. The vendor "
            "says of the same behaviour on the bare API that it was on the server's side.",
        ),
        Leaning(
            "client-versions",
            Lean.CLIENT,
            "The signature is bracketed by client versions: a changelog or the maker's report says when it was mended.",
        ),
        Leaning(
            "client-decides",
            Lean.CLIENT,
            "The client decides this step; the service only executes what it is sent.",
        ),
        Leaning(
            "date-bracketed",
            Lean.POLICY,
            "It begins on a date inside one client version, as a switch on the service's side would and a new client "
            "would not. A changed plan, key or setting of the user begins on a date as well.",
        ),
        Leaning("price-list", Lean.POLICY, "The published price list of that day says so."),
        Leaning(
            "refused-by-service",
            Lean.SERVICE,
            "Calls failed in the service or on the way to it, and the client repeated them as designed. A broken "
            "network of one's own looks the same.",
        ),
        Leaning(
            "meter-only",
            Lean.ACCOUNT,
            "Only the meter shows it. Other clients, devices or people of the account come first.",
        ),
        Leaning(
            "display",
            Lean.SERVICE,
            "Inside one window a meter cannot fall: a wrong or stale answer of the usage endpoint, or of its reader.",
        ),
        Leaning("no-layer", Lean.OPEN, "The signature does not tell client and service apart."),
    )
}


def step_lean(step: Step) -> str:
    """The leaning of a broken step, by what was still read."""
    stated = step.after.miss_reason
    if stated in STATED_CHANGES:
        return "stated-by-api"
    if stated is MissReason.PREVIOUS_MESSAGE_NOT_FOUND:
        return "stated-missing"
    if step.read == 0:
        return "nothing-read"
    return "prefix-read" if step.continuity < PREFIX_SHARE else "no-layer"
