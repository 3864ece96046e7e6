"""Command `init`: a folder in which a new case, or a site of one's own logs, builds at once."""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.base.problems import ContentError, Problem, attempt
from generator.base.wording import printable
from generator.cli.context import now

if TYPE_CHECKING:
    from generator.curated.starting import Start

COPIED = ("templates", "content/examples", "content/measurements/calibration.yml")
"""Of the program: pages, and what its detectors say of themselves."""
_EXAMPLE = "https://witnessmark.example/"
IGNORED = "/site/\n/build/\n"
_DAY = click.DateTime(["%Y-%m-%d"])
_NAV_OF_OWN = """\
nav:
  - Home: index.md
  - Findings:
      - Findings: {id}/findings/index.md
      - Logs used: {id}/evidence/index.md
  - Detectors:
      - Detectors: {id}/detectors/index.md
      - How good they are: {id}/calibration/index.md
      - Prices: {id}/prices/index.md
  - Check your logs:
      - Check your logs: {id}/check/index.md
      - Get your logs: {id}/logs/index.md
      - Verify a number: {id}/verify/index.md
  - Data:
      - Data: {id}/data/index.md
      - Figures: {id}/figures/index.md
"""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--own", is_flag=True, help="Only your own logs: no article, no claims, no reports.")
@click.option("--name", help="Title of the case, or of the site.")
@click.option("--question", help="What is asked, in one sentence.")
@click.option("--vendor", help="Who runs the service.")
@click.option("--start", type=_DAY, help="First day that it is about, as 2027-05-01.")
@click.option("--end", type=_DAY, help="Last day, included.")
@click.option("--surface", "surfaces", multiple=True, help="A product of the vendor; repeatable.")
@click.option("--symptom", "symptoms", multiple=True, help="What users see, in a few words; repeatable.")
@click.option("--statement", help="The first claim. [default: the first symptom]")
@click.option("--article", help="Title of the text that the claims come from.")
def init(folder: Path, **given: Any) -> None:
    """Begin a new case about any service, or a site of your own logs, in the empty folder DIR.

    Asks for what no option gives. The folder holds commented YAML, the templates and mkdocs.yml, and builds at once.

    \b
    Examples:
      witnessmark init my-usage --own
      witnessmark init chat-2027 --vendor "Example AI" --name "The May 2027 limits" \\
        --question "Did the meter run too fast?" --start 2027-05-01 --end 2027-05-31 \\
        --surface "Example Chat" --symptom "Limits run out early"
    """
    from generator.curated.starting import wrong_in

    problems = _not_empty(folder)
    start = attempt(lambda: _start({name: one for name, one in given.items() if one not in (None, ())}), problems)
    problems += wrong_in(start) if start else ()
    if start is None or problems:
        raise ContentError(*problems)
    _write(folder, start)
    said = printable(shlex.quote(str(folder)))
    click.echo(f"Wrote {said}. Next:")
    if start.own:
        click.echo(f"  witnessmark collect LOGS --into {said}/content/evidence/mine")
    else:
        click.echo(f"  read {said}/content/case.yml, whose comments say what each line is for")
    click.echo(f"  witnessmark check --root {said}\n  witnessmark build --root {said}")


def _start(given: dict[str, Any]) -> Start:
    """Asks for what is missing where somebody is there to answer."""
    from generator.curated.starting import Start

    if given.get("own"):
        today = now().date()
        year = {"start": date(today.year, 1, 1), "end": date(today.year, 12, 31)}
        return Start(**{"name": "My usage", **year, **{name: _day(value) for name, value in given.items()}})
    asked = {"name": "Title of the case", "question": "Question", "vendor": "Who runs the service"}
    asked |= {"start": "First day (2027-05-01)", "end": "Last day (2027-05-31)"}
    asked |= {"surfaces": "A product of theirs", "symptoms": "What users see, in a few words"}
    missing = [name for name in asked if name not in given]
    if missing and not sys.stdin.isatty():
        options = (f"--{name.removesuffix('s') if name.endswith('s') else name}" for name in missing)
        raise ContentError(*(Problem(option, 0, 0, "W-init", "is needed") for option in options))
    for name in missing:
        kind: Any = _DAY if name in {"start", "end"} else str
        answer = click.prompt(asked[name], type=kind)
        given[name] = (answer,) if name in {"surfaces", "symptoms"} else answer
    return Start(**{name: _day(value) for name, value in given.items()})


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def _not_empty(folder: Path) -> list[Problem]:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        return [Problem(str(folder), 0, 0, "W-init", "is there and is no folder")]
    if folder.is_dir() and any(folder.iterdir()):
        return [Problem(str(folder), 0, 0, "W-init", "is not empty", "name a new folder; nothing is written over")]
    return []


def _write(folder: Path, start: Start) -> None:
    """The whole folder, or none of it."""
    from generator.base.shipped import shipped
    from generator.curated.library import load
    from generator.curated.starting import files_of

    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        for name in COPIED:
            source, target = shipped(name), made / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        texts = {**files_of(start), "mkdocs.yml": _config(shipped("mkdocs.yml").read_text("utf-8"), start)}
        for name, text in {**texts, ".gitignore": IGNORED}.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_text(text, "utf-8", newline="")
        load(made / "content")
        _moved(made, folder)
    except shutil.Error as error:  # it holds a list of all files that could not be copied
        raise OSError(f"could not copy what a case needs: {error.args[0][0][2]}") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _moved(made: Path, folder: Path) -> None:
    """An empty folder that is there stays the same folder, as somebody may be in it."""
    if not folder.exists():
        made.replace(folder)
        return
    done: list[Path] = []
    try:
        for entry in sorted(made.iterdir()):
            done.append(entry.rename(folder / entry.name))  # noqa: PERF401  those before an error must be known
    except OSError:
        for entry in done:
            entry.rename(made / entry.name)
        raise


def _config(config: str, start: Start) -> str:
    """This mkdocs.yml for another case. Its site_url is an example's until somebody sets it."""
    from generator.curated.starting import quoted

    # What the first case says of itself, and the page of what it tests.
    first = re.compile(r"  models:|      - Was (?!it me)")
    lines = [line for line in config.split("\n") if not first.match(line)]
    text = re.sub(r"\b20[0-9]{2}-[0-9]{2}/", f"{start.id}/", "\n".join(lines))
    text = re.sub(r"^site_description: .*$", f"site_description: {_safe(quoted(start.name))}", text, flags=re.MULTILINE)
    text = re.sub(r"^site_url: .*$", f"site_url: {_EXAMPLE}", text, flags=re.MULTILINE)
    text = re.sub(r"^  case: [0-9-]+", f"  case: {start.id}", text, flags=re.MULTILINE)
    text = re.sub(r"^  vendor: [^#\n]*(?=#|$)", f"  vendor: {_safe(quoted(start.vendor))} ", text, flags=re.MULTILINE)
    if not start.own:
        return text
    text = text.replace("\nextra:\n", "\nextra:\n  own: true # only somebody's own logs: no claims, no reports\n")
    return re.sub(r"^nav:\n(?: +.*\n)+", _NAV_OF_OWN.format(id=start.id), text, flags=re.MULTILINE)


def _safe(replacement: str) -> str:
    return replacement.replace("\\", "\\\\")
