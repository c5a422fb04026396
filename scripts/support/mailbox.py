#!/usr/bin/env python3
"""Writes a generated mailbox as Maildir folders, and the truth about it as JSON Lines. The same seed and `--now` give
the same bytes.

    mailbox.py --dovecot JSON --user NAME --truth FILE [--now EPOCH] [--seed N] --profile demo|bench|mixed
               [--messages N] [--bytes N] [--folders N] [--recent all|mixed|steady] [--huge BYTES]

The profiles: `demo` is 2,000 messages that look as people write them, in several languages and charsets; `bench` is
20,000 messages of 500 MB in 5 folders, all of them recent; `mixed` is 3,000 small ones, old, recent and straddling.
Each option overrides its profile's. `--huge` adds one message of that many bytes.

A line of the truth is one message in one folder: folder, sha256 and size (of the bytes as IMAP serves them), flags,
internaldate (seconds since the epoch), message_id, subject, thread (a label), watched (whether its folder counts when
the whole mailbox is chosen) and in_window (whether its thread has a watched message within 72 hours of `--now`).
"""

import argparse
import hashlib
import json
import random
import shutil
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from sample_mail.maildir import MaildirWriter
from sample_mail.plans import UNWATCHED, WINDOW, Mailbox, Placement
from sample_mail.rendering import Renderer

NAMED_FOLDERS = ("INBOX", "Archive", "Projects/Alpha", "Projects/베타")
PROFILES = {
    "demo": {"messages": 2_000, "bytes": 0, "folders": 5, "recent": "mixed"},
    "bench": {"messages": 20_000, "bytes": 500_000_000, "folders": 5, "recent": "all"},
    "mixed": {"messages": 3_000, "bytes": 12_000_000, "folders": 5, "recent": "mixed"},
}


def generate(mailbox: Mailbox, writer: MaildirWriter, huge: int) -> list[dict]:
    """Writes every message; returns the truth, a line a placement."""
    renderer, truth = Renderer(mailbox.seed), []
    chance = random.Random(f"bytes {mailbox.seed}")
    for placement in _with_huge(mailbox.placements(), huge):
        raw = renderer.render(placement.content, chance)
        wire = raw.replace(b"\n", b"\r\n")
        line = {"sha256": hashlib.sha256(wire).hexdigest(), "size": len(wire), "flags": sorted(placement.flags),
                "internaldate": placement.moment, "message_id": placement.content.message_id,
                "subject": placement.content.subject, "thread": placement.thread}
        for folder in (placement.folder, *placement.copies):
            writer.deliver(folder, raw, len(wire), placement.moment, placement.flags)
            truth.append({"folder": folder, **line, "watched": folder not in UNWATCHED})
    newest = defaultdict(int)
    for line in truth:
        if line["watched"]:
            newest[line["thread"]] = max(newest[line["thread"]], line["internaldate"])
    for line in truth:
        line["in_window"] = newest[line["thread"]] >= mailbox.now - WINDOW
    return truth


def _with_huge(placements, huge: int):
    """One more message at the end, a thread of its own, as large as asked."""
    last: Placement | None = None
    for last in placements:
        yield last
    if huge and last:
        content = replace(last.content, message_id=f"huge.{last.content.message_id}", subject="A very large attachment",
                          references=[], in_reply_to=None, attachment_bytes=huge, has_html=False)
        yield replace(last, folder="INBOX", thread=last.thread + 1, content=content, copies=())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dovecot", required=True, type=Path, metavar="JSON", help="what servers.py says of Dovecot")
    parser.add_argument("--user", required=True)
    parser.add_argument("--truth", required=True, type=Path)
    parser.add_argument("--now", type=int, default=int(time.time()))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", choices=PROFILES, default="mixed")
    for name in ("messages", "bytes", "folders"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--recent", choices=("all", "mixed", "steady"))
    parser.add_argument("--huge", type=int, default=0, metavar="BYTES")
    options = parser.parse_args()

    profile = PROFILES[options.profile]
    chosen = {key: value if getattr(options, key) is None else getattr(options, key) for key, value in profile.items()}
    if chosen["messages"] < 1 or chosen["folders"] < 2:
        parser.error("at least one message and two folders (INBOX and Sent)")
    extra = [f"Folder {number}" for number in range(len(NAMED_FOLDERS) + 1, chosen["folders"])]
    folders = tuple([*NAMED_FOLDERS, *extra][:chosen["folders"] - 1])  # Sent is the last one.
    about = json.loads(options.dovecot.read_text())
    home = Path(about["mail_root"]) / options.user
    shutil.rmtree(home, ignore_errors=True)

    began = time.monotonic()
    mailbox = Mailbox(options.user, options.seed, options.now, chosen["messages"], chosen["bytes"], folders,
                      chosen["recent"], human=options.profile == "demo")
    truth = generate(mailbox, MaildirWriter(home, (about["uid"], about["gid"])), options.huge)
    options.truth.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in truth))
    print(f"{len(truth)} messages, {sum(line['size'] for line in truth):,} bytes, "
          f"{len({line['thread'] for line in truth})} threads, {len({line['folder'] for line in truth})} folders "
          f"in {time.monotonic() - began:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
