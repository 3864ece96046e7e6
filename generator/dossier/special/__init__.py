"""Was March special? Everything that the page of that name says, worked out from the library when the site is built.

It takes seconds, so it can be kept in a folder, under the digest of what it is made from: the records, and the code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from generator import statistics
from generator.base.kept import Store
from generator.base.problems import ContentError, Problem
from generator.curated.kinds import Library
from generator.curated.registered import Stretch
from generator.dossier.special.answer import CANNOT, answer, sentences
from generator.dossier.special.base import Drawn, Section, Special, Table, Verdict
from generator.dossier.special.complaints import complaints_found
from generator.dossier.special.dates import dates_found
from generator.dossier.special.incident_section import incident_section
from generator.dossier.special.incidents import incidents_found
from generator.dossier.special.reach import reach
from generator.dossier.special.series import day_of
from generator.dossier.special.verdicts import verdicts_of

__all__ = ["Drawn", "Section", "Special", "Table", "Verdict", "WorkOut", "kept_in", "work_out"]

WorkOut = Callable[[Library], Special | None]
"""Anything that gives the page its numbers: `work_out`, or that behind a folder."""
FEWEST = 30  # incidents, of fewer no week can be compared
_LIBRARIES = ("numpy", "scipy", "ruptures")


def work_out(library: Library) -> Special | None:
    """The page; None where the case registers no tests, or content/ has too little to count."""
    plan = library.case.registered
    if plan is None or sum(day_of(one) in plan.listed for one in library.incidents) < FEWEST:
        return None
    article = Stretch(first=library.case.article_window_start, last=library.case.article_window_end)
    listed = [one for one in library.incidents if day_of(one) in plan.listed]
    incidents = incidents_found(listed, plan, article)
    complaints = complaints_found(library.reports, library.published, plan, article)
    days = complaints.days if complaints else ()
    dates = dates_found(listed, days, plan)
    power = reach([day_of(one) for one in listed], days, plan, article)
    verdicts = verdicts_of(plan, incidents, complaints, dates)
    return Special(
        answer=answer(article, incidents, complaints, verdicts),
        sentences=sentences(plan, (incidents, complaints, dates), power, verdicts),
        power=power,
        sections=(
            incident_section(incidents, plan, article),
            *(part.section for part in (complaints, dates) if part),
        ),
        verdicts=verdicts,
        cannot=CANNOT,
        plan=plan.note,
    )


def held(library: Library) -> Special | None:
    """`work_out`, or a ContentError where records that are sound each for itself cannot be counted together."""
    try:
        return work_out(library)
    except (ArithmeticError, LookupError, ValueError) as error:
        hint = "look at the stretches in `registered` and at the table of questions; or leave `registered` away"
        message = f"what is registered cannot be counted with these records ({type(error).__name__})"
        raise ContentError(Problem("content/case.yml", 0, 0, "W-registered", message, hint)) from error


def kept_in(folder: Path | None) -> WorkOut:
    """`work_out` that keeps what it found below `folder`, if there is one."""
    if folder is None:
        return held
    store = Store(folder / "special", ".special")

    def kept(library: Library) -> Special | None:
        name = _name(library)
        with suppress(msgspec.MsgspecError, ValueError):  # none yet, or of another form
            return msgspec.convert(json.loads(store.read(name) or ""), Special | None)
        found = held(library)
        store.write(name, json.dumps(msgspec.to_builtins(found)))  # the ends of intervals may be infinite
        return found

    return kept


def _name(library: Library) -> str:
    """Digest of the records, of the code that counts them and of the libraries it uses."""
    digest = hashlib.sha256()
    for package in _LIBRARIES:
        digest.update(f"{package} {version(package)}\n".encode())
    own, room = Path(__file__).parent, Path(__file__).parents[2]
    shared = (room / "curated/counting.py", room / "curated/registered.py", room / "base/wording.py")
    for path in (*sorted(own.glob("*.py")), *sorted(Path(statistics.__file__).parent.glob("*.py")), *shared):
        digest.update(path.read_bytes())
    digest.update(json.dumps(_records(library), sort_keys=True).encode())
    return digest.hexdigest()


def _records(library: Library) -> list[Any]:
    wanted = library.case.registered.neutral_questions if library.case.registered else ""
    parts = (*library.incidents, *library.reports, *(one for one in library.published if one.id == wanted))
    return [library.case.model_dump(mode="json"), *(part.model_dump(mode="json") for part in parts)]
