"""Reports that are exported as a table: rows by the names of their columns, and rows that bear the same names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO

from generator.importers.base import SkipLineError
from generator.importers.fold import Extract
from generator.importers.rows import RowReader, RowResult
from generator.importers.tables import Row, header, rows, whole
from generator.records.rows import SkipReason, SourceRef

Take = Callable[[Row, SourceRef], RowResult]


def read_table(stream: BinaryIO, index: int, importer: str, take: Take) -> Extract:
    """Read one open table, the `index`-th of its evidence."""
    account = RowReader(index, importer)
    for row in rows(stream, account.count):
        account.plain(row, take)
    return account.extract()


def has_columns(head: bytes, *names: str) -> bool:
    """Does the first line name all of these columns?"""
    return frozenset(names) <= frozenset(header(head))


def split_by(row: Row, columns: dict[str, str]) -> tuple[list[str], list[str]]:
    """Names for a grouping, and the row's values, of the columns that the table has.

    An export is always split by all of its columns; older ones have fewer.
    """
    present = [column for column in columns if column in row]
    return [columns[column] for column in present], [row[column] for column in present]


def total(row: Row, columns: Iterable[str]) -> int | None:
    """Sum of the counts in these columns; None where none of them has any."""
    known = [count for column in columns if (count := whole(row.get(column, ""))) is not None]
    return sum(known) if known else None


def stated(*figures: float | None) -> None:
    """Refuse a row that states no figure. Raises SkipLineError."""
    if all(figure is None for figure in figures):
        raise SkipLineError(SkipReason.BAD_FIELD)


class Namesakes:
    """Rows of one table that bear the same names: the export names API keys, and two keys may have one name.

    Equal rows are a row that was pasted twice. Rows that differ are two keys: each gets a place of its own, or one
    would replace the other.
    """

    def __init__(self) -> None:
        self._figures: dict[tuple[object, ...], dict[tuple[object, ...], int]] = {}

    def place(self, names: tuple[object, ...], figures: tuple[object, ...]) -> str:
        """Place of the row among its namesakes, "" for the first."""
        places = self._figures.setdefault(names, {})
        place = places.setdefault(figures, len(places))
        return str(place) if place else ""
