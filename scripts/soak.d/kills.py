#!/usr/bin/env python3
"""Kills the worker at random moments of a first sync; in the end the rows must be those of an undisturbed run.

    scripts/soak kills [--count N] [--seed S]

Each of N trials (50 by default) has a fresh database and an empty Redis. A worker starts the first sync of a generated
mailbox of 3,000 messages, is killed with SIGKILL after a random time, and another one takes over and finishes. Then all
that was stored is compared, without generated ids and clock times: messages and their bytes, placements, threads,
references, attachments, skipped ranges, cursors, tracked actions. Ends with 1 at the first difference, which it shows;
the seed and the trial's number replay it.
"""

import argparse
import difflib
import hashlib
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from trial import SUPPORT, Trial, TrialError, servers

# What one account holds, told by what the mailbox determines. A thread is named by the least hash of its messages.
SECTIONS = {
    "messages": """
        SELECT encode(m.sha256, 'hex'), m.size, m.header_message_id, m.subject, m.sent_raw,
               extract(epoch FROM m.received_at), m.direction, md5(coalesce(m.text_body, '')),
               md5(coalesce(m.html_body, '')), m.marks, m.thread_guessed, m.in_scope, m.trashed, named.name,
               (SELECT string_agg(concat_ws('/', p.role, p.position, p.address), ' ' ORDER BY p.role, p.position)
                  FROM message_participants p WHERE p.account_id = m.account_id AND p.message_id = m.id)
          FROM messages m JOIN named USING (thread_id) WHERE m.account_id = :'account'""",
    "threads": """
        SELECT named.name, t.base_subject, t.message_count, extract(epoch FROM t.oldest_at),
               extract(epoch FROM t.newest_at), t.visibility
          FROM threads t JOIN named ON named.thread_id = t.id WHERE t.account_id = :'account'""",
    "threads without messages": """
        SELECT count(*) FROM threads t WHERE t.account_id = :'account'
           AND NOT EXISTS (SELECT FROM messages m WHERE m.account_id = t.account_id AND m.thread_id = t.id)""",
    "references": """
        SELECT r.kind, r.value, r.seen, named.name
          FROM message_references r LEFT JOIN thread_aliases a ON a.account_id = r.account_id AND a.alias_id = r.thread_id
          LEFT JOIN named ON named.thread_id = coalesce(a.thread_id, r.thread_id) WHERE r.account_id = :'account'""",
    "placements": """
        SELECT f.path, p.uidvalidity, p.uid, encode(m.sha256, 'hex'), p.flags, extract(epoch FROM p.internaldate)
          FROM message_placements p JOIN folders f ON f.account_id = p.account_id AND f.id = p.folder_id
          JOIN messages m ON m.account_id = p.account_id AND m.id = p.message_id WHERE p.account_id = :'account'""",
    "raw bytes": """
        SELECT encode(b.sha256, 'hex'), b.size, encode(sha256(coalesce(b.content, (
                   SELECT string_agg(c.content, ''::bytea ORDER BY c.number) FROM blob_chunks c
                    WHERE c.account_id = b.account_id AND c.sha256 = b.sha256))), 'hex')
          FROM blobs b WHERE b.account_id = :'account'""",
    "attachments": """
        SELECT encode(m.sha256, 'hex'), a.part, a.filename, a.content_type, a.body_from, a.body_until, a.size
          FROM attachments a JOIN messages m ON m.account_id = a.account_id AND m.id = a.message_id
         WHERE a.account_id = :'account'""",
    "skipped": """
        SELECT f.path, s.uidvalidity, s.reason, s.uids FROM folder_skips s
          JOIN folders f ON f.account_id = s.account_id AND f.id = s.folder_id WHERE s.account_id = :'account'""",
    "cursors": """
        SELECT path, role, chosen, uidvalidity, uidnext, exists_count, proven_uid FROM folders
         WHERE account_id = :'account'""",
    "actions": """
        SELECT encode(m.sha256, 'hex'), a.kind, a.origin FROM actions a
          LEFT JOIN messages m ON m.account_id = a.account_id AND m.id = a.message_id WHERE a.account_id = :'account'""",
}
NAMED = """WITH named AS (SELECT thread_id, min(encode(sha256, 'hex')) AS name FROM messages
                           WHERE account_id = :'account' GROUP BY thread_id)"""


