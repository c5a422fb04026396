#!/usr/bin/env python3
"""Compares what Postrider stored with what the server has and with what the generator meant. Shares no code with
Postrider: it reads the mailbox with Python's imaplib, and the stored side through the command line and SQL.

    verify.py --dovecot JSON --user NAME --truth FILE --account ID [--postrider PATH] [--everything]

It reads POSTRIDER_DATABASE_URL, as the program does. Checked are, for every message in every watched folder: that it is
stored exactly when the 72-hour rule, from the account's own T and to the second, names its thread (`--everything`: always);
its folder, UID, flags, INTERNALDATE and SHA-256, and that the stored raw bytes still have that hash; that what isn't
stored is known and skipped; and that the threads are the generator's. Ends with 0 when all holds.
"""

import argparse
import csv
import imaplib
import io
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sample_mail.maildir import from_modified_utf7, modified_utf7
from sample_mail.plans import UNWATCHED, WINDOW

Place = tuple[str, int]
"""Folder and UID."""


@dataclass(frozen=True)
class OnServer:
    sha256: str
    size: int
    flags: frozenset[str]
    internaldate: int


@dataclass(frozen=True)
class Stored:
    sha256: str
    size: int
    flags: frozenset[str]
    message: str
    thread: str
    message_id: str | None


# Reading the three sides ------------------------------------------------------------------------------------------------


