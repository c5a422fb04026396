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
    """An installation with MANY connected accounts, none of which runs at first.

    What a person does once an account, SQL does here for all of them, but for the sign-up, which seals a password.
    """

    def __init__(self, data: Path, dovecot: dict, say):
        self._dovecot = dovecot
        self.trial = Trial(data, dovecot, None)
        self.port = dovecot["plain_port"]
        began = time.monotonic()
        owners = self.trial.query(f"""
            INSERT INTO users (organization_id, id, email, name, role)
                SELECT '{self.trial.organization}', gen_random_uuid(), 'fleet' || n || '@example.org', 'Fleet', 'admin'
                  FROM generate_series(1, {MANY}) n RETURNING id""").split()
        address = f"{dovecot['host']}:{self.port}"
        with ThreadPoolExecutor(4) as pool:
            self.accounts = list(pool.map(
                lambda one: self.trial.connect(f"fleet{one[0]}", address, dovecot["password"], (), owner=one[1]),
                enumerate(owners)))
        self.trial.query("""
            UPDATE accounts SET folder_mode = 'all', interval_seconds = 3600;
            UPDATE folders SET chosen = selectable AND (role IS NULL OR role NOT IN ('trash', 'junk', 'drafts'))""")
        say(f"connected {MANY} accounts in {time.monotonic() - began:.0f} s")
        self.rows = Rows(self.trial.database_url)

    def run(self, first: int, last: int) -> None:
        """Starts the accounts from one place to another; waits until all up to there are live."""
        ids = ",".join(f"'{account}'" for account in self.accounts[first:last])
        # Together: a visit between the two would find nothing to do, and the next come an hour later.
        self.trial.query(f"""
            BEGIN;
            UPDATE accounts SET state = CASE WHEN first_sync_completed_at IS NULL THEN 'initial_sync' ELSE 'live' END,
                   started_at = coalesce(started_at, date_trunc('second', now())) WHERE id IN ({ids});
            UPDATE folders SET started_at = coalesce(started_at, date_trunc('second', now()))
             WHERE account_id IN ({ids}) AND selectable AND (chosen OR role = 'sent');
            COMMIT""")
        self.rows.when(f"SELECT count(*) = {last} FROM accounts WHERE state = 'live'", 300)

    def speak(self, security: str) -> None:
        """Pauses all accounts, and lets them use TLS, or not, from now on."""
        self.port = self._dovecot["tls_port" if security == "tls" else "plain_port"]
        self.trial.query(f"UPDATE accounts SET state = 'paused', imap_port = {self.port}, imap_security = '{security}'")

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


def measure(data: Path, dovecot: dict, say, wanted: list[str], visitor: str) -> list[Figure]:
    """Of `idle`, `idle-tls` and `visits` what is wanted, with one fleet."""
    fleet, figures = Fleet(data, dovecot, say), []
    try:
        for role in ("scheduler", "worker"):
            fleet.trial.start(role)
        for wire, security, name in (("tls", "tls", "idle-tls"), ("plain", "none", "idle")):
            if name in wanted or name == "idle" and "visits" in wanted and visitor == "listener":
                fleet.speak(security)
                listener = fleet.trial.start("listener")
                figures += _waiting(fleet, wire, listener.pid, say)
                if security == "tls" or visitor == "worker":
                    listener.terminate()
                    listener.wait(60)
        if "visits" in wanted:
            fleet.run(0, MANY)
            figures += _visits(fleet, visitor, say)
    finally:
        fleet.close()
    return figures


def _waiting(fleet: Fleet, wire: str, pid: int, say) -> list[Figure]:
    """The slope of the listener's resident memory between FEW and MANY connections."""
    fleet.run(0, FEW)
    few = fleet.wait_for_connections(pid, FEW)
    resident = resident_bytes(pid)
    fleet.run(FEW, MANY)
    many = fleet.wait_for_connections(pid, MANY)
    grown = resident_bytes(pid)
    slope = (grown - resident) / (many - few)
    before = cpu_seconds(pid)
    time.sleep(VISITING)
    busy = (cpu_seconds(pid) - before) / VISITING
    say(f"{wire}: {few} connections {resident / MIB:.0f} MiB, {many} connections {grown / MIB:.0f} MiB")
    return [Figure(f"idle.{wire}.connections", many, "connections", "at least", MANY),
            Figure(f"idle.{wire}.resident_each", slope / KIB, "KiB", "at most", 60 if wire == "plain" else 120),
            Figure(f"idle.{wire}.resident_for_10000", (grown + slope * (10_000 - many)) / MIB, "MiB"),
            Figure(f"idle.{wire}.cpu", busy * 100, "% of a core")]


def _visits(fleet: Fleet, visitor: str, say) -> list[Figure]:
    """Visits that find nothing, all accounts due each second, by one process of the role `visitor`."""
    process = [each for each in fleet.trial.running if each.args[1] == visitor and each.poll() is None][-1]
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
