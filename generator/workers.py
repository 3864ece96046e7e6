"""Worker processes that end: with their work, with a signal to the parent, and when one of them dies.

Commands turn SIGTERM into KeyboardInterrupt. A forked worker would inherit that, and a worker that throws while it
holds the lock of a queue leaves the others waiting for ever. So workers get the system's own answer to SIGTERM and
ignore SIGINT, which a terminal sends to all of them: the parent ends them. No signal arrives between the fork and
that, because both are blocked meanwhile.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Generic, TypeVar

from generator.problems import Problem, WorkerError

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_ENDING = (signal.SIGINT, signal.SIGTERM)


class Answers(Generic[Answer]):
    """Answers as they come, with a length, so that progress knows the end."""

    def __init__(self, answers: Iterator[Answer], length: int) -> None:
        self._answers, self._length = answers, length

    def __iter__(self) -> Iterator[Answer]:
        return self._answers

    def __len__(self) -> int:
        return self._length


@contextmanager
def answers(work: Callable[[Task], Answer], tasks: Sequence[Task], jobs: int) -> Iterator[Answers[Answer]]:
    """`work` on each task in `jobs` processes; answers in the order in which they come.

    However the block is left (done, an error, a signal), no worker outlives it. Raises what `work` raises, and
    WorkerError where the system killed a worker, as it does when memory runs out.
    """
    others = set(multiprocessing.active_children())
    blocked = _block()
    try:
        context = multiprocessing.get_context(_start_method())
        executor = ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(blocked,))
        futures = [executor.submit(work, task) for task in tasks]
        _unblock(blocked)
        yield Answers((future.result() for future in as_completed(futures)), len(futures))
        if all(future.done() for future in futures):
            executor.shutdown()  # the workers end by themselves
    except BrokenProcessPool:
        hint = "run again, or with --jobs 1, which needs less memory"
        raise WorkerError(Problem("witnessmark", 0, 0, "W-worker", "a worker process was killed", hint)) from None
    finally:
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        _unblock(blocked)


def _start(blocked: bool) -> None:  # noqa: FBT001  initargs are positional
    """In the worker: nothing read here is cyclic, so collections only cost; signals as the module says."""
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _unblock(blocked)


def _block() -> bool:
    """Hold back the signals that end a process. False where the system has no mask (Windows)."""
    if not hasattr(signal, "pthread_sigmask"):
        return False
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    return True


def _unblock(blocked: bool) -> None:  # noqa: FBT001  the one thing it is about
    if blocked:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


def _start_method() -> str:
    """Fork shares the interpreter and its imports; it is unsafe on macOS and absent on Windows."""
    return "fork" if sys.platform == "linux" else "spawn"
