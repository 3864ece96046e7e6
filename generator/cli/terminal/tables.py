"""Tables of the terminal, in one style; and the same rows one under the other where a table is too wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

BETWEEN = "  "  # two values of a stacked row
UNBOUNDED = 100_000  # columns, more than any row has


def table(*columns: str, title: str) -> Table:
    """An empty table; all columns but the first are for figures."""
    from rich import box
    from rich.table import Table

    made = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    for number, column in enumerate(columns):
        made.add_column(column, justify="left" if number == 0 else "right")
    return made


def print_rows(console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table where it fits the width as it is; else each row as its name with the values below. Nothing is cut."""
    from rich.text import Text

    made = table(*columns, title="")
    for row in rows:
        made.add_row(*map(Text, row))
    console.print(Text(title, style="bold"))
    if console.measure(made, options=console.options.update(max_width=UNBOUNDED)).maximum <= console.width:
        console.print(made)
        return
    for name, *values in rows:
        said = [f"{column.lower()} {value}" for column, value in zip(columns[1:], values, strict=True) if value]
        console.print(Text(name))
        for line in filled(said, console.width - 2):
            console.print(Text(f"  {line}"))


def filled(parts: Iterable[str], width: int, between: str = BETWEEN) -> list[str]:
    """The parts on as few lines as hold them whole; a part wider than the line has one of its own."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{between}{part}" if lines else part
        if lines and len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines
