"""Which program this is: its version alone does not tell two commits apart."""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from pathlib import Path


@cache
def source_digest() -> str:
    """One SHA-256 of the program's own source, in hexadecimal."""
    package = Path(__file__).parents[1]
    names: list[tuple[str, ...]] = []
    for base, folders, files in os.walk(package):
        folders.sort()
        inside = Path(base).relative_to(package).parts
        names += [(*inside, name) for name in sorted(files) if name.endswith(".py")]
    lines = (f"{_sha256(package.joinpath(*name))}  {'/'.join(name)}\n" for name in names)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@cache
def reader_digest() -> str:
    """The same with the Python that runs it, and the data files of the program: what reads equal files equally."""
    package = Path(__file__).parents[1]
    data = sorted(path for suffix in ("json", "toml", "yml") for path in package.rglob(f"*.{suffix}"))
    parts = [source_digest(), platform.python_version(), *(_sha256(path) for path in data)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
