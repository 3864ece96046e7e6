"""The tasks of a fleet on Apache Spark: one for each user or pack, several for a user who has much.

Spark is given bytes and plain functions only; it needs neither pandas nor pyarrow. What it brings is the cluster, its
shuffles that spill to disk, and its reader of Parquet, which also reads tables that lie in an object store.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from generator.base.problems import ClusterError, Problem
from generator.fleet import answers, judging, splitting
from generator.fleet.answers import Answer, Trouble
from generator.fleet.events import COLUMNS, NEEDED, OBSERVED, TIME, columns_in, user_in
from generator.fleet.groups import components
from generator.fleet.inputs import Inputs, Kind, Source
from generator.fleet.judging import Settings
from generator.fleet.splitting import Split

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import DataFrame, SparkSession

TASKS_PER_CORE = 4  # late ones even out the load
LOCAL = re.compile(r"local(\[.*\])?")
LOOK = "look into the cluster's own log; with --master local[2] the same runs on this machine"


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """A running Spark, ended with the block. Raises ClusterError where none starts."""
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    here = LOCAL.fullmatch(master) is not None
    builder = SparkSession.builder.master(master).appName("witnessmark fleet")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF" if here else "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.legacy.parquet.nanosAsLong": "true",  # Spark has no type for nanoseconds, which exporters write
        "spark.driver.memory": "2g",
    }
    if here:  # nothing listens to other machines
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        with _unheard():
            running = builder.getOrCreate()
    except (PySparkException, OSError, _java_error()) as error:
        raise ClusterError(Problem(master, 0, 0, "W-fleet-master", _why(error), _hint(master))) from None
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def _unheard() -> Iterator[None]:
    """Standard error is nowhere while Java starts, and so for ever in it: what it says there is nothing of ours."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def judged(running: SparkSession, inputs: Inputs, settings: Settings) -> list[Answer]:
    """The answers of all users. Raises ClusterError where the cluster gives up."""
    try:
        sources = [source for source in inputs.sources if source.kind is not Kind.EVENTS]
        found = [*_of_sources(running, sources, settings)] if sources else []
        for source in inputs.of(Kind.EVENTS):
            found += _of_events(running, source, settings)
    except _java_error() as error:
        raise ClusterError(Problem("fleet", 0, 0, "W-fleet-task", _why(error), LOOK)) from None
    return found


def _of_sources(running: SparkSession, sources: Sequence[Source], settings: Settings) -> Iterator[Answer]:
    context = running.sparkContext
    tasks = context.parallelize(sources, _slices(context, len(sources)))
    large: list[Split] = []
    for packed in tasks.map(partial(_first, settings)).collect():
        if isinstance(packed, Split):
            large.append(packed)
        else:
            yield answers.decode(packed)
    if large:
        yield from _of_large(context, large, settings)


def _first(settings: Settings, source: Source) -> bytes | Split:
    """The answer, or what to split where that is worth it."""
    return splitting.split_of(source, settings) or answers.encode(judging.answer_of(source, settings))


def _of_large(context: Any, large: Sequence[Split], settings: Settings) -> Iterator[Answer]:
    """Users one place in `large` each; files by (user, number)."""
    from pyspark import StorageLevel

    files = [(user, number, path) for user, one in enumerate(large) for number, path in enumerate(one.files)]
    read = context.parallelize(files, _slices(context, len(files))).map(partial(_extract, settings))
    read.persist(StorageLevel.MEMORY_AND_DISK)
    whole = read.filter(lambda file: file[2] is not None)
    known = {(user, number) for user, number in whole.map(lambda file: (file[0], file[1])).collect()}
    broken = {user: path for user, number, path in files if (user, number) not in known}
    groups = dict(
        whole.map(lambda file: (file[0], (file[1], splitting.shared_names(file[2]))))
        .groupByKey()
        .flatMap(lambda user: (((user[0], file), group) for file, group in components(dict(user[1])).items()))
        .collect()
    )
    pieces = (
        whole.filter(lambda file: file[0] not in broken)
        .map(lambda file: ((file[0], groups[file[0], file[1]]), file[2]))
        .groupByKey()
        .map(lambda group: (group[0][0], splitting.piece_of(group[1], settings)))
    )
    chosen = list(large)
    made = pieces.groupByKey().map(
        lambda user: answers.encode(splitting.answer_of_pieces(chosen[user[0]], user[1], settings))
    )
    yield from map(answers.decode, made.collect())
    for user, path in broken.items():
        trouble = Trouble(path, "W-fleet-user", "could not be read: an error of the system", judging.OTHERS)
        yield Answer(user=settings.named(large[user].name), troubles=(trouble,))


