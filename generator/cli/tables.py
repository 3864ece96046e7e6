"""Measured tables as YAML files of content/."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.base.wording import printable

if TYPE_CHECKING:
    from generator.curated.models import Model

WRITTEN_BY = "# Written by a command of the laboratory; do not edit the figures by hand."


def write(path: Path, rows: Sequence[Model]) -> None:
    """The rows as YAML that says who wrote it."""
    import yaml

    path.parent.mkdir(parents=True, exist_ok=True)
    plain = [_without_empty(row.model_dump(mode="json", exclude_none=True)) for row in rows]
    text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=118, default_flow_style=None)
    path.write_text(f"{WRITTEN_BY}\n{text}", "utf-8")
    click.echo(f"Wrote {printable(path)}.")


def _without_empty(value: Any) -> Any:
    """The same without empty lists, so that a row stays one line."""
    if isinstance(value, dict):
        return {name: _without_empty(part) for name, part in value.items() if part != []}
    return [_without_empty(part) for part in value] if isinstance(value, list) else value
