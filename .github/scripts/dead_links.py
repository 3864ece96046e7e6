# ruff: noqa: INP001, S310  a script of a workflow; addresses are those that the check let through, all https
"""Which addresses of a list are dead, and which archived copies of them there are.

Takes the list that `witnessmark links` writes. Writes `checked.csv` (what each address answered), and where one is dead
`proposed.csv`, which `witnessmark links --read` takes after somebody has looked at each copy, and `issue.md`.

Dead is what says so (404, 410) or has no host, three times. A host that refuses programs (401, 403, 429) or is in
trouble (5xx) is not dead. Nothing of an answer is read but its status; redirects are followed.
Standard library alone: it runs in a workflow, before and beside the program, which opens no connection.
"""

from __future__ import annotations

import argparse
import csv
import json
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ARCHIVE = "https://archive.org/wayback/available?url="  # https://archive.org/help/wayback_api.php
AGENT = "witnessmark-dead-links (weekly; reads the status alone)"
DEAD = {404, 410}
TIMEOUT = 20  # seconds
TRIES = 3
PAUSE = 1.0  # seconds between two requests to one host
SHOWN = 100  # dead addresses in the issue
COLUMNS = ("kind", "id", "address", "archive")


def status_of(address: str) -> str:
    """The status, or the word "unknown host" or "no answer"."""
    for method in ("HEAD", "GET"):
        request = urllib.request.Request(address, method=method, headers={"User-Agent": AGENT})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return str(answer.status)
        except urllib.error.HTTPError as error:
            if method == "GET" or error.code in {401, 403, 429}:
                return str(error.code)
        except urllib.error.URLError as error:
            if isinstance(error.reason, socket.gaierror):
                return "unknown host"
            return "no answer"
        except (OSError, ValueError):
            return "no answer"
    return "no answer"


def is_dead(status: str) -> bool:
    """Is the page gone, and not only out of reach for a program?"""
    return status == "unknown host" or (status.isdecimal() and int(status) in DEAD)


def asked(addresses: list[str], pause: float) -> dict[str, str]:
    """The status of each, of one host one after the other."""
    found = {}
    for address in addresses:
        for attempt in range(TRIES):
            found[address] = status_of(address)
            if not is_dead(found[address]):
                break
            time.sleep(pause * (attempt + 1))
        time.sleep(pause)
    return found


def copy_of(address: str, service: str) -> str:
    """The address of the nearest copy, or ""."""
    query = urllib.parse.quote(address, safe="")
    try:
        with urllib.request.urlopen(service + query, timeout=TIMEOUT) as answer:
            closest = json.loads(answer.read(100_000))["archived_snapshots"]["closest"]
            held = str(closest["url"]) if closest["available"] and closest["status"] == "200" else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return held.replace("http://", "https://", 1) if held.isprintable() else ""


def main() -> None:
    """Read the list, ask, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=Path)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--archive", default=ARCHIVE)
    parser.add_argument("--pause", type=float, default=PAUSE)
    given = parser.parse_args()
    with given.list.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    hosts = defaultdict(list)
    for address in dict.fromkeys(row["address"] for row in rows):
        hosts[urllib.parse.urlsplit(address).netloc].append(address)
    with ThreadPoolExecutor(16) as pool:
        parts = pool.map(lambda addresses: asked(addresses, given.pause), hosts.values())
        statuses = {address: status for part in parts for address, status in part.items()}
    given.into.mkdir(parents=True, exist_ok=True)
    table(given.into / "checked.csv", ("address", "status"), sorted(statuses.items()))
    dead = [row for row in rows if is_dead(statuses[row["address"]])]
    if not dead:
        return
    without = {row["address"] for row in dead if not row["archive"]}
    copies = {address: copy_of(address, given.archive) for address in sorted(without)}
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
