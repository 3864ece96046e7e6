"""The publish gate: what must never stand on the site is looked for in every file before any is written.

Allow-listing by type is the wall (records hold no free text); this is the smoke alarm behind it. The problem names
the file and the kind of thing, never the thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.base.problems import Problem
from generator.guard.decode import uncoded
from generator.guard.hosts import digests_in, hosts_in
from generator.guard.secrets import PATTERNS, Finder, Pattern
from generator.site.render import RenderedFile

TEXT_SUFFIXES = (".md", ".json", ".csv", ".svg", ".txt", ".bib", ".xml")
"""Files made from data. Stylesheets and scripts are the theme's own and hashed by the site checker."""
OWN_HOSTS = frozenset({"www.w3.org", "schema.org"})  # name spaces, never asked for anything

__all__ = ["PATTERNS", "TEXT_SUFFIXES", "Allowed", "Pattern", "allow", "gate"]


@dataclass(frozen=True)
class Allowed:
    """What may stand on a page though it looks private: parts of cited URLs, hosts, and known digests."""

    matches: frozenset[str] = frozenset()
    hosts: frozenset[str] = OWN_HOSTS
    digests: frozenset[str] = frozenset()


def allow(*, cited: Iterable[str], reviewed: Iterable[str] = (), digests: Iterable[str] = ()) -> Allowed:
    """What the URLs that content cites, and other reviewed texts (templates, code), make public by choice."""
    matches: set[str] = set()
    hosts, known = set(OWN_HOSTS), set(digests)
    for url in set(cited):
        matches.update(found for pattern in PATTERNS for found, _ in Finder.of(pattern).finds(url))
        hosts.update(host for host, _ in hosts_in(url))
        known.update(digest for digest, _ in digests_in(url))
    for text in reviewed:
        hosts.update(host for host, _ in hosts_in(text))
        known.update(digest for digest, _ in digests_in(text))
    return Allowed(frozenset(matches), frozenset(hosts), frozenset(known))


def gate(files: Sequence[RenderedFile], allowed: Allowed) -> Iterator[Problem]:
    """Problems of all files, at most one of each kind a file."""
    made = frozenset(hashlib.sha256(file.content).hexdigest() for file in files)
    for file in files:
        if not file.path.endswith(TEXT_SUFFIXES):
            continue
        text = file.content.decode("utf-8", "replace")
        plain = uncoded(text)
        problems = [*_secrets(file.path, text, allowed), *_strangers(file.path, text, allowed, made)]
        if plain != text:  # HTML, URL and JSON coding undone; a line of it may differ by what was coded
            known = {problem.code for problem in problems}
            again = (*_secrets(file.path, plain, allowed), *_strangers(file.path, plain, allowed, made))
            problems += (one for one in again if one.code not in known)
        yield from problems


def _secrets(path: str, text: str, allowed: Allowed) -> Iterator[Problem]:
    if not Finder.any_of(text):
        return
    for pattern in PATTERNS:
        place = next((at for found, at in Finder.of(pattern).finds(text) if found not in allowed.matches), None)
        if place is not None:
            yield _problem(path, text, place, pattern.code, f"would publish {pattern.what}")


def _strangers(path: str, text: str, allowed: Allowed, made: frozenset[str]) -> Iterator[Problem]:
    place = next((at for host, at in hosts_in(text) if host not in allowed.hosts), None)
    if place is not None:
        yield _problem(
            path, text, place, "W-gate-host", "names a host that nothing in content, templates or code cites"
        )
    known = allowed.digests | made
    place = next((at for digest, at in digests_in(text) if not _is_known(digest, known)), None)
    if place is not None:
        yield _problem(path, text, place, "W-gate-digest", "holds a digest of nothing that is published")


def _is_known(digest: str, known: frozenset[str]) -> bool:
    """Is it a known digest, or the shown beginning of one?"""
    return digest in known or any(one.startswith(digest) for one in known)


def _problem(path: str, text: str, place: int, code: str, message: str) -> Problem:
    return Problem(path, text.count("\n", 0, place) + 1, 0, code, message, "remove it at its source")
