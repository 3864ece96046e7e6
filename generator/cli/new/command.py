"""The command of one kind: its options, made of the fields of its model, and what it does with them."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.base.problems import ContentError, Problem
from generator.base.wording import printable
from generator.cli.context import ROOT, now
from generator.cli.new.alone import alone
from generator.cli.new.asking import Answers, on_terminal
from generator.cli.new.tables import table_text
from generator.cli.new.telling import next_steps, told
from generator.cli.new.writing import write
from generator.curated.draft_checks import field_problems
from generator.curated.draft_fields import DraftField, fields_of, value_of
from generator.curated.drafting import FOLLOWS, Draft, completed, drafted, faults, missing, who_has_it
from generator.curated.entries import Kind
from generator.curated.kinds import Library, kinds_of
from generator.curated.proposed import Reading, reading_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_ADDRESS = {"reply": "page", "correction": "page", "claim": "sources"}
"""The field that the argument fills, where it is not `url`."""
_SHORT = {
    "report": "what somebody said in public that they saw",
    "event": "something dated: a release, a statement, a change",
    "incident": "an incident of a status page",
    "claim": "an assertion of the article",
    "source": "a document that claims lean on",
    "measurement": "somebody's figures, with their method",
    "reply": "an answer to a page of this site",
    "correction": "something that this site had wrong",
}


@cache
def command_of(word: str) -> click.Command:
    """The command for this kind of record."""
    kind = next(kind for kind in kinds_of(Library) if kind.word == word)
    address = _ADDRESS.get(word, "url")
    made = click.Command(
        word,
        callback=partial(_run, word),
        params=[
            click.Argument(["address"], required=False, metavar="[PAGE]" if address == "page" else "[URL]"),
            *(_option(field) for field in fields_of(kind) if field.name != address or address == "sources"),
            click.Option(["--dry"], is_flag=True, help="Print the record; write nothing."),
            click.Option(["--no-ask"], is_flag=True, help="Ask nothing, also on a terminal."),
        ],
        help=f"Write a new {word}: {_SHORT[word]}.\n\nFields with * are needed where they do not follow from others.",
        short_help=_SHORT[word],
    )
    return ROOT(made)


def _option(field: DraftField) -> click.Option:
    star = "* " if field.needed and field.name != "id" else ""
    choices = f" One of {', '.join(field.choices)}." if field.choices else ""
    form = f" Written {field.form}." if field.form else ""
    again = " May be given again." if field.many else ""
    if field.truth:
        flags = f"--{field.flag}/--not-{field.flag}"
        return click.Option([field.name, flags], default=None, help=f"{star}{field.words}")
    name = "FILE" if field.name == "tables" else "TEXT"
    help = f"{star}{field.words}{choices}{form}{again}"
    return click.Option([field.name, f"--{field.flag}"], multiple=True, metavar=name, help=help)


def _run(word: str, root: Path, address: str | None, *, dry: bool, no_ask: bool, **options: Any) -> None:
    kind = next(kind for kind in kinds_of(Library) if kind.word == word)
    given, badly = _given(kind, address, options)
    wrong = list(badly.values())
    if on_terminal() and not no_ask:
        _refuse(wrong)
        given = _asked(_read(root), word, given)
    with nullcontext() if dry else alone(root / "content"):
        reading = _read(root)  # after the questions: somebody else may have written meanwhile
        values, why = completed(reading, word, given)
        _refuse([*wrong, *_known(reading, word, values), *_lacking(reading, kind, values, badly)])
        draft = _sound(reading, word, values, why)
        if not dry:
            write(root, draft)
    if dry:
        click.echo(draft.data.decode(), nl=False)
    else:
        click.echo(f"Wrote the {word} {draft.id} into {draft.path}.")
    for note in draft.notes:
        click.echo(f"Look: {printable(note)}.", err=True)
    if not dry:
        click.echo(next_steps(root, reading, draft), nl=False)


def _read(root: Path) -> Reading:
    from generator.curated.outside import outside
    from generator.detectors import DETECTORS

    return reading_of(root / "content", outside(DETECTORS, today=now().date()))


def _given(kind: Kind, address: str | None, options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of the options, and what is wrong with how others are written, by field."""
    texts = {
        name: (text,) if isinstance(text, bool) else text for name, text in options.items() if text not in (None, ())
    }
    if address is not None:
        name = _ADDRESS.get(kind.word, "url")
        texts[name] = (address, *texts.get(name, ()))
    values, wrong = dict[str, Any](), dict[str, str]()
    for field in fields_of(kind):
        if field.name in texts:
            try:
                values[field.name] = _value(field, texts[field.name])
            except ValueError as error:
                wrong[field.name] = f"{_named(kind, field)} {error}"
    return values, wrong