def read_server(about: dict, user: str) -> dict[Place, OnServer]:
    """Everything that the server has, folder by folder, without marking anything as read."""
    imaplib._MAXLINE = 10_000_000  # pylint: disable=protected-access
    found: dict[Place, OnServer] = {}
    with imaplib.IMAP4(about["host"], about["plain_port"]) as connection:
        connection.login(user, about["password"])
        for row in connection.list()[1]:
            attributes, name = re.match(rb'\(([^)]*)\) "(?:[^"\\]|\\.)*" (.+)$', row).groups()
            if re.search(rb"\\(Noselect|NonExistent)", attributes, re.IGNORECASE):
                continue
            folder = from_modified_utf7(name.decode().strip('"'))
            status, answer = connection.select(f'"{modified_utf7(folder)}"', readonly=True)
            if status != "OK":
                raise SystemExit(f"the server refused EXAMINE of {folder}: {answer}")
            uids = connection.uid("SEARCH", "ALL")[1][0].split()
            for first in range(0, len(uids), 200):
                some = b",".join(uids[first:first + 200]).decode()
                status, answer = connection.uid("FETCH", some, "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
                if status != "OK":
                    raise SystemExit(f"the server refused FETCH in {folder}: {answer}")
                for item in answer:
                    if isinstance(item, tuple):
                        uid, message = _fetched(item)
                        found[folder, uid] = message
    return found


def _fetched(item: tuple[bytes, bytes]) -> tuple[int, OnServer]:
    head, body = item
    date = re.search(rb'INTERNALDATE "([^"]+)"', head)[1].decode()
    size = int(re.search(rb"RFC822\.SIZE (\d+)", head)[1])
    flags = frozenset(re.search(rb"FLAGS \(([^)]*)\)", head)[1].decode().split()) - {"\\Recent"}
    moment = int(datetime.strptime(date.strip(), "%d-%b-%Y %H:%M:%S %z").timestamp())
    if size != len(body):
        raise SystemExit(f"the server says {size} bytes and serves {len(body)}")
    return int(re.search(rb"UID (\d+)", head)[1]), OnServer(sha256(body).hexdigest(), size, flags, moment)


def read_stored(postrider: str, account: str) -> dict[Place, Stored]:
    """What the program says that it holds: `message list`, one JSON object a line (product.md, 6)."""
    found: dict[Place, Stored] = {}
    command = [postrider, "message", "list", "--account", account, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as listing:
        for line in listing.stdout:
            message = json.loads(line)
            for place in message["folders"]:
                key = (place["path"], place["uid"])
                if key in found:
                    raise SystemExit(f"two messages are said to be at {key}")
                found[key] = Stored(message["sha256"], message["size"], frozenset(place["flags"]) - {"\\Recent"},
                                    message["id"], message["thread_id"], message.get("message_id"))
    if listing.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {listing.returncode}")
    return found


def query(sql: str, account: str) -> list[list[str]]:
    """Rows of the database, which `sql` reads for :'account'."""
    psql = ["psql", "-XAtq", "--csv", "-v", "ON_ERROR_STOP=1", "-v", f"account={account}",
            "-d", os.environ["POSTRIDER_DATABASE_URL"]]
    answer = subprocess.run(psql, input=sql, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True)
    return list(csv.reader(io.StringIO(answer.stdout)))


INTERNALDATES = """
SELECT folders.path, uid, extract(epoch FROM internaldate)::bigint
  FROM message_placements JOIN folders ON folders.id = folder_id AND folders.account_id = message_placements.account_id
 WHERE message_placements.account_id = :'account' AND message_placements.uidvalidity = folders.uidvalidity
"""

# PostgreSQL itself hashes the raw bytes, so that what is checked is what is kept.
RAW_HASHES = """
SELECT encode(sha256, 'hex'),
       encode(pg_catalog.sha256(coalesce(content, (
           SELECT string_agg(blob_chunks.content, ''::bytea ORDER BY number) FROM blob_chunks
            WHERE blob_chunks.account_id = blobs.account_id AND blob_chunks.sha256 = blobs.sha256))), 'hex')
  FROM blobs WHERE account_id = :'account'
"""

SKIPPED = """
SELECT folders.path, lower(part), upper(part) - 1
  FROM folder_skips JOIN folders ON folders.id = folder_id AND folders.account_id = folder_skips.account_id,
       unnest(uids) AS part
 WHERE folder_skips.account_id = :'account' AND folder_skips.uidvalidity = folders.uidvalidity
"""

STARTED = "SELECT extract(epoch FROM started_at)::bigint FROM accounts WHERE id = :'account'"

# Comparing them ---------------------------------------------------------------------------------------------------------


class Report:
    """One line a check; the first differences under those that fail."""

    def __init__(self) -> None:
        self.failed = 0

    def check(self, what: str, differences: list) -> None:
        print(f"{'FAIL' if differences else 'ok  '}  {what}" + (f": {len(differences)} differ" if differences else ""))
        for difference in differences[:5]:
            print(f"        {difference}")
        self.failed += bool(differences)


def labelled(server: dict[Place, OnServer], truth: list[dict], report: Report) -> dict[Place, dict]:
    """The truth's line for each place on the server: they are matched by folder, content, flags and moment."""
    waiting = defaultdict(list)
    for line in truth:
        waiting[line["folder"], line["sha256"], frozenset(line["flags"]), line["internaldate"]].append(line)
    labels, strangers = {}, []
    for (folder, uid), message in server.items():
        lines = waiting.get((folder, message.sha256, message.flags, message.internaldate))
        if lines:
            labels[folder, uid] = lines.pop()
        else:
            strangers.append(f"{folder} {uid} was not generated, or not so")
    strangers += [f"{key[0]} {key[1]} is not on the server" for key, lines in waiting.items() for _ in lines]
    report.check(f"the server has what was generated ({len(server)} messages)", strangers)
    return labels


def expected_places(labels: dict[Place, dict], cutoff: int | None) -> set[Place]:
    """The watched places whose whole thread is due: it has a watched message at or after the cutoff."""
    watched = {place: line for place, line in labels.items() if place[0] not in UNWATCHED}
    due = {line["thread"] for line in watched.values() if cutoff is None or line["internaldate"] >= cutoff}
    return {place for place, line in watched.items() if line["thread"] in due}


def compare_threads(labels: dict[Place, dict], stored: dict[Place, Stored]) -> list[str]:
    """Both partitions must be the same: one of our threads for each of the generator's, and the other way round."""
    ours, theirs = defaultdict(set), defaultdict(set)
    for place, message in stored.items():
        if place in labels:
            ours[message.thread].add(labels[place]["thread"])
            theirs[labels[place]["thread"]].add(message.thread)
    return ([f"thread {thread} holds the generator's {sorted(labels)}" for thread, labels in ours.items() if len(labels) > 1]
            + [f"the generator's {label} is split into {sorted(threads)}" for label, threads in theirs.items()
               if len(threads) > 1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dovecot", required=True, type=Path, metavar="JSON")
    parser.add_argument("--user", required=True)
    parser.add_argument("--truth", required=True, type=Path)
    parser.add_argument("--account", help="without it, only the server is compared with the truth")
    parser.add_argument("--postrider", default="postrider", metavar="PATH")
    parser.add_argument("--everything", action="store_true", help="the window was opened to the whole mailbox")
    options = parser.parse_args()

    report = Report()
    truth = [json.loads(line) for line in options.truth.read_text(encoding="utf-8").splitlines()]
    server = read_server(json.loads(options.dovecot.read_text()), options.user)
    labels = labelled(server, truth, report)
    if not options.account:
        return 1 if report.failed else 0

    cutoff = None if options.everything else int(query(STARTED, options.account)[0][0]) - WINDOW
    stored = read_stored(options.postrider, options.account)
    expected = expected_places(labels, cutoff)
    on_edge = sum(1 for place in expected if labels[place]["internaldate"] == cutoff)
    edge = "" if cutoff is None else f"; {on_edge} exactly on the window's edge"
    report.check(f"exactly the threads that the rule names are stored ({len(expected)} messages{edge})",
                 [f"{place} is missing: {labels[place]}" for place in sorted(expected - stored.keys())]
                 + [f"{place} should not be there: {labels.get(place)}" for place in sorted(stored.keys() - expected)])

    both = sorted(expected & stored.keys())
    report.check("SHA-256 and size", [f"{place}: {stored[place]}, server {server[place]}" for place in both
                 if (stored[place].sha256, stored[place].size) != (server[place].sha256, server[place].size)])
    report.check("flags", [f"{place}: stored {sorted(stored[place].flags)}, server {sorted(server[place].flags)}"
                           for place in both if stored[place].flags != server[place].flags])
    report.check("Message-ID", [f"{place}: stored {stored[place].message_id}, generated {labels[place]['message_id']}"
                 for place in both if (stored[place].message_id or "").strip("<>") != labels[place]["message_id"]])
    dates = {(path, int(uid)): int(moment) for path, uid, moment in query(INTERNALDATES, options.account)}
    report.check("INTERNALDATE", [f"{place}: stored {dates.get(place)}, server {server[place].internaldate}"
                                  for place in both if dates.get(place) != server[place].internaldate])

    hashes = dict(query(RAW_HASHES, options.account))
    report.check(f"raw bytes, hashed where they lie ({len(hashes)} contents)",
                 [f"{name} hashes to {actual}" for name, actual in hashes.items() if name != actual]
                 + [f"{place}: no raw bytes" for place in both if stored[place].sha256 not in hashes])

    skipped = {(path, uid) for path, first, last in query(SKIPPED, options.account)
               for uid in range(int(first), int(last) + 1)}
    watched = {place for place in server if place[0] not in UNWATCHED}
    report.check("every UID is placed or skipped with a reason",
                 [f"{place} is neither" for place in sorted(watched - stored.keys() - skipped)]
                 + [f"{place} is both" for place in sorted(skipped & stored.keys())])
    report.check("threads are the generator's", compare_threads(labels, stored))
    print("all equal" if not report.failed else f"{report.failed} checks failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
