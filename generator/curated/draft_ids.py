"""The id of a new record: the next free number, or a name made of its address and its day as its neighbours are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from generator.curated.address import host_of
from generator.curated.entries import Records
from generator.curated.web_archives import parts_of

_NUMBERED = {"claim": "C", "event": "E", "source": "S"}
_MOST = 999
_MOST_UNUSED = 20  # numbers between the last one and one that somebody chooses
_THREAD = re.compile(
    r"/(?P<path>[^/]+/[^/]+(?:/[^/]+)*?)(?:/-)?/(?:issues|pull|discussions|merge_requests)/(?P<number>[0-9]+)"
)
_COMMENT = re.compile(r"(?:issuecomment|discussioncomment|pullrequestreview|note)[-_]|discussion_r")
_NO_NAMES = frozenset({"www", "com", "org", "net", "io", "co", "dev", "ai", "blog", "status", "docs", "uk", "html"})
_WORDS = 6  # of a title that make an id
_LETTERS = 56  # of 64, so that a number has room


def taken_ids(records: Records, word: str) -> frozenset[str]:
    """Ids that were ever used for this kind: those of records, of files that cannot be read, and of tombstones."""
    locked = {str(one.value("id")) for one in records.of_word("locked id") if one.value("kind") == word}
    known = {str(entry.value("id")) for entry in records.of_word(word)}
    return frozenset(locked | known | {id for kind, id in records.lost if kind == word})


def free_id(records: Records, word: str, values: dict[str, Any]) -> str | None:
    """The next free id; None where all numbers are taken."""
    taken = taken_ids(records, word)
    if word in _NUMBERED:
        numbers = _numbers(word, taken)
        last = max(numbers, default=0)
        # Where somebody took the last number by hand, numbering goes on with the first that was never used.
        number = last + 1 if last < _MOST else min(set(range(1, _MOST + 1)) - numbers, default=None)
        return None if number is None else f"{_NUMBERED[word]}-{number:03}"
    name = _name(records, word, values)
    name = name if len(name) > 1 else f"{word}-{name}".strip("-")
    cut = {id.casefold() for id in taken}
    return next(id for id in _tries(name) if id not in cut)


def leap(records: Records, word: str, id: str) -> int:
    """How many numbers this id would leave unused; 0 where that are too few to be a slip."""
    (own,) = _numbers(word, {id}) or {0}
    unused = own - max(_numbers(word, taken_ids(records, word)), default=0) - 1
    return unused if unused > _MOST_UNUSED else 0


def _numbers(word: str, ids: Collection[str]) -> set[int]:
    """The numbers of ids of a kind that is numbered; of other kinds none."""
    letter = _NUMBERED.get(word, "")
    return {int(id[2:]) for id in ids if letter and re.fullmatch(rf"{letter}-[0-9]{{3}}", id)}


def _tries(name: str) -> Iterator[str]:
    """The name, then the name with a number."""
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _name(records: Records, word: str, values: dict[str, Any]) -> str:
    day = str(values.get("date") or values.get("start") or "")[:10].replace("-", "")
    url = str(values.get("url", ""))
    if word == "report":
        return _of_thread(records, url, day) or slug(f"{_site(url)}-{day}")
    if word == "incident":
        last = url.rstrip("/").rpartition("/")[2]
        own = re.fullmatch(r"[a-z0-9]{6,40}", last)
        return last if own and "/incidents/" in url else slug(f"{_site(url)}-{day}")
    if word == "reply":
        return slug(f"{values.get('stands', '')}-{day}")
    title = str(values.get("title") or values.get("now") or "")
    return slug(" ".join(title.split()[:_WORDS]))


def _of_thread(records: Records, url: str, day: str) -> str:
    """The name of a thread as the reports of its repository have it, with the day of a comment."""
    parts = parts_of(url)
    found = _THREAD.match(parts.split.path) if parts else None
    if parts is None or found is None:
        return ""
    beginnings = Counter[str]()
    for entry in records.of_word("report"):
        other = parts_of(str(entry.value("url")))
        same = _THREAD.match(other.split.path) if other and other.host == parts.host else None
        named = re.fullmatch(r"(.+)-([0-9]+)", str(entry.value("id")))
        if same and named and same["path"].casefold() == found["path"].casefold() and same["number"] == named[2]:
            beginnings[named[1]] += 1
    beginning = max(beginnings, key=lambda one: (beginnings[one], one), default=found["path"].rpartition("/")[2])
    comment = f"-comment-{day}" if _COMMENT.match(parts.split.fragment) else ""
    return slug(f"{beginning}-{found['number']}{comment}")


def _site(url: str) -> str:
    """The name of a site without what every address has; of a post the account."""
    parts = parts_of(url)
    labels = [label for label in host_of(url).split(".") if label not in _NO_NAMES]
    if parts and host_of(url) == "x.com":
        return parts.split.path.strip("/").partition("/")[0] or "x"
    return labels[-1] if labels else "record"


def slug(text: str) -> str:
    """Small letters, digits and hyphens; "" where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LETTERS].strip("-")
