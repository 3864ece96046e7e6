"""What a task does: read what one user has, run the detectors over it, and count. Nothing here knows Spark."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import msgspec

from generator.base.problems import Problem, WitnessmarkError
from generator.detectors import DETECTORS
from generator.fleet.amounts import amounts_of, days_of
from generator.fleet.answers import Answer, DayUse, Trouble
from generator.fleet.events import lines_of
from generator.fleet.inputs import Kind, Source
from generator.importers import Discovery, discover
from generator.importers.fold import fold
from generator.importers.otel.otel_events import OTEL_EVENTS
from generator.importers.reading import assembled, read
from generator.importers.rows import gave_nothing
from generator.ledger.subjects import Subjects, subjects
from generator.packs.examine import examine
from generator.packs.pack import read_pack
from generator.records.pseudonyms import pseudonym
from generator.records.results import Level, Pack, Run
from generator.records.rows import LogData, Tally

ROWS_OF_PACK = ("requests", "rounds", "marks", "meters", "buckets", "counters", "tallies", "formats")


@dataclass(frozen=True)
class Settings:
    """What all tasks have in common. `key` makes the pseudonyms, so it travels to every machine of the cluster."""

    key: bytes
    tool_version: str
    simulated: bool = False
    findings: bool = False  # do answers keep their findings?
    split_bytes: int = 256 * 2**20  # transcripts of one user beyond this are read by several tasks

    def named(self, user: str) -> str:
        """The pseudonym of a user."""
        return pseudonym("user", user or "nobody", self.key)


def answer_of(source: Source, settings: Settings) -> Answer:
    """The answer of one user's logs, or of one pack."""
    gc.disable()  # records hold no cycles
    user = settings.named(source.name)
    try:
        if source.kind is Kind.PACK:
            return _of_pack(source, user, settings)
        found = discover(source.paths)
        if not found.claimed:
            return Answer(user=user, troubles=(_nothing(source),))
        reading = read(found.claimed, key=settings.key)
    except WitnessmarkError as error:
        return Answer(user=user, troubles=tuple(map(travelling, error.problems)))
    except OSError as error:
        message = f"could not be read: {error.strerror or 'an error of the system'}"
        return Answer(user=user, troubles=(Trouble(str(source.paths[0]), "W-fleet-user", message, OTHERS),))
    paths = [str(file.path) for file in found.claimed]
    return answered(user, reading, settings, troubles=(*strange(found), *silent(paths, reading.tallies)))


OTHERS = "the others were read without it"


def _nothing(source: Source) -> Trouble:
    return Trouble(str(source.paths[0]), "W-fleet-user", "holds no log that an importer knows", OTHERS)


def answer_of_events(user: str, rows: Iterable[bytes], settings: Settings) -> Answer:
    """The answer of one user's events, given as rows of their table."""
    gc.disable()
    stream = BytesIO(lines_of(rows))
    extract = OTEL_EVENTS.read(stream, Path("events.jsonl"), 0, settings.key)
    return answered(settings.named(user), assembled(fold([extract]), [OTEL_EVENTS], settings.key), settings)


def _of_pack(source: Source, user: str, settings: Settings) -> Answer:
    pack = read_pack(source.paths[0])
    if pack.simulated is not settings.simulated:
        words = "is simulated" if pack.simulated else "is of real use"
        hint = "real and simulated logs are never added up: see --simulated"
        return Answer(user=user, troubles=(Trouble(str(source.paths[0]), "W-fleet-simulated", words, hint),))
    if pack.level is Level.AGGREGATE:
        hint = "collect it at level findings or full"
        message = "is of level aggregate, whose sums are rounded and cannot be added up"
        return Answer(user=user, troubles=(Trouble(str(source.paths[0]), "W-fleet-level", message, hint),))
    if pack.level is Level.FINDINGS:
        return _told(user, pack, settings)
    reading = LogData(**{name: getattr(pack, name) for name in ROWS_OF_PACK})
    return answered(user, reading, settings)


def _told(user: str, pack: Pack, settings: Settings) -> Answer:
    """What a pack of level `findings` says: its own runs, which were made where all rows were."""
    return Answer(
        user=user,
        requests=pack.totals.requests,
        totals=pack.totals,
        runs=kept(pack.runs, settings),
        days=tuple(
            DayUse(
                day.day,
                day.model,
                day.requests,
                day.input_tokens,
                day.cache_write_tokens,
                day.cache_read_tokens,
                day.output_tokens,
                0.0,  # a pack of this level does not tell dollars by day
            )
            for day in pack.days
        ),
        breaks=pack.breaks,
    )


def answered(
    user: str,
    reading: LogData,
    settings: Settings,
    *,
    troubles: tuple[Trouble, ...] = (),
    shown: Subjects | None = None,
    runs: tuple[Run, ...] | None = None,
) -> Answer:
    """The answer of everything that was read of one user; `runs` where somebody has run the detectors already."""
    shown = shown or subjects(reading)
    detectors = DETECTORS if runs is None else ()
    whole = examine(
        reading,
        id="user",
        simulated=settings.simulated,
        level=Level.FULL,
        tool_version=settings.tool_version,
        detectors=detectors,
        shown=shown,
    )
    runs = whole.runs if runs is None else runs
    return Answer(
        user=user,
        requests=whole.totals.requests,
        totals=whole.totals,
        runs=kept(runs, settings),
        amounts=amounts_of(user, shown, runs),
        days=days_of(reading.requests),
        breaks=whole.breaks,
        troubles=troubles,
    )


def kept(runs: Iterable[Run], settings: Settings) -> tuple[Run, ...]:
    """The runs with their findings, or without, which nobody asked for."""
    return tuple(run if settings.findings else msgspec.structs.replace(run, findings=()) for run in runs)


def strange(found: Discovery) -> tuple[Trouble, ...]:
    """Files of one user that no importer knows."""
    return tuple(
        Trouble(str(file.path), "W-unclaimed", "no importer knows this file", "it was left out of the account")
        for file in found.unclaimed
    )


def silent(paths: Sequence[str], tallies: Sequence[Tally]) -> tuple[Trouble, ...]:
    """Files of one user that gave nothing."""
    return tuple(
        Trouble(path, "W-nothing", f"was read as {tally.importer} and gave nothing: {reasons}", "")
        for path, tally in zip(paths, tallies, strict=True)
        if (reasons := gave_nothing(tally))
    )


def travelling(problem: Problem) -> Trouble:
    """A problem as a value that travels."""
    return Trouble(problem.path, problem.code, problem.message, problem.hint)
