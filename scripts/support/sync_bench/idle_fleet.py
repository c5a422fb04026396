"""Thousands of accounts at one process: what a connection costs that waits, and how fast visits are that find nothing."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from figure import Figure
from trial import Trial, TrialError

from .watching import Rows, connections, cpu_seconds, resident_bytes

FEW, MANY = 500, 2_000
INTERVAL = 1
"""Seconds between visits where their speed is measured."""
VISITING = 10
"""Seconds of measuring."""
KIB, MIB = 1 << 10, 1 << 20


class Fleet:
    """An installation with MANY connected accounts, of which the first FEW run at first."""

    def __init__(self, data: Path, dovecot: dict, security: str, say):
        self._say, self._security = say, security
        self.trial = Trial(data, dovecot, None)
        self.port = dovecot["tls_port" if security == "tls" else "plain_port"]
        address = f"{dovecot['host']}:{self.port}"
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            self.accounts = list(pool.map(
                lambda number: self.trial.connect(f"fleet{number}", address, dovecot["password"], security=security),
                range(MANY)))
        say(f"connected {MANY} accounts in {time.monotonic() - began:.0f} s")
        self.rows = Rows(self.trial.database_url)

    def run(self, first: int, last: int) -> None:
        """Starts the accounts from one place to another, as `account start` does each."""
        ids = ",".join(f"'{account}'" for account in self.accounts[first:last])
        for statement in (
                f"UPDATE accounts SET state = 'initial_sync', started_at = date_trunc('second', now()), "
                f"interval_seconds = 3600 WHERE id IN ({ids})",
                f"UPDATE folders SET started_at = date_trunc('second', now()) WHERE account_id IN ({ids}) AND selectable "
                "AND (chosen OR role = 'sent')",
                f"UPDATE account_dispatch SET next_due_at = now() WHERE account_id IN ({ids})"):
            self.trial.query(statement)
        self.rows.when(f"SELECT count(*) = {last} FROM accounts WHERE state = 'live'", 300)

    def wait_for_connections(self, pid: int, accounts: int) -> int:
        """Waits until each account has one, at least, and no more are made; how many those are."""
        deadline, before, since = time.monotonic() + 180, 0, time.monotonic()
        while True:
            held = connections(pid, self.port)
            if held != before:
                before, since = held, time.monotonic()
            elif held >= accounts and time.monotonic() - since > 8:
                return held
            if time.monotonic() > deadline:
                raise TrialError(f"{held} connections for {accounts} accounts after 3 minutes; see {self.trial.log}")
            time.sleep(0.5)

    def close(self) -> None:
        self.rows.close()
        self.trial.close()


def measure_waiting(fleet: Fleet, wire: str, say) -> list[Figure]:
    """The slope of the listener's resident memory between FEW and MANY connections."""
    for role in ("scheduler", "worker"):
        fleet.trial.start(role)
    fleet.run(0, FEW)
    listener = fleet.trial.start("listener")
    few = fleet.wait_for_connections(listener.pid, FEW)
    resident = resident_bytes(listener.pid)
    fleet.run(FEW, MANY)
    many = fleet.wait_for_connections(listener.pid, MANY)
    grown = resident_bytes(listener.pid)
    slope = (grown - resident) / (many - few)
    before = cpu_seconds(listener.pid)
    time.sleep(VISITING)
    busy = (cpu_seconds(listener.pid) - before) / VISITING
    say(f"{wire}: {few} connections {resident / MIB:.0f} MiB, {many} connections {grown / MIB:.0f} MiB")
    return [Figure(f"idle.{wire}.connections", many, "connections", "at least", MANY),
            Figure(f"idle.{wire}.resident_each", slope / KIB, "KiB", "at most", 60 if wire == "plain" else 120),
            Figure(f"idle.{wire}.resident_for_10000", (grown + slope * (10_000 - many)) / MIB, "MiB"),
            Figure(f"idle.{wire}.cpu", busy * 100, "% of a core")]


def measure_visits(fleet: Fleet, visitor: str, say) -> list[Figure]:
    """Visits that find nothing, all accounts due each second, by one process of the role `visitor`."""
    process = next(each for each in fleet.trial.running if each.args[1] == visitor)
    fleet.trial.query(f"UPDATE accounts SET interval_seconds = {INTERVAL}; "
                      "UPDATE account_dispatch SET next_due_at = now() WHERE dispatched_until IS NULL")
    count = "SELECT sum(read_token) FROM account_dispatch"
    time.sleep(5)
    visits, cpu, began = int(fleet.rows.ask(count)), cpu_seconds(process.pid), time.monotonic()
    time.sleep(VISITING)
    visits, cpu = int(fleet.rows.ask(count)) - visits, cpu_seconds(process.pid) - cpu
    seconds = time.monotonic() - began
    say(f"{visits} visits in {seconds:.1f} s, {cpu:.1f} s of CPU in the {visitor}")
    return [Figure(f"no_change_visits.{visitor}.accounts_per_second", visits / seconds, "accounts/s", "at least", 1_000),
            Figure(f"no_change_visits.{visitor}.cpu_each", cpu / max(visits, 1) * 1_000, "ms", "at most", 1)]
