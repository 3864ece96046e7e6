"""Check again whenever somebody saves, until Ctrl-C."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from generator.base.problems import WitnessmarkError
from generator.base.wording import printable
from generator.cli.serve import POLL_SECONDS, fingerprint


def watched(root: Path, check: Callable[[], None], say: Callable[[str], None]) -> None:
    """Check now and after each change, until interrupted. A check that fails in any way does not end it."""
    pause = threading.Event()
    seen: frozenset[tuple[str, int, int]] | None = None
    while True:
        current = fingerprint(root)
        if current != seen:
            seen = current
            _checked(check, say)
            say("Waiting for a change (Ctrl-C ends it).")
        pause.wait(POLL_SECONDS)


def _checked(check: Callable[[], None], say: Callable[[str], None]) -> None:
    try:
        check()
    except WitnessmarkError as error:
        say(str(error))
    except OSError as error:  # a file that an editor is just replacing
        say(f"{printable(error.filename or 'read')}: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001  whatever it is, the next change is checked again
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        say(f"{place}: internal error {type(error).__name__}. Please report it.")
