#!/usr/bin/env python3
"""Runs the end-to-end tests, a process a file and a few of them side by side, and ends with 1 when a test fails.

    Tests/EndToEnd/run.py [FILE…]        all files of this folder when none is named

One set of servers serves all: those that POSTRIDER_TEST_… names, or a set of this run's own. What a file prints is
shown when it ends. Each installation has a database, a shard of the queue and mailboxes of its own.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from installation import POSTRIDER, dovecot

HERE = Path(__file__).resolve().parent
# These wait for deadlines, or take long, and so begin first.
LONGEST = ("test_before_after.py", "test_silent_servers.py", "test_poison.py", "test_following.py", "test_push.py",
           "test_tracked_actions.py")
AT_ONCE = 3
# It fills a disk of the PostgreSQL that all share: no checkpoint succeeds meanwhile, and so no database can be dropped.
ALONE = "test_full_disk.py"


def run(file: Path) -> tuple[Path, int, float, str]:
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "unittest", "-v", file.stem], cwd=HERE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return file, done.returncode, time.monotonic() - began, done.stdout


def main() -> int:
    if not os.access(POSTRIDER, os.X_OK):
        print(f"{POSTRIDER} is not built", file=sys.stderr)
        return 1
    dovecot()
    files = [Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("test_*.py"))
    files.sort(key=lambda file: LONGEST.index(file.name) if file.name in LONGEST else len(LONGEST))
    failed = []
    for together in ([file for file in files if file.name != ALONE], [file for file in files if file.name == ALONE]):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for file, status, seconds, printed in pool.map(run, together):
                print(f"-- {file.name}, {seconds:.1f} s\n{printed}", flush=True)
                if status != 0:
                    failed.append(file.name)
    print(f"failed: {', '.join(failed)}" if failed else f"{len(files)} files passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
