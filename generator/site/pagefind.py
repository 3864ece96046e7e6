"""Pagefind, asked page by page in the order of their addresses (https://pagefind.app/docs/py-api/).

Its command takes pages in the order in which the disk lists them, and that order is in the index: another disk would
give other bytes. Its service takes them in the order of the requests, base64 of JSON with a comma behind each.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from threading import Timer
from typing import IO, TYPE_CHECKING, Any, NoReturn

from generator.base.problems import Problem, PublishRefusedError

if TYPE_CHECKING:
    from pathlib import Path

_MINUTES = 5
_SYSTEM_ERROR = re.compile(r"\(os error ([0-9]+)\)")
_CHUNK = 1 << 16  # bytes
_END = b","
_INSTALL = "install requirements/run.txt"


def files(built: Path, pages: Iterable[tuple[str, str]], left_out: Sequence[str]) -> dict[str, bytes]:
    """Every file of an index of these pages (address and HTML), by its path in the folder of the index.

    `left_out` are selectors of what is not indexed. Raises PublishRefusedError where Pagefind is missing or fails;
    OSError where the system refused it something.
    """
    config = {"exclude_selectors": list(left_out), "force_language": "en"}
    requests: list[dict[str, Any]] = [
        {"type": "NewIndex", "config": config},
        *({"type": "AddFile", "index_id": 0, "url": url, "file_contents": page} for url, page in pages),
        {"type": "GetFiles", "index_id": 0},  # not WriteFiles: 1.5.2 says it is done before it is (Pagefind 1272)
    ]
    with tempfile.TemporaryFile() as said, _started(built, said) as process:
        *_, last = _ask(requests, process, said)
    try:
        return {file["path"]: base64.b64decode(file["content"]) for file in last["files"]}
    except (ValueError, KeyError, TypeError):
        raise refused("gave files that cannot be read") from None


def _started(built: Path, said: IO[bytes]) -> subprocess.Popen[bytes]:
    """The service, whose options come from here alone. Raises PublishRefusedError where it cannot be started."""
    try:
        from pagefind_bin import get_executable

        return subprocess.Popen(  # noqa: S603  the command is ours, no shell
            [str(get_executable()), "--service"],
            cwd=built,
            env={"NO_COLOR": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        )
    except (ImportError, FileNotFoundError, PermissionError) as error:
        raise refused(f"cannot be started: {type(error).__name__}", _INSTALL) from None
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
        raise refused("cannot be started: it is made for another machine", _INSTALL) from None


def _ask(requests: Sequence[dict[str, Any]], process: subprocess.Popen[bytes], said: IO[bytes]) -> list[dict[str, Any]]:
    """The answers of the service to all requests."""
    assert process.stdin is not None
    clock = Timer(_MINUTES * 60, process.kill)
    clock.start()
    try:
        answers = list(_answers(process, requests))
    finally:
        late = not clock.is_alive()
        clock.cancel()
        process.kill()  # it has answered all, or is of no use
        with suppress(BrokenPipeError):
            process.stdin.close()  # what it did not read of its requests
    for answer in answers:
        if answer["type"] == "Error":
            _fail(str(answer.get("message")))
    if len(answers) < len(requests):
        said.seek(0)
        last = (said.read().decode("utf-8", "replace").strip().splitlines()[-1:] or ["no output"])[0]
        _fail(f"took more than {_MINUTES} minutes" if late else f"ended early: {last}")
    return answers


def _answers(process: subprocess.Popen[bytes], requests: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The answers, fewer than the requests where the service ends before. It ends with its input, which stays open."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):  # what it still said is read
        for number, payload in enumerate(requests):
            request = json.dumps({"message_id": number, "payload": payload}).encode()
            process.stdin.write(base64.b64encode(request) + _END)
        process.stdin.flush()
    rest = b""
    missing = len(requests)
    while missing and (chunk := os.read(process.stdout.fileno(), _CHUNK)):
        *whole, rest = (rest + chunk).split(_END)
        for answer in whole[:missing]:
            missing -= 1
            try:
                yield json.loads(base64.b64decode(answer))["payload"]
            except (ValueError, KeyError, TypeError):
                yield {"type": "Error", "message": "gave an answer that cannot be read"}


def _fail(message: str) -> NoReturn:
    """Raise what stopped Pagefind: an error of the system as one."""
    if found := _SYSTEM_ERROR.search(message):
        raise OSError(int(found[1]), os.strerror(int(found[1])), "Pagefind")
    raise refused(message[:300])


def refused(message: str, hint: str = "") -> PublishRefusedError:
    """What is wrong with Pagefind or its index, as a refusal to publish."""
    return PublishRefusedError(Problem("pagefind", 0, 0, "S103", f"Pagefind {message}", hint))
