"""The manual: every command with its options, exit code, field of YAML and detector, read off the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import EnumMeta
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import AnyUrl, BaseModel

from generator.base.commands import ENVIRONMENT, EXIT_WORDS, Command, commands
from generator.curated.codes import CODES
from generator.curated.described import description, models_of
from generator.curated.kinds import Library, kinds_of
from generator.pages.parts.base import Page, PageKind

if TYPE_CHECKING:
    from generator.curated.entries import Kind
    from generator.detectors import Detector
    from generator.dossier import Dossier

_WORDS: Mapping[str, str] = {
    "str": "text", "bool": "true or false", "int": "whole number", "float": "number", "date": "day",
    "datetime": "moment", "NoneType": "nothing",
}  # fmt: skip


@dataclass(frozen=True)
class FieldRow:
    """One field of a record."""

    name: str
    type: str
    needed: bool
    words: str


@dataclass(frozen=True)
class Part:
    """One model: a record, or what is in a field of one."""

    name: str
    says: str
    rows: tuple[FieldRow, ...]


@dataclass(frozen=True)
class KindView:
    """One kind of file that people write."""

    word: str
    id: str
    file: str
    listed: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class ManualContext:
    """Variables of manual.md.j2."""

    commands: tuple[Command, ...]
    exits: tuple[tuple[int, str], ...]
    environment: tuple[tuple[str, str], ...]
    detectors: tuple[Detector, ...]
    codes: int
    kinds: int
    fields: int


@dataclass(frozen=True)
class FieldsContext:
    """Variables of manual_fields.md.j2."""

    kinds: tuple[KindView, ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The manual, and the page of fields below it."""
    case = dossier.library.case
    kinds = tuple(kind_views())
    yield Page(
        path=f"{case.id}/manual/",
        template="manual.md.j2",
        title="Manual",
        description="Every command with its options, every exit code, every detector, and completion for your shell.",
        context=ManualContext(
            commands=commands(),
            exits=tuple((int(code), words) for code, words in EXIT_WORDS.items()),
            environment=tuple(ENVIRONMENT.items()),
            detectors=dossier.detectors,
            codes=len(CODES),
            kinds=len(kinds),
            fields=sum(len(part.rows) for kind in kinds for part in kind.parts),
        ),
        asked=("options", "exit code", "completion", "command line", "help"),
    )
    yield Page(
        path=f"{case.id}/manual/fields/",
        template="manual_fields.md.j2",
        title="Fields of every file",
        description="Each kind of YAML file that people write, with every field, what it takes and what it is for.",
        context=FieldsContext(kinds=kinds),
        asked=("yaml", "schema", "field"),
    )


def kind_views() -> Iterator[KindView]:
    """Every kind that people write, in the order of the table of kinds."""
    for kind in kinds_of(Library):
        if kind.by_hand:
            parts = tuple(_part(model) for model in models_of(kind))
            yield KindView(kind.word, kind.word.replace(" ", "-"), f"content/{_file(kind)}", kind.listed, parts)


def _file(kind: Kind) -> str:
    return kind.files.replace("{id}", "ID").replace("{month}", "YYYY-MM").replace("{detector}", "DETECTOR")


def _part(model: type[BaseModel]) -> Part:
    rows = tuple(
        FieldRow(name, type_words(field.annotation), field.is_required(), description(model, name))
        for name, field in model.model_fields.items()
    )
    says = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    return Part(model.__name__, says, rows)


def type_words(annotation: Any) -> str:  # noqa: PLR0911  one a kind of annotation
    """What a field takes, in words."""
    if isinstance(annotation, EnumMeta):
        return "one of " + ", ".join(str(one.value) for one in annotation)  # type: ignore[var-annotated]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"mapping: {annotation.__name__}"
    if isinstance(annotation, type):
        return "web address" if issubclass(annotation, AnyUrl) else _WORDS.get(annotation.__name__, "text")
    parts = get_args(annotation)
    if get_origin(annotation) is tuple:
        return f"list of {type_words(parts[0])}"
    if all(isinstance(part, str) for part in parts):  # a Literal
        return "one of " + ", ".join(parts)
    if hasattr(annotation, "__metadata__"):
        return type_words(parts[0])
    return " or ".join(dict.fromkeys(type_words(part) for part in parts if part is not NoneType))


KIND = PageKind("manual", pages)