def _named(kind: Kind, field: DraftField) -> str:
    """The option or the argument of a field, as the usage line writes it."""
    address = _ADDRESS.get(kind.word, "url")
    return field.name.upper() if field.name == address and address != "sources" else f"--{field.flag}"


def _value(field: DraftField, texts: Sequence[Any]) -> Any:
    if field.truth:
        return texts[-1]
    if field.name == "tables":
        return value_of(field, [table_text(name) for name in texts])
    return value_of(field, texts)


def _asked(reading: Reading, word: str, given: dict[str, Any]) -> dict[str, Any]:
    """What is given after somebody was asked for the rest; an address on record ends it before that."""
    answers = Answers(reading, reading.kind(word), given)
    answers.first(_ADDRESS.get(word, "url"))
    _refuse(_known(reading, word, completed(reading, word, answers.values)[0]))
    answers.rest(lambda values: completed(reading, word, values)[0])
    return answers.values


def _known(reading: Reading, word: str, values: Mapping[str, Any]) -> list[str]:
    """That the address is on record, and what may be meant all the same."""
    hint = ""
    if word == "report":
        hint = "; a comment in it: --date-basis comment-date; what only repeats it: --echo-of; what passes on: --relays"
    return [
        f'the {word} "{entry.value("id")}" has this address already ({entry.document.path}){hint}'
        for entry in who_has_it(reading, word, values)
    ]


def _lacking(reading: Reading, kind: Kind, values: Mapping[str, Any], badly: Collection[str]) -> list[str]:
    """All fields that are missing, each as it is given, and all that are wrong by themselves.

    Nothing of those that were given `badly`: what is wrong with them is said already.
    """
    names = {field.name: _named(kind, field) for field in fields_of(kind)}
    found = {
        name: [told(problem, names[name]) for problem in field_problems(reading.records, kind, name, value)]
        for name, value in values.items()
    }
    faulty = {*badly, *(name for name, problems in found.items() if problems)}
    lines = []
    for field in missing(kind, values):
        if field.name in badly or FOLLOWS.get(field.name) in faulty:
            continue
        choices = f" One of {', '.join(field.choices)}." if field.choices else ""
        form = f" Written {field.form}." if field.form else ""
        lines.append(f"{names[field.name]} is missing: {field.words}{choices}{form}")
    return [*lines, *(line for problems in found.values() for line in problems)]


def _sound(reading: Reading, word: str, values: Mapping[str, Any], why: Mapping[str, str]) -> Draft:
    """The draft that every check takes. Raises UsageError with all that is wrong with it."""
    try:
        draft = drafted(reading, word, values, why)
        found: Sequence[Problem] = faults(reading, draft)
    except ContentError as error:
        _refuse([told(problem) for problem in error.problems])
        raise
    names = {f"--{field.flag}": _named(reading.kind(word), field) for field in fields_of(reading.kind(word))}
    _refuse([told(problem, names.get(problem.path, "")) for problem in found])
    return draft


def _refuse(lines: Sequence[str]) -> None:
    if lines:
        listed = "\n".join(f"  {line}" for line in dict.fromkeys(lines))
        raise click.UsageError(f"nothing was written:\n{listed}")
