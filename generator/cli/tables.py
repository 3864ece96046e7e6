"""Measured tables as YAML files of content/."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.base.wording import printable

if TYPE_CHECKING:
    from generator.curated.models import Model

NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+")
WRITTEN_BY = "# Written by a command of the laboratory; do not edit the figures by hand."


def write(path: Path, rows: Sequence[Model]) -> None:
    """The rows as YAML that says who wrote it."""
    import yaml

    path.parent.mkdir(parents=True, exist_ok=True)
    plain = [_without_empty(row.model_dump(mode="json", exclude_none=True)) for row in rows]
    text = yaml.dump(plain, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=118, default_flow_style=None)
    path.write_text(f"{WRITTEN_BY}\n{text}", "utf-8")
    click.echo(f"Wrote {printable(path)}.")


@cache
def _dumper() -> Any:
    """A safe dumper that quotes digits with an e between them: in YAML 1.2, in which content is read, a number."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: Dumper, value: str) -> Any:
        style = '"' if NUMBER.fullmatch(value) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return Dumper


def _without_empty(value: Any) -> Any:
    """The same without empty lists, so that a row stays one line."""
    if isinstance(value, dict):
        return {name: _without_empty(part) for name, part in value.items() if part != []}
    return [_without_empty(part) for part in value] if isinstance(value, list) else value
