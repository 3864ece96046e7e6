"""Progress of long work, on standard error and only where somebody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any

Track = Callable[[Iterable[Any], str], Iterable[Any]]


def silent(items: Iterable[Any], _label: str) -> Iterable[Any]:
    """No progress: what every function takes by default."""
    return items


def bar(items: Iterable[Any], label: str) -> Iterator[Any]:
    """A bar on standard error that goes away when the work is done; rich honours NO_COLOR itself."""
    from rich.console import Console
    from rich.progress import track

    total = len(items) if isinstance(items, Sized) else None
    yield from track(items, description=label, total=total, console=Console(stderr=True), transient=True)
