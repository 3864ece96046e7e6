"""Questions on a terminal: one a field, asked again until its answer can be written."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from generator.cli.new.tables import table_text
from generator.cli.new.telling import told
from generator.curated.draft_checks import field_problems, vocabulary
from generator.curated.draft_fields import DraftField, fields_of, value_of
from generator.curated.drafting import missing
from generator.curated.entries import Kind
from generator.curated.proposed import Reading

_WORTH = {
    "report": ("detail", "figures", "plans", "client_version"),
    "event": ("end", "detail"),
    "claim": ("surfaces", "symptoms"),
    "source": ("date",),
    "measurement": ("surfaces", "symptoms", "bears_on"),
    "reply": ("url",),
    "correction": ("since",),
}
"""Fields that may be left out, and that most records have."""


def on_terminal() -> bool:
    """Is somebody there to answer?"""
    return sys.stdin.isatty() and sys.stdout.isatty()


@dataclass
class Answers:
    """The values so far."""

    reading: Reading
    kind: Kind
    values: dict[str, Any]

    def first(self, name: str) -> None:
        """Ask for the address, unless it was given: everything else is in vain where it is on record."""
        field = self._field(name)
        if name not in self.values and (field.needed or name == "page"):
            self._ask(field, needed=field.needed)

    def rest(self, completed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Ask for all that does not follow from what is known, then for what most records have."""
        while lacking := missing(self.kind, completed(self.values)):
            self._ask(lacking[0], needed=True)
        for name in _WORTH.get(self.kind.word, ()):
            if name not in self.values:
                self._ask(self._field(name), needed=False)

    def _field(self, name: str) -> DraftField:
        return next(field for field in fields_of(self.kind) if field.name == name)

    def _ask(self, field: DraftField, *, needed: bool) -> None:
        click.echo(f"\n{field.words}")
        known = field.choices or vocabulary(self.reading.records, self.kind, field.name)
        if known:
            click.echo(f"  {', '.join(known)}")
        if field.form:
            click.echo(f"  written {field.form}")
        more = ", several with commas" if field.ids else ""
        label = f"{field.name}{more}{'' if needed else ' (Enter: leave out)'}"
        answer = click.prompt(
            label,
            default=None if needed else "",
            show_default=False,
            value_proc=lambda text: self._value(field, text, needed=needed),
        )
        if answer is not None:
            self.values[field.name] = answer

    def _value(self, field: DraftField, text: str, *, needed: bool) -> Any:
        if not text.strip() and not needed:
            return None
        try:
            value = value_of(field, [table_text(text) if field.name == "tables" else text])
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
        problems = list(field_problems(self.reading.records, self.kind, field.name, value))
        if problems:
            raise click.BadParameter("; ".join(told(problem, f"--{field.flag}") for problem in problems))
        return value
