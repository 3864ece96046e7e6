"""Worker processes that end: with their work, with a signal to the parent, and when one of them dies.

Not a pool of the standard library: both of them wait for ever when a worker ends while it writes an answer, because
all workers share one pipe, which the parent itself keeps open. Here each worker has its own, so its end is seen.

Commands turn SIGTERM into KeyboardInterrupt. A forked worker would inherit that, so workers get the system's own
answer to SIGTERM, and ignore SIGINT, which a terminal sends to all of them: the parent ends them. Both signals are
blocked from before the fork until then.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar, cast

from generator.base.problems import Problem, WorkerError

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_ENDING = (signal.SIGINT, signal.SIGTERM)
carried: dict[str, tuple[Callable[..., None], Any]] = {}
"""What a worker does first, as a function with its argument: state that a process that is not forked would lack."""


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
    # Fork shares the interpreter and its imports; it is unsafe on macOS and absent on Windows.
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    processes: list[multiprocessing.process.BaseProcess] = []
    pipes: list[Connection] = []
    blocked = _block()
    try:
        for _ in range(min(jobs, len(tasks))):
            ours, theirs = context.Pipe()
            inherited = (*pipes, ours) if sys.platform == "linux" else ()
            process = context.Process(
                target=_serve, args=(work, tasks, theirs, inherited, blocked, dict(carried)), daemon=True
            )
            process.start()
            theirs.close()
            processes.append(process)
            pipes.append(ours)
        _unblock(blocked)
        yield Answers(_answers(pipes, len(tasks)), len(tasks))
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        for pipe in pipes:
            pipe.close()
        _unblock(blocked)


def _answers(pipes: Sequence[Connection], count: int) -> Iterator[Any]:
    waiting = iter(range(count))
    for pipe in pipes:
        _heard(pipe.send, next(waiting))
    busy = list(pipes)
    while busy:
        for ready in cast("list[Connection]", wait(busy)):
            failed, answer = _heard(ready.recv)
            if failed:
                raise answer
            following = next(waiting, None)
            if following is None:
                busy.remove(ready)
            else:
                _heard(ready.send, following)
            yield answer


def _heard(speak: Callable[..., Any], *said: int) -> Any:
    """Send or receive. Raises WorkerError where the worker is gone."""
    try:
        return speak(*said)
    except (EOFError, ConnectionError):
        hint = "run again, or with --jobs 1, which needs less memory"
        raise WorkerError(Problem("witnessmark", 0, 0, "W-worker", "a worker process was killed", hint)) from None


def _serve(  # noqa: PLR0917  a process takes what it needs one by one
    work: Callable[[Task], Answer],
    tasks: Sequence[Task],
    pipe: Connection,
    inherited: Sequence[Connection],
    blocked: bool,  # noqa: FBT001  arguments of a process are positional
    first: Mapping[str, tuple[Callable[..., None], Any]],
) -> None:
    """The worker: answer until the parent is gone. Nothing read here is cyclic, so collections would only cost."""
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _unblock(blocked)
    for other in inherited:
        other.close()
    for prepare, given in first.values():
        prepare(given)
    try:
        while True:
            pipe.send(_tried(work, tasks[pipe.recv()]))
    except (EOFError, ConnectionError):
        return


def _tried(work: Callable[[Task], Answer], task: Task) -> tuple[bool, Answer | Exception]:
    """Whether it failed, and the answer or the error."""
    try:
        return False, work(task)
    except Exception as error:  # noqa: BLE001  it is raised again in the parent
        return True, error


def _block() -> bool:
    """Hold back the signals that end a process. False where the system has no mask (Windows)."""
    if not hasattr(signal, "pthread_sigmask"):
        return False
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    return True


def _unblock(blocked: bool) -> None:  # noqa: FBT001  the one thing it is about
    if blocked:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
