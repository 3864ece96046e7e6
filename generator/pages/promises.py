"""What this project promises, and what the tests of each promise last counted: nothing is promised by words alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.pages.parts.base import Page, PageKind

if TYPE_CHECKING:
    from generator.curated.promises import Trial
    from generator.dossier import Dossier


@dataclass(frozen=True)
class Promise:
    """One promise. Trials belong to it whose id is one of `stems`, or begins with one and a hyphen."""

    id: str
    title: str
    texts: tuple[str, ...]  # what is promised, one sentence or two each
    tested: str  # how it is tried
    never: tuple[str, ...]  # what is not promised
    stems: tuple[str, ...]

    def holds(self, trial: str) -> bool:
        """Is the trial with this id one of the promise?"""
        return any(trial == stem or trial.startswith(f"{stem}-") for stem in self.stems)


PROMISES = (
    Promise(
        id="leave",
        title="What may leave your machine",
        texts=(
            (
                "A pack, a page and a JSON file of your logs hold numbers, dates, words of fixed lists and "
                "pseudonyms made with a key that stays with you. No field of them can hold free text."
            ),
            "At the level “aggregate” only sums leave, and no small group can be worked out from them.",
        ),
        tested=(
            "Every public schema is walked for a field that could hold free text. Marked texts are planted in "
            "every text field of every kind of log line, in several disguises, and the built site is searched "
            "for them."
        ),
        never=(
            (
                "That numbers say nothing about you: times, sizes and models of calls are shown at the levels "
                "“findings” and “full”."
            ),
            "That a pseudonym cannot be guessed by whoever gets the key file.",
        ),
        stems=("leave", "small", "canaries", "canary", "schema", "schemas", "aggregate", "levels", "privacy"),
    ),
    Promise(
        id="gate",
        title="A last look before anything is published",
        texts=(
            (
                "Before a site replaces the old one, all of its files are searched for secrets, paths, hosts that "
                "are not allowed and, when you name your logs, for their text. One hit, and nothing is published."
            ),
            "The terminal then names page and place, never the text that was found.",
        ),
        tested=(
            "Prompts and secrets are planted in finished sites, plain and encoded; clean lines are searched for "
            "false alarms."
        ),
        never=(
            (
                "That every secret is known by its form. A password that looks like a word is found only if it "
                "stands in the logs you named."
            ),
            "That text is found which was reworded, translated or encrypted.",
        ),
        stems=("gate", "leak", "leaks", "secret", "secrets"),
    ),
    Promise(
        id="proofs",
        title="Proof without seeing",
        texts=(
            (
                "A number of a finding can be proved to come from the committed log, without showing the log. A "
                "changed number, line or order is refused."
            ),
        ),
        tested="Honest proofs are made and verified; proofs changed at random are offered and must be refused.",
        never=(
            "That the log was true when it was committed: whoever writes a log can write what they like.",
            "That nothing was left out before the first commitment.",
        ),
        stems=("proof", "proofs", "prove", "verify", "commitment", "commitments", "merkle"),
    ),
    Promise(
        id="hostile",
        title="Text of strangers",
        texts=(
            (
                "Whatever a stranger writes into content or a log is shown as text. It runs no script, loads "
                "nothing, leads to no other folder and changes no template."
            ),
            "A file that is meant to break the reader of content is refused with its line and column.",
        ),
        tested=(
            "Lists of known attacks are put through every place that shows text, judged by a parser and on "
            "built pages in a browser. Hostile YAML, templates, paths, links, archives and tables are offered "
            "to the reader of content."
        ),
        never=(
            "Safety against attacks on browsers themselves.",
            "That a stranger's statement is true, or that what it links to is harmless.",
        ),
        stems=(
            "hostile",
            "xss",
            "yaml",
            "content",
            "template",
            "templates",
            "traversal",
            "symlink",
            "symlinks",
            "files",
            "zip",
            "zips",
            "archives",
            "csv",
            "url",
            "urls",
            "sinks",
            "browser",
        ),
    ),
    Promise(
        id="policy",
        title="Scripts and outside hosts",
        texts=(
            (
                "Each page says which scripts it may run, by their hash, and names no outside host for scripts, "
                "styles, images or fonts. An unknown inline script or an outside host fails the build."
            ),
        ),
        tested=(
            "Built pages are searched for scripts and hosts that the policy does not know; unknown ones are "
            "planted and must fail the build."
        ),
        never=("Anything about the server that hosts the site: it sees your address, and it can change the files.",),
        stems=("policy", "csp"),
    ),
    Promise(
        id="publish",
        title="The old site or the new one",
        texts=(
            (
                "A build that is killed, runs out of disk or meets an error leaves the old site as it was. The next "
                "build cleans up. Two builds at once: one works, the other says that it is busy."
            ),
        ),
        tested=(
            "Builds are killed at random moments, made to fail at single system calls, given disks that fill "
            "up, and started at once; each time the site must be whole, and the exit code right."
        ),
        never=(
            "Anything after the files are handed to a host: upload is not part of this tool.",
            "A whole site after loss of power: this was not tried.",
        ),
        stems=("publish", "atomic", "kill", "kills", "faults", "disk", "builds", "swap"),
    ),
    Promise(
        id="determinism",
        title="Same inputs, same bytes",
        texts=(
            (
                "The same content, packs and version give the same site to the byte, in any time zone, language or "
                "order of files. A manifest names each file with its hash, so that anyone can compare."
            ),
        ),
        tested=(
            "The site is built again under other time zones, languages, hash seeds and orders of files, and "
            "compared byte by byte."
        ),
        never=("The same bytes with other versions of the libraries it is built with.",),
        stems=("determinism", "deterministic", "same", "manifest", "reproducible"),
    ),
    Promise(
        id="readers",
        title="Reading damaged and growing logs",
        texts=(
            (
                "A log may be read while it is written, cut off, damaged or replaced. A damaged line costs that "
                "line and none beside it, and every line is accounted for: used, left out for a reason, or not yet "
                "ended."
            ),
            (
                "Times without a zone are refused, not guessed. A detector that throws gets its page and exit code "
                "3; the others are built."
            ),
        ),
        tested=(
            "Logs are read beside a process that writes them; lines of samples of every line-based format are "
            "damaged at random, and the lines beside them must be found again with every count right."
        ),
        never=(
            (
                "That damage is always noticed: a digit changed into another digit is still a number. JSON and CSV "
                "hold no checksum."
            ),
            (
                "That a format keeps its meaning. Most formats were tried on samples made from their documentation, "
                "not on real files."
            ),
        ),
        stems=("readers", "reader", "reading", "lines", "live", "detector", "detectors"),
    ),
)


@dataclass(frozen=True)
class Tested:
    """A promise with its trials, the long form first."""

    promise: Promise
    trials: tuple[Trial, ...]

    @property
    def broken(self) -> tuple[Trial, ...]:
        """Trials in which the promise did not always hold."""
        return tuple(trial for trial in self.trials if trial.failures)


@dataclass(frozen=True)
class PromisesContext:
    """Variables of promises.md.j2."""

    tested: tuple[Tested, ...]
    without: tuple[Promise, ...]  # no run on record
    others: tuple[Trial, ...]  # of no promise above
    runs: int
    failures: int


def tested(trials: Sequence[Trial]) -> tuple[Tested, ...]:
    """Every promise with its trials by id; the long form of a trial before its fast one."""
    ordered = sorted(trials, key=lambda trial: (trial.id, trial.form != "full"))
    return tuple(
        Tested(promise, tuple(trial for trial in ordered if _owner(trial.id) is promise)) for promise in PROMISES
    )


def _owner(trial: str) -> Promise | None:
    return next((promise for promise in PROMISES if promise.holds(trial)), None)


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page."""
    found = tested(dossier.trials)
    without = tuple(one.promise for one in found if not one.trials)
    failures = sum(trial.failures for trial in dossier.trials)
    yield Page(
        path=f"{dossier.library.case.id}/promises/",
        template="promises.md.j2",
        title="What we promise and how it is tested",
        description=(
            f"{len(PROMISES)} promises, {len(PROMISES) - len(without)} of them with tests on record; failures: "
            f"{failures}."
        ),
        context=PromisesContext(
            tested=found,
            without=without,
            others=tuple(trial for trial in dossier.trials if _owner(trial.id) is None),
            runs=len(dossier.trials),
            failures=failures,
        ),
    )


KIND = PageKind("promises", pages)
