# ruff: noqa: INP001, S310  a script of a workflow; addresses are those that the check let through
"""Which addresses of a list are dead, and which archived copies of them there are.

Takes the list that `witnessmark links` writes. Writes `checked.csv` (what each address answered), and where one is dead
`proposed.csv`, which `witnessmark links --read` takes after somebody has looked at each copy, and `issue.md`.

Dead is what says so (404, 410) or has no host, three times. A host that refuses programs (401, 403, 429) or is in
trouble (5xx) is not dead. Nothing of an answer is read but its status; redirects are followed, to https alone. An
answer that is none, or that takes too long, is "no answer"; a row that is none is named and left out.
Standard library alone: it runs in a workflow, before and beside the program, which opens no connection.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import re
import socket
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ARCHIVE = "https://archive.org/wayback/available?url="  # https://archive.org/help/wayback_api.php
AGENT = "witnessmark-dead-links (weekly; reads the status alone)"
DEAD = {404, 410}
TIMEOUT = 20  # seconds until the next byte
DEADLINE = 60.0  # seconds for one address, however its answer comes
LIMIT = 1_200.0  # seconds for all addresses, and again for all copies: the job ends after an hour
TRIES = 3
SILENT = 3  # addresses of one host without an answer, after which it is asked no more
PAUSE = 1.0  # seconds between two requests to one host
LONGEST = 8_000  # characters of a field
SHOWN = 100  # dead addresses in the issue
COLUMNS = ("kind", "id", "address", "archive")
NO_ANSWER = "no answer"
ADDRESS = re.compile(r"https?://[!-~]+")
FAULTS = (OSError, ValueError, LookupError, TypeError, RecursionError, http.client.HTTPException)
"""What comes of a host or an archive whose answer is none."""


class _ToHttps(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, req, fp, code, msg, headers):  # noqa: ANN001, ANN202  as the library calls it
        place = headers.get("location") or headers.get("uri") or ""
        if urllib.parse.urlsplit(urllib.parse.urljoin(req.full_url, place)).scheme != "https":
            raise urllib.error.URLError("leads away from https")
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def within(seconds: float, work: Callable[[], str], otherwise: str) -> str:
    """What the work gives, or `otherwise` after this time; a thread that still waits then ends with the script."""
    found = [otherwise]
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    thread.join(seconds)
    return found[-1]


def status_of(address: str) -> str:
    """The status, or the word "unknown host" or "no answer"."""
    opener = urllib.request.build_opener(_ToHttps)
    for method in ("HEAD", "GET"):
        try:
            request = urllib.request.Request(address, method=method, headers={"User-Agent": AGENT})
            with opener.open(request, timeout=TIMEOUT) as answer:
                return str(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            if method == "GET" or error.code in {401, 403, 429}:
                return str(error.code)
        except urllib.error.URLError as error:
            return "unknown host" if isinstance(error.reason, socket.gaierror) else NO_ANSWER
        except FAULTS:
            return NO_ANSWER
    return NO_ANSWER


def is_dead(status: str) -> bool:
    """Is the page gone, and not only out of reach for a program?"""
    return status == "unknown host" or (status.isdecimal() and int(status) in DEAD)


def asked(addresses: list[str], pause: float, deadline: float, until: float) -> dict[str, str]:
    """The status of each, of one host one after the other."""
    found: dict[str, str] = {}
    silent = 0
    for address in addresses:
        if silent == SILENT or time.monotonic() > until:
            found[address] = "not asked"
            continue
        for attempt in range(TRIES):
            found[address] = within(deadline, partial(status_of, address), NO_ANSWER)
            if not is_dead(found[address]):
                break
            time.sleep(pause * (attempt + 1))
        silent = silent + 1 if found[address] == NO_ANSWER else 0
        time.sleep(pause)
    return found


def copy_of(address: str, service: str) -> str:
    """The address of the nearest copy, or ""."""
    query = urllib.parse.quote(address, safe="")
    try:
        with urllib.request.build_opener(_ToHttps).open(service + query, timeout=TIMEOUT) as answer:
            closest = json.loads(answer.read(100_000))["archived_snapshots"]["closest"]
            held = str(closest["url"]) if closest["available"] and closest["status"] == "200" else ""
    except FAULTS:
        return ""
    held = held.replace("http://", "https://", 1)
    return held if ADDRESS.fullmatch(held) else ""


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of the list; one that is none is named on standard error."""
    csv.field_size_limit(sys.maxsize)  # a long field is a row that is none, and no end of the reading
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        reader = csv.DictReader(stream)
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                print(f"{path}:{reader.line_num}: left out: {error}", file=sys.stderr)  # noqa: T201
                continue
            if row is None:
                return
            if fault := fault_of(row):
                print(f"{path}:{reader.line_num}: left out: {fault}", file=sys.stderr)  # noqa: T201
            else:
                yield {name: row[name] for name in COLUMNS}


