#!/usr/bin/env python3
"""Continuous sync: new mail from EXISTS to the row, visits that find nothing, connections that wait, 500 threads, flags.

    scripts/bench sync [--json] [--only new-mail,flags,first-sync,idle,idle-tls,visits] [--visits-by listener|worker]

All against a private Dovecot on this machine. New mail is measured beside a bare IDLE client, since Dovecot itself waits
up to half a second before it says EXISTS. --json prints one object a figure, with its bar where it has one. Ends with 1
when a bar does not hold.
"""

import argparse
import sys
from pathlib import Path

# The bench of the queue beside this file has the name of a module of Python's own.
sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent]

from sync_bench import first_threads, flag_changes, idle_fleet, new_mail
from trial import ROOT, TrialError, servers

DATA = ROOT / ".postrider" / "bench-sync"
PARTS = ("new-mail", "flags", "first-sync", "idle", "idle-tls", "visits")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def measure(wanted: list[str], visitor: str) -> list:
    figures = []
    with servers(DATA) as dovecot:
        for name, part in (("new-mail", new_mail), ("flags", flag_changes), ("first-sync", first_threads)):
            if name in wanted:
                figures += part.measure(DATA, dovecot, say)
        if set(wanted) & {"idle", "idle-tls", "visits"}:
            figures += idle_fleet.measure(DATA, dovecot, say, wanted, visitor)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default=",".join(PARTS), help="some of them, parted by commas")
    parser.add_argument("--visits-by", choices=("listener", "worker"), default="listener")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    try:
        figures = measure(wanted, options.visits_by)
    except (TrialError, RuntimeError) as error:
        say(f"sync: {error}")
        return 1
    for figure in figures:
        print(figure.json() if options.json else figure.line())
    return 1 if any(figure.holds is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
