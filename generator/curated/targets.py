"""What a field may name: ids of a kind of content by its word, and the targets that are no plain list of ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from generator.base.problems import Problem
from generator.curated.checking import did_you_mean
from generator.curated.entries import Entry, Records
from generator.curated.voices import PAGES
from generator.curated.yamlfile import Where, clipped

Allowed = frozenset[str] | None  # None = cannot be known, so nothing is said

WORDS = {"scope": "surface", "pack": "evidence pack", "claimed section": "section", "relayed": "report or source"}
"""Targets that messages call otherwise."""


def _scopes(records: Records, entry: Entry, written: str) -> Allowed:  # noqa: ARG001  one form for all targets
    """What `surfaces` and `scope` may name: surfaces, their variants, and scopes that are elsewhere."""
    return records.spaces["scope"] if "scope" in records.spaces else records.outside.ids.get("scope")


def _sections(records: Records, entry: Entry, written: str) -> Allowed:  # noqa: ARG001  one form for all targets
    """Sections of the article by the names that claims give them; unknown as soon as one claim cannot say its own."""
    if not any(kind.word == "claim" for kind in records.kinds):
        return records.outside.ids.get("claimed section")
    claims = [claim.value("section") for claim in records.of_word("claim")]
    lost = records.ids("claim") is None or any(word == "claim" for word, _ in records.lost)
    return None if lost or not all(isinstance(name, str) for name in claims) else frozenset(claims)


def _pages(records: Records, entry: Entry, written: str) -> Allowed:  # noqa: ARG001  one form for all targets
    """Pages of single records by their place below the case; those of findings are known outside content.

    Figures are known from the list of ids, once it has one; before, the build looks (pages/figures.py).
    """
    letter = written.partition("/")[0]
    known = records.ids(PAGES[letter]) if letter in PAGES else None
    if PAGES.get(letter) == "figure":
        known = _figures(records)
    gone = {id for word, id in records.gone if word == PAGES.get(letter)}  # its tombstone has a page
    return known if known is None else frozenset(f"{letter}/{id}" for id in known | gone)


def _figures(records: Records) -> Allowed:
    if "locked id" in records.broken or not any(kind.word == "locked id" for kind in records.kinds):
        return records.outside.ids.get("figure")
    rows = records.of_word("locked id")
    return frozenset(str(row.value("id")) for row in rows if row.value("kind") == "figure") or None


def _explanations(records: Records, entry: Entry, written: str) -> Allowed:  # noqa: ARG001  one form for all targets
    """Explanations that the detector of the record knows; an unknown detector is its own mistake."""
    return records.outside.explanations.get(str(entry.value("detector")))


def _relayed(records: Records, entry: Entry, written: str) -> Allowed:  # noqa: ARG001  one form for all targets
    """Whose words a document may pass on: the vendor's, its status page's, or those of a report or a source."""
    known = [records.ids("report"), records.ids("source")]
    return None if None in known else frozenset({"vendor", "status-page"}.union(*(ids or () for ids in known)))


TARGETS: dict[str, Callable[[Records, Entry, str], Allowed]] = {
    "scope": _scopes,
    "claimed section": _sections,
    "page": _pages,
    "relayed": _relayed,
    "explanation": _explanations,
}


def wrong_references(records: Records) -> Iterator[Problem]:
    """Each id that a record names, looked up; also of records that break their schema elsewhere."""
    for entry in records.entries:
        yield from wrong_in(records, entry)


def wrong_in(records: Records, entry: Entry) -> Iterator[Problem]:
    """The same of one record, which need not be among the others."""
    for path, target in entry.kind.refers.items():
        yield from _wrong(records, entry, path, target)


def _wrong(records: Records, entry: Entry, path: str, target: str) -> Iterator[Problem]:
    word, seen = WORDS.get(target, target), set[tuple[Where, str]]()
    for where, written in entry.leaves(path):
        if not isinstance(written, str):
            continue
        known = TARGETS[target](records, entry, written) if target in TARGETS else records.ids(target)
        if isinstance(where[-1], int) and (where[:-1], written) in seen:
            yield entry.problem(where, "W-twice", f'{word} "{clipped(written)}" is listed twice', "once is enough")
        elif (target, written) in records.gone:
            hint = "leave it out here, or name what took its place"
            yield entry.problem(where, "W-ref", f'{word} "{clipped(written)}" is withdrawn', hint)
        elif known is not None and written not in known:
            yield entry.problem(
                where,
                "W-ref",
                f'unknown {word} "{clipped(written)}"',
                did_you_mean(written, known) or _where(records, target),
            )
        seen.add((where[:-1], written))


def _where(records: Records, target: str) -> str:
    """Where the records are that a field may name; "" where no file says that."""
    word = {"scope": "surface", "relayed": "report"}.get(target, target)
    files = next((kind.files for kind in records.kinds if kind.word == word), "")
    return f"those there are in content/{files.partition('{')[0]}" if files else ""
