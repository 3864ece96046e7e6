"""What of a site is not public: its phrases and values without those of content, templates, code and theme."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from generator.guard.decode import BREAK, folded, unescaped, views, without_tags
from generator.guard.stopwords import STOPWORDS

WORDS = 4  # of a phrase, words of grammar not counted
LETTERS = 16  # of a phrase: shorter ones are chance
SHORTEST_VALUE = 6

_WORD = re.compile(
    rf"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{{2,}}|{BREAK}"
)
_VALUE = re.compile(r"[^\s\"'`<>,;(){}\[\]|=\x00]{6,300}")
_PARTS = re.compile(r"[:?&]")
_RUN = re.compile(r"\\+")
_BRACES = re.compile(r"\{[^{}]*\}")
_PUNCTUATION = ".:!?*_-/\\#&%$"
_TYPED = re.compile(
    r"[\d.,:%$+/*-]+(?:[a-z]{1,2})?"  # numbers with a unit
    r"|\d{4}-\d\d(?:-\d\d)?(?:[t_][\d:.]+)?(?:z|[+-]\d\d:?\d\d)?"  # dates and times
    r"|v?\d+(?:\.\d+){1,3}"  # versions
    r"|[mlhvcsqtaz\d.,-]+"  # paths of SVG
    r"|claude(?:-[a-z0-9.]+){1,5}|f-[a-z2-7]{6,10}"  # model and finding ids
)
_STRUCTURE = re.compile(r"[\d@/\\._-]")


@dataclass(frozen=True)
class Hit:
    """Something of a log that stands on a page too."""

    page: str
    words: bool  # else a single value


class Public:
    """Phrases and values of files that are public. Hashes live in memory only, other ones in every process."""

    def __init__(self, files: Iterable[Path] = ()) -> None:
        self.phrases: set[int] = set()
        self.values: set[str] = set()
        self.files: set[int] = set()
        for path in files:
            data = path.read_bytes()
            self.files.add(hash(data))
            text = data.decode("utf-8", "replace")
            for view in views(data):
                self._add(view)
            if "{" in text:  # code and templates, as they come out
                self._add(_without_braces(text))
                self._add(without_tags(_without_braces(text)))

    def _add(self, text: str) -> None:
        small = folded(text)
        self.phrases.update(phrase for phrase, _ in phrases(small))
        self.values.update(values(small))


@dataclass
class Index:
    """Phrases and values that only the site has, with the page where each stands first."""

    phrases: dict[int, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)

    def hits(self, text: str) -> set[Hit]:
        """What of the text stands on a page too."""
        found = set()
        for small in {folded(text), folded(unescaped(text))}:
            if self.phrases:
                pages = (self.phrases.get(phrase) for phrase, _ in phrases(small, self.words))
                found |= {Hit(page, words=True) for page in pages if page is not None}
            if self.values:
                found |= {Hit(self.values[value], words=False) for value in self.values.keys() & set(values(small))}
        return found


def index_site(site: Path, public: Public) -> Index:
    """Everything that the files of a finished site hold and the public files do not."""
    index = Index()
    seen: set[int] = set()
    for path in site_files(site):
        data = path.read_bytes()
        if hash(data) in public.files:
            continue
        name = path.relative_to(site).as_posix()
        for block in blocks(data):
            if (known := hash(block)) in seen:
                continue
            seen.add(known)
            small = folded(block)
            for phrase, words in phrases(small):
                if phrase not in public.phrases:
                    index.phrases.setdefault(phrase, name)
                    index.words.update(words)
            for value in values(small):
                if value not in public.values:
                    index.values.setdefault(value, name)
    return index


def blocks(data: bytes) -> Iterator[str]:
    """All views of a file, cut where no phrase and no value runs across: most blocks of a page are on every page."""
    for view in views(data):
        yield from view.split(BREAK)


def site_files(site: Path) -> list[Path]:
    """Every file of the site, in order."""
    return sorted(path for path in site.rglob("*") if path.is_file() and not path.is_symlink())


def phrases(small: str, among: AbstractSet[str] | None = None) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Hashes of all WORDS words in a row of a folded text, with the words; `among`: only of these words."""
    row: list[str] = []
    for word in _WORD.findall(small):
        if word in STOPWORDS:
            continue
        if word == BREAK or (among is not None and word not in among):
            row.clear()
            continue
        row.append(word)
        if len(row) >= WORDS:
            last = tuple(row[-WORDS:])
            if sum(map(len, last)) >= LETTERS:
                yield hash(last), last


def values(small: str) -> Iterator[str]:
    """Paths, addresses, ids and other single values of a folded text; no typed cells."""
    for token in _VALUE.findall(small):
        whole = _RUN.sub("/", token) if "\\" in token else token
        parts = {whole, *whole.split(":"), *_PARTS.split(whole)} if _PARTS.search(whole) else {whole}
        for part in parts:
            value = part.strip(_PUNCTUATION)
            if len(value) >= SHORTEST_VALUE and _STRUCTURE.search(value) and not _TYPED.fullmatch(value):
                yield value


def _without_braces(text: str) -> str:
    """Code and templates without what they fill in."""
    for _ in range(3):
        text = _BRACES.sub("", text)
    return text
