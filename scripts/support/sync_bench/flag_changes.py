"""A thousand flag changes by another client, until all are in PostgreSQL, and the FETCH commands that it took."""

import time
from pathlib import Path

from figure import Figure
from random_sync.client import MailClient
from trial import Trial

from .watching import Rows, WatchedProxy

CHANGES = 1_000


def measure(data: Path, dovecot: dict, say) -> list[Figure]:
    """Seconds from the end of the other client's STORE. Dovecot itself waits up to half a second before it tells."""
    user = f"flags{time.time_ns():x}"
    server = f"{dovecot['host']}:{dovecot['plain_port']}"
    client = MailClient(server, user, dovecot["password"])
    for number in range(CHANGES):
        client.append("INBOX", f"Subject: {number}\r\nMessage-ID: <f{number}@bench.example>\r\n\r\nHello\r\n".encode(), 0, "")
    with WatchedProxy(server) as proxy, Trial(data, dovecot, None) as trial:
        trial.account = trial.connect(user, proxy.address, dovecot["password"])
        for role in ("scheduler", "worker", "listener"):
            trial.start(role)
        trial.call("account", "start", trial.account)
        trial.wait_until_live(60)
        rows = Rows(trial.database_url)
        rows.when(f"SELECT home IS NOT NULL FROM account_dispatch WHERE account_id = '{trial.account}'", 30)
        # One change by itself says when the listener listens.
        client.select("INBOX")
        client.store([1], "+FLAGS.SILENT (\\Answered)")
        rows.when(_are_flagged(trial.account, "\\Answered", 1), 30)
        before = len(proxy.commands)
        client.store(list(range(1, CHANGES + 1)), "+FLAGS.SILENT (\\Flagged)")
        began = time.monotonic()
        seconds = rows.when(_are_flagged(trial.account, "\\Flagged", CHANGES), 60) - began
        fetches = [line for line in proxy.commands[before:] if " FETCH " in line.upper()]
        rows.close()
    client.close()
    say(f"flag changes: {CHANGES} in {seconds:.2f} s, by {fetches}")
    return [Figure("flag_changes.1000.seconds", seconds, "s", "at most", 2),
            Figure("flag_changes.1000.fetches", len(fetches), "commands", "at most", 1)]


def _are_flagged(account: str, flag: str, count: int) -> str:
    return (f"SELECT count(*) >= {count} FROM message_placements WHERE account_id = '{account}' "
            f"AND '{flag}' = ANY (flags)")
