"""Progress of long work, on standard error and only where somebody watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Protocol, TypeVar

T = TypeVar("T")


class Track(Protocol):
    """Whoever watches: gives the same items, and sees each as it is taken."""

    def __call__(self, items: Iterable[T], label: str, /) -> Iterable[T]:
        """The items, under a label of a few words."""


def silent(items: Iterable[T], _label: str) -> Iterable[T]:
    """No progress: what every function takes by default."""
    return items


def bar(items: Iterable[T], label: str) -> Iterator[T]:
    """A bar on standard error that goes away when the work is done; rich honours NO_COLOR itself."""
    from rich.console import Console
    from rich.progress import track

    total = len(items) if isinstance(items, Sized) else None
    yield from track(items, description=label, total=total, console=Console(stderr=True), transient=True)