def fault_of(row: dict[str, str]) -> str:
    """What is wrong with a row; "" where nothing is."""
    if lacking := [name for name in COLUMNS if not isinstance(row.get(name), str)]:
        return f"no {', '.join(lacking)}"
    if None in row:
        return "more fields than columns"
    if not all(row[name].isprintable() for name in COLUMNS):
        return "a character that cannot be seen"
    if max(len(row[name]) for name in COLUMNS) > LONGEST:
        return f"a field of more than {LONGEST} characters"
    try:
        host = urllib.parse.urlsplit(row["address"]).hostname
    except ValueError:
        host = None
    return "" if host and ADDRESS.fullmatch(row["address"]) else "no address of the web"


def main() -> None:
    """Read the list, ask, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=Path)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--archive", default=ARCHIVE)
    parser.add_argument("--pause", type=float, default=PAUSE)
    parser.add_argument("--deadline", type=float, default=DEADLINE)
    given = parser.parse_args()
    rows = list(rows_of(given.list))
    hosts = defaultdict(list)
    for address in dict.fromkeys(row["address"] for row in rows):
        hosts[urllib.parse.urlsplit(address).netloc].append(address)
    until = time.monotonic() + LIMIT
    with ThreadPoolExecutor(16) as pool:
        parts = pool.map(lambda addresses: asked(addresses, given.pause, given.deadline, until), hosts.values())
        statuses = {address: status for part in parts for address, status in part.items()}
    given.into.mkdir(parents=True, exist_ok=True)
    table(given.into / "checked.csv", ("address", "status"), sorted(statuses.items()))
    dead = [row for row in rows if is_dead(statuses[row["address"]])]
    if not dead:
        return
    without = sorted({row["address"] for row in dead if not row["archive"]})
    until = time.monotonic() + LIMIT
    copies = dict.fromkeys(without, "")
    for address in without:
        if time.monotonic() < until:
            copies[address] = within(given.deadline, partial(copy_of, address, given.archive), "")
    proposed = [(row["kind"], row["id"], row["address"], row["archive"] or copies[row["address"]]) for row in dead]
    table(given.into / "proposed.csv", COLUMNS, proposed)
    (given.into / "issue.md").write_text(issue(proposed, statuses), "utf-8")


def table(path: Path, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """One CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])


def issue(rows: list[tuple[str, ...]], statuses: dict[str, str]) -> str:
    """What the issue says; addresses are in a block, so that nothing of them is live, and hold no line end."""
    lines = [
        f"{kind} {id}: {statuses[address]}  {address}  {archive or 'no copy'}" for kind, id, address, archive in rows
    ]
    more = [f"and {len(lines) - SHOWN} more in the artifact"] if len(lines) > SHOWN else []
    block = "\n".join([*lines[:SHOWN], *more]).replace("`", "%60")
    return (
        f"{len(rows)} records lead to an address that is dead. The artifact `dead-links` of the last run of the "
        "workflow `links` has `proposed.csv` with the copies that an archive knows. Look at each copy, take out what "
        "is not the page, then `witnessmark links --read proposed.csv` writes the rest into the records.\n\n"
        f"```text\n{block}\n```\n"
    )


if __name__ == "__main__":
    main()
