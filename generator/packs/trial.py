"""A table is decoded once in a process of its own, before it is decoded in this one.

The library that reads tables is written in Rust. A table that somebody made by hand can end it in the middle of a
batch, and with it the whole process, past any handler of Python: a panic in a function that cannot unwind aborts
(https://doc.rust-lang.org/nomicon/ffi.html#ffi-and-unwinding). So the first attempt is made by a forked process, which
may die. Where a system cannot fork, there is no first attempt.
"""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Callable, Iterable


def survives(decode: Callable[[], Iterable[object]]) -> bool:
    """Does `decode` go through to its end, without a signal, an error or a panic? What it gives is thrown away."""
    if not hasattr(os, "fork"):
        return True
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    try:
        faulthandler.disable()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what Rust says of a panic
        for _ in decode():
            pass
        os._exit(0)
    finally:  # whatever it was: no handler, no cleaning up of the parent's
        os._exit(1)
