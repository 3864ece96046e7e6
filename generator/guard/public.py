"""Files whose text is public already: what people wrote into the repository, the code, and the theme."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

EVIDENCE = "evidence"  # folder of content/ that packs are written to: made from logs, so never taken for public
WRITTEN = frozenset(
    {".yml", ".yaml", ".json", ".md", ".j2", ".html", ".css", ".js", ".map", ".svg", ".txt", ".xml", ".py"}
)


def public_files(root: Path) -> Iterator[Path]:
    """Content without packs, templates, mkdocs.yml, this package, and pages and assets of the theme."""
    yield from (path for path in (root / "mkdocs.yml",) if path.is_file())
    yield from _below(root / "content", leave_out=EVIDENCE)
    yield from _below(root / "templates")
    yield from _below(Path(__file__).parents[1])
    theme = _package("material")
    if theme is not None:
        yield from _below(theme / "templates" / "partials")
        yield from _below(theme / "templates" / "assets")
    mkdocs = _package("mkdocs")
    if mkdocs is not None:
        yield from _below(mkdocs / "contrib" / "search")


def public_texts(root: Path) -> Iterator[str]:
    """What is in these files."""
    return (path.read_text("utf-8", "replace") for path in public_files(root))


def _below(folder: Path, leave_out: str = "") -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.suffix in WRITTEN and path.is_file() and not path.is_symlink() and inside[0] != leave_out:
            yield path


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin else None