def rows(trial: Trial) -> dict[str, list[str]]:
    """All that was stored, a sorted list of lines a section."""
    return {name: sorted(trial.query(f"{NAMED} {sql.strip()};").splitlines()) for name, sql in SECTIONS.items()}


def digest(stored: dict[str, list[str]]) -> str:
    return hashlib.sha256("\n".join(line for lines in stored.values() for line in lines).encode()).hexdigest()[:16]


def sync(data: Path, dovecot: dict, kill_after: float | None) -> tuple[dict[str, list[str]], float, str]:
    """One first sync, its worker killed after so many seconds; the rows, the seconds it took, and what was cut off."""
    # A dead worker's lease is waited for: a short one makes the trials short.
    with Trial(data, dovecot, "kills", POSTRIDER_LEASE_SECONDS="2") as trial:
        trial.start("scheduler")
        worker = trial.start("worker")
        trial.call("account", "start", trial.account)
        began, cut = time.monotonic(), ""
        if kill_after is not None:
            time.sleep(kill_after)
            worker.kill()
            worker.wait()
            cut = trial.query("SELECT count(*) FROM messages WHERE account_id = :'account'").strip()
            trial.start("worker")
        seconds = trial.wait_until_live(180) - began
        return rows(trial), seconds, cut


def difference(expected: dict[str, list[str]], actual: dict[str, list[str]]) -> list[str]:
    out = []
    for name, lines in expected.items():
        if lines != actual[name]:
            changed = [line for line in difflib.unified_diff(lines, actual[name], lineterm="", n=0)
                       if line[0] in "+-" and line[:3] not in ("+++", "---")]
            out += [f"{name}: {len(changed)} lines differ", *(f"    {line[:240]}" for line in changed[:6])]
    return out


def run(data: Path, dovecot: dict, count: int, seed: int) -> int:
    # The generator runs as a program, since it is one.
    os.spawnlp(os.P_WAIT, sys.executable, sys.executable, str(SUPPORT / "mailbox.py"), "--dovecot",
               str(data / "dovecot.json"), "--user", "kills", "--truth", str(data / "truth.jsonl"), "--profile", "mixed",
               "--recent", "steady", "--seed", str(seed))
    expected, seconds, _ = sync(data, dovecot, None)
    if not expected["messages"] or expected["threads without messages"] != ["0"]:
        print("the undisturbed run stored nothing, or threads without messages", file=sys.stderr)
        return 1
    print(f"undisturbed: {len(expected['messages'])} messages in {seconds:.2f} s, digest {digest(expected)}, seed {seed}")
    chance = random.Random(f"kills {seed}")
    for number in range(1, count + 1):
        # As a share of the undisturbed run, so that the seed says the same on any machine.
        share = chance.random()
        actual, took, cut = sync(data, dovecot, share * seconds)
        differing = difference(expected, actual)
        print(f"kill {number} of {count}: at {share:.0%}, {cut} messages stored by then, {took:.2f} s in all, "
              f"{'the same rows' if not differing else 'OTHER ROWS'}", flush=True)
        if differing:
            print("\n".join(differing), file=sys.stderr)
            return 1
    print(f"{count} kills, the same rows each time")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postrider-kills.") as scratch:
        os.chmod(scratch, 0o711)
        try:
            with servers(Path(scratch) / "data") as dovecot:
                return run(Path(scratch) / "data", dovecot, options.count, options.seed)
        except TrialError as error:
            print(f"kills: {error}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