def _extract(settings: Settings, file: tuple[int, int, str]) -> tuple[int, int, bytes | None]:
    user, number, path = file
    return user, number, splitting.extract_of(path, number, settings)


def _of_events(running: SparkSession, source: Source, settings: Settings) -> list[Answer]:
    """Answers of all users of the tables. One that is damaged is left out and named; the others are read without it."""
    paths = list(map(str, source.paths))
    try:
        return _of_tables(running, paths, settings)
    except _spark_error() as error:
        whole = [path for path in paths if _is_readable(running, path)]
        broken = [path for path in paths if path not in whole]
        if not broken:
            raise ClusterError(Problem("events", 0, 0, "W-fleet-task", _why(error), LOOK)) from None
    hint = "export it again; the others were read without it"
    troubles = tuple(Trouble(path, "W-fleet-parquet", "cannot be read as Parquet", hint) for path in broken)
    named = Answer(user=settings.named(""), troubles=troubles)
    return [named, *(_of_tables(running, whole, settings) if whole else ())]


def _of_tables(running: SparkSession, paths: Sequence[str], settings: Settings) -> list[Answer]:
    rows = _rows(running.read.option("mergeSchema", "true").parquet(*paths))
    return [answers.decode(one) for one in rows.groupByKey().map(partial(_events, settings)).collect()]


def _is_readable(running: SparkSession, path: str) -> bool:
    try:
        running.read.parquet(path).write.format("noop").mode("overwrite").save()
    except _spark_error():
        return False
    return True


def _events(settings: Settings, user: tuple[str, Iterable[bytes]]) -> bytes:
    return answers.encode(judging.answer_of_events(*user, settings))


def _rows(table: DataFrame) -> RDD[tuple[str, bytes]]:
    """Every row as one JSON object, with its user. Raises ClusterError where the columns are others."""
    from pyspark.sql import functions as make
    from pyspark.sql.types import TimestampNTZType, TimestampType

    known = columns_in(table.columns)
    missing = [column for column in NEEDED if column not in known]
    if missing:
        spellings = ", ".join(COLUMNS[missing[0]])
        message = f"lacks the column {missing[0]}, or one of {spellings}"
        hint = "columns are those of the table otel_logs of the collector's ClickHouse exporter"
        raise ClusterError(Problem("events", 0, 0, "W-fleet-columns", message, hint))
    columns = []
    for ours, theirs in known.items():
        cell = make.col(f"`{theirs}`")
        kind = table.schema[theirs].dataType
        if ours in {TIME, OBSERVED} and isinstance(kind, TimestampType | TimestampNTZType):
            cell = make.unix_micros(cell.cast("timestamp")) * 1000
        columns.append(cell.alias(ours))
    return table.select(make.to_json(make.struct(*columns)).alias("row")).rdd.map(_with_user)


def _with_user(row: Any) -> tuple[str, bytes]:
    packed = row[0].encode()
    return user_in(packed), packed


def _slices(context: Any, tasks: int) -> int:
    return int(max(1, min(tasks, TASKS_PER_CORE * context.defaultParallelism)))


def _java_error() -> type[Exception]:
    from py4j.protocol import Py4JError

    return Py4JError  # type: ignore[no-any-return]


def _spark_error() -> tuple[type[Exception], ...]:
    from pyspark.errors import PySparkException

    return (PySparkException, _java_error())


def _why(error: Exception) -> str:
    """What went wrong without what a task may have quoted of a log: the type alone."""
    java = getattr(error, "java_exception", None)
    name = java.getClass().getSimpleName() if java is not None else type(error).__name__
    return f"Spark gave up ({name})"


def _hint(master: str) -> str:
    if LOCAL.fullmatch(master):
        return "Spark 4.0 needs Java 17 or 21: apt install default-jre-headless, or set JAVA_HOME"
    return "no master answers there: look at its address, or use --master local[2] on this machine"
