"""The first sync of 500 threads: when the first is to be seen, and when all are."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from figure import Figure
from trial import SUPPORT, Trial

from .watching import Rows

USER = "threads"
MESSAGES = 1_600


def measure(data: Path, dovecot: dict, say, runs: int = 3) -> list[Figure]:
    """Seconds from `account start`, medians of some runs; a thread is visible when a reader finds its message."""
    truth = data / "threads-truth.jsonl"
    subprocess.run([sys.executable, str(SUPPORT / "mailbox.py"), "--dovecot", str(data / "dovecot.json"), "--user", USER,
                    "--truth", str(truth), "--profile", "bench", "--messages", str(MESSAGES), "--bytes", "40000000"], check=True)
    lines = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    threads = len({line["thread"] for line in lines})
    firsts, alls = [], []
    for run in range(runs + 1):
        with Trial(data, dovecot, USER) as trial:
            for role in ("scheduler", "worker"):
                trial.start(role)
            rows = Rows(trial.database_url)
            time.sleep(1)  # Roles that have started are what an account meets.
            began = time.monotonic()
            trial.call("account", "start", trial.account)
            first = rows.when(f"SELECT EXISTS (SELECT FROM messages JOIN threads ON threads.id = thread_id "
                              f"WHERE messages.account_id = '{trial.account}')", 60) - began
            every = trial.wait_until_live(120) - began
            stored = rows.ask(f"SELECT count(*) FROM message_placements WHERE account_id = '{trial.account}'")
            rows.close()
        if int(stored) != len(lines):
            raise RuntimeError(f"{stored} messages are stored, of {len(lines)}")
        say(f"first sync of {threads} threads, {len(lines)} messages: first {first:.2f} s, all {every:.2f} s"
            + (" (warm-up)" if run == 0 else ""))
        if run:
            firsts.append(first)
            alls.append(every)
    return [Figure("first_sync.threads", threads, "threads"),
            Figure("first_sync.first_thread.seconds", statistics.median(firsts), "s", "at most", 1),
            Figure("first_sync.all_threads.seconds", statistics.median(alls), "s", "at most", 5)]
