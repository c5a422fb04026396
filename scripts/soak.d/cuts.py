#!/usr/bin/env python3
"""Cuts a first sync's whole exchange of 64 KiB at every byte, an account a byte; nothing is lost, and nothing twice.

    scripts/soak cuts [--stride N] [--first BYTE] [--accounts N]

All accounts have the same mailbox, each behind a proxy of its own that cuts the account's first connection after so many
bytes from the server; the next one goes through. Then each account must hold what an undisturbed one holds, by SHA-256 of
the bytes that lie in the database, UIDs and flags. --stride 64 cuts at every 64th byte only. Ends with 1 at the first
account that differs; --first and the same number of accounts replay it.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mail_servers.fault_proxy import Fault, FaultProxy
from random_sync.client import MailClient
from trial import Trial, TrialError, servers

USER = "cuts"
EXCHANGE = 64 << 10
PATIENCE = 120

# What an account holds, as one hash an account.
HELD = """
SELECT a.id, md5(string_agg(concat_ws(' ', f.path, p.uid, p.flags, encode(sha256(b.content), 'hex'), m.in_scope), E'\\n'
                            ORDER BY f.path, p.uid)),
       (SELECT count(*) FROM messages m WHERE m.account_id = a.id), (SELECT count(*) FROM threads t WHERE t.account_id = a.id)
  FROM accounts a JOIN message_placements p ON p.account_id = a.id
  JOIN folders f ON f.account_id = a.id AND f.id = p.folder_id AND f.uidvalidity = p.uidvalidity
  JOIN messages m ON m.account_id = a.id AND m.id = p.message_id JOIN blobs b ON b.account_id = a.id AND b.sha256 = m.sha256
 GROUP BY a.id
"""


def fill(dovecot: dict) -> int:
    """Twelve messages that with all that is said around them make the exchange; how many."""
    client, chance = MailClient(f"{dovecot['host']}:{dovecot['plain_port']}", USER, dovecot["password"]), random.Random(1)
    for number in range(12):
        text = "\r\n".join(chance.randbytes(30).hex() for _ in range(EXCHANGE // 12 // 62 - 4))
        client.append("INBOX", (f"From: bea@example.com\r\nSubject: Number {number}\r\nMessage-ID: <n{number}@cuts.example>"
                                f"\r\n\r\n{text}\r\n").encode(), 60, "\\Seen" if number % 3 else "")
    client.close()
    return 12


class Accounts:
    """The accounts of a run, each with its proxy."""

    def __init__(self, trial: Trial, dovecot: dict, count: int):
        self._trial = trial
        address = f"{dovecot['host']}:{dovecot['plain_port']}"
        self.proxies = [FaultProxy(address).start() for _ in range(count)]

        def connect(number: int) -> str:
            owner = trial.query("INSERT INTO users (organization_id, id, email, name, role) VALUES "
                                f"('{trial.organization}', gen_random_uuid(), 'cuts{number}@example.org', 'Cuts', 'admin') "
                                "RETURNING id").strip()
            return trial.connect(USER, self.proxies[number].address, dovecot["password"], owner=owner)
        with ThreadPoolExecutor(4) as pool:
            self.ids = list(pool.map(connect, range(count)))

    def sync(self, cuts: list[int | None]) -> dict[str, str]:
        """First syncs of the first accounts, as many as there are cuts; what each then holds."""
        trial, wanted = self._trial, self.ids[:len(cuts)]
        for proxy, cut in zip(self.proxies, cuts):
            proxy.faults.clear()
            if cut is not None:
                proxy.faults.append(Fault(cut_after=cut))
        ids = ",".join(f"'{account}'" for account in wanted)
        # As `account start` does for each.
        trial.query(f"""
            UPDATE accounts SET state = 'initial_sync', started_at = date_trunc('second', now()) WHERE id IN ({ids});
            UPDATE folders SET started_at = date_trunc('second', now())
             WHERE account_id IN ({ids}) AND selectable AND (chosen OR role = 'sent')""")
        for role in ("scheduler", "worker"):
            trial.start(role)
        deadline = time.monotonic() + PATIENCE
        while int(left := trial.query(f"SELECT count(*) FROM accounts WHERE id IN ({ids}) AND state <> 'live'")):
            if time.monotonic() > deadline:
                raise TrialError(f"{left.strip()} accounts are not live after {PATIENCE} s; see {trial.log}")
            # Whatever a lost connection makes it wait for.
            trial.query(f"UPDATE account_dispatch SET next_due_at = now() WHERE account_id IN ({ids}) AND runnable "
                        "AND dispatched_until IS NULL AND next_due_at > now() + interval '1 s'")
            time.sleep(0.2)
        return dict(line.split("|", 1) for line in trial.query(HELD).split())

    def close(self) -> None:
        for proxy in self.proxies:
            proxy.close()


def run(data: Path, options) -> int:
    with servers(data) as dovecot:
        messages = fill(dovecot)
        with Trial(data, dovecot, None, POSTRIDER_LEASE_SECONDS="2", POSTRIDER_LOG_LEVEL="critical",
                   POSTRIDER_WORKER_CONCURRENCY="8") as trial:
            accounts = Accounts(trial, dovecot, options.accounts)
            try:
                trial.keep()
                [expected] = accounts.sync([None]).values()
                whole = max(accounts.proxies[0].received)
                if expected.split("|")[1] != str(messages):
                    raise TrialError(f"the undisturbed sync holds {expected}")
                places = range(options.first, whole + 1, options.stride)
                print(f"the exchange has {whole} bytes; {len(places)} cuts", flush=True)
                for first in range(0, len(places), len(accounts.ids)):
                    cuts = list(places[first:first + len(accounts.ids)])
                    trial.restore()
                    began, held = time.monotonic(), accounts.sync(cuts)
                    other = [(cut, held.get(account)) for cut, account in zip(cuts, accounts.ids)
                             if held.get(account) != expected]
                    print(f"cut after {cuts[0]} to {cuts[-1]} bytes: {len(cuts)} accounts in {time.monotonic() - began:.1f} s, "
                          f"{'the same rows' if not other else 'OTHER ROWS'}", flush=True)
                    if other:
                        print("\n".join(f"cut after {cut}: {held}, not {expected}" for cut, held in other[:10]), file=sys.stderr)
                        return 1
                print(f"{len(places)} cuts, the same rows each time")
            finally:
                accounts.close()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--accounts", type=int, default=512)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postrider-cuts.") as scratch:
        os.chmod(scratch, 0o711)
        try:
            return run(Path(scratch) / "data", options)
        except TrialError as error:
            print(f"cuts: {error}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
