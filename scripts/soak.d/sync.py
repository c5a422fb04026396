#!/usr/bin/env python3
"""Syncs mailboxes that another client changes at random while processes and connections are killed; then all is equal.

    scripts/soak sync [--seeds N] [--server KIND|all] [--seed S] [--deeds N] [--together N] [--data DIR]

Each seed is a mailbox of its own: another client appends, flags, moves, copies and expunges mail, makes, renames and
removes folders and numbers them anew, while Postrider syncs through a proxy that cuts, resets, delays and slices, and
while its scheduler, workers and listener are killed. At quiet, mailbox and database are equal by digest, and all that
product.md demands of placements, skipped UIDs, standings, threads and actions holds, by a reader that shares no code with
Postrider; and stays so through one more visit. Some seeds share an installation (--together). With several kinds of
server each seed has the next one. `--seeds 1 --seed S --server KIND` replays a seed. Ends with 1 when one differs.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mail_servers.fault_proxy import Fault, FaultProxy
from random_sync import comparison, reader, stored
from random_sync.deeds import Deeds
from random_sync.grounds import KINDS, Grounds
from trial import Trial, TrialError, servers

INTERVAL = 1
"""Seconds between an account's visits."""
PATIENCE = 60
"""Seconds in which all must be equal after the last deed and the last kill."""


def say(text: str) -> None:
    # In one piece, since many say something at once.
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Seed:
    """One random mailbox and its account."""

    def __init__(self, seed: int, kind: str, trial: Trial, grounds: Grounds, deeds: int):
        self.name = f"seed {seed}, {kind}"
        self.failure = ""
        self._kind, self._trial, self._grounds = kind, trial, grounds
        self._chance = random.Random(f"sync {seed} {kind}")
        # The faults have a die of their own, so that they change no deed.
        self._fault_chance = random.Random(f"faults {seed} {kind}")
        self._count = deeds
        self._user = f"s{seed}x{os.getpid()}{kind.replace('-', '')}"
        self._faults = self._connections = 0
        self._proxy: FaultProxy | None = None
        self._chose_all = True

    def prepare(self) -> None:
        """A furnished mailbox, connected."""
        self._deeds = Deeds(self._grounds, self._kind, self._user, self._chance)
        self._deeds.furnish()
        self._proxy = self._grounds.proxy(self._kind)
        choice: tuple[str, ...] = ("--all",)
        if self._chance.random() < 0.3:
            self._chose_all, choice = False, ("--folders", "INBOX,Work/Alpha")
        self._account = self._trial.connect(self._user, self._proxy.address, self._grounds.password(self._kind), choice)
        self._ask(f"UPDATE accounts SET interval_seconds = {INTERVAL} WHERE id = :'account'")
        self._trial.call("account", "start", self._account)

    def act(self) -> None:
        """All deeds, at their own pace."""
        for _ in range(self._count):
            self._deeds.act()
            self._break_something()
            time.sleep(self._chance.choice((0, 0, 0.1, 0.4, 1)))
        self._deeds.close()

    def _break_something(self) -> None:
        chance, proxy = self._fault_chance, self._proxy
        if chance.random() < 0.08:
            self._faults += proxy.cut_all(reset=chance.random() < 0.5)
        if chance.random() < 0.1:
            self._faults += 1
            proxy.faults.append(chance.choice((
                Fault(cut_after=chance.randint(0, 12_000), reset=chance.random() < 0.5), Fault(delay=0.03),
                Fault(cut_after=chance.randint(0, 3_000), slice=True))))

    def settle(self) -> None:
        """Waits until all is equal, and sees that it stays so through one more visit."""
        self._connections = self._proxy.accepted
        self._visits = self._ask("SELECT read_token FROM account_dispatch WHERE account_id = :'account'")
        self._faults -= len(self._proxy.faults)
        self._proxy.faults.clear()
        self._proxy.cut_all()
        server = reader.read(self._grounds.address(self._kind), self._user, self._grounds.password(self._kind))
        began, found = time.monotonic(), ["nothing was compared"]
        while found:
            if time.monotonic() - began > PATIENCE:
                raise AssertionError(self._report(found))
            self._visit()
            database = stored.read(self._trial.database_url, self._account)
            found = self._differences(server, database)
        seconds, before = time.monotonic() - began, database
        self._visit()
        database = stored.read(self._trial.database_url, self._account)
        if found := self._differences(server, database):
            raise AssertionError("after one more visit: " + self._report(found))
        if changed := [message["id"] for message in database.messages if message not in before.messages]:
            raise AssertionError(f"one more visit with nothing to do changed the messages {changed}")
        say(f"{self.name}: {len(self._deeds.done)} deeds, {self._visits} visits over {self._connections} connections with {self._faults} faults, {len(database.messages)} messages, "
            f"{sum(map(len, database.skipped.values()))} skipped, {len(database.folders)} folders, "
            f"{len(database.actions)} actions, digest {comparison.stored_digest(database)}, equal after {seconds:.1f} s")

    def _differences(self, server: dict, database: stored.Stored) -> list[str]:
        found = comparison.differences(server, database, self._chose_all) + comparison.unpulled(server, database)
        watched = {name for name, folder in database.folders.items() if folder["watched"]}
        if not found and comparison.digest(server, watched, database.skipped) != comparison.stored_digest(database):
            found.append("the digests differ")
        return found

    def _ask(self, sql: str) -> str:
        return stored.query(self._trial.database_url, sql, self._account)

    def _visit(self) -> None:
        """Makes the account due and waits until a visit that began after this call has ended, or for a while."""
        before = self._ask("SELECT read_token FROM account_dispatch WHERE account_id = :'account'")
        self._ask("UPDATE account_dispatch SET next_due_at = now() WHERE account_id = :'account' AND runnable")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            time.sleep(0.1)
            if self._ask(f"SELECT read_token > {before} + 1 OR read_token > {before} AND dispatched_until IS NULL "
                         "AND next_due_at > now() FROM account_dispatch WHERE account_id = :'account'") == "t":
                return

    def _report(self, found: list[str]) -> str:
        return (f"{self.name} ({self._account}): {len(found)} differences after {PATIENCE} s:\n    "
                + "\n    ".join(found[:25]) + "\n  the last deeds:\n    " + "\n    ".join(self._deeds.done[-40:]))

    def close(self) -> None:
        if self._proxy:
            self._proxy.close()


def hurry(database_url: str, until: threading.Event) -> None:
    """Makes due what a lost connection made to wait, as `account sync` does, so that visits meet deeds and faults."""
    while not until.wait(0.4):
        stored.query(database_url, "UPDATE account_dispatch SET next_due_at = now() WHERE runnable AND dispatched_until IS NULL "
                                   f"AND next_due_at > now() + interval '{INTERVAL} s'")


class Roles:
    """Postrider's processes; `harass` kills one now and then and starts another in its place."""

    def __init__(self, trial: Trial, names: list[str], seed: int):
        self._trial, self._chance = trial, random.Random(f"kills {seed}")
        self._running = {name: trial.start(name) for name in names}
        self.kills = 0

    def harass(self, until: threading.Event) -> None:
        while not until.wait(self._chance.uniform(0.7, 3)):
            name = self._chance.choice(["scheduler"] + [each for each in self._running if each != "scheduler"] * 3)
            self._running[name].kill()
            self._running[name].wait()
            self._running[name] = self._trial.start(name)
            self.kills += 1

    def check(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                raise TrialError(f"the {name} ended by itself with {process.returncode}")


def together(data: Path, dovecot: dict, grounds: Grounds, wanted: list[tuple[int, str]], options) -> list[str]:
    """Runs some seeds in one installation, all at once; what failed."""
    # A dead worker's lease is waited for: a short one makes the run short.
    with Trial(data, dovecot, None, POSTRIDER_LEASE_SECONDS="2", POSTRIDER_WORKER_CONCURRENCY="8",
               POSTRIDER_LOG_LEVEL=options.log_level) as trial:
        seeds = [Seed(number, kind, trial, grounds, options.deeds) for number, kind in wanted]

        def each(method: str) -> None:
            def attempt(seed: Seed) -> None:
                try:
                    if not seed.failure:
                        getattr(seed, method)()
                except AssertionError as difference:
                    seed.failure = str(difference)
                except Exception as error:  # pylint: disable=broad-exception-caught
                    seed.failure = f"{seed.name}: {error!r} in {method}:\n{traceback.format_exc()}"
            with ThreadPoolExecutor(len(seeds)) as pool:
                list(pool.map(attempt, seeds))

        try:
            each("prepare")
            roles, over = Roles(trial, options.roles.split(","), wanted[0][0]), threading.Event()
            meanwhile = [threading.Thread(target=hurry, args=(trial.database_url, over), daemon=True)]
            if not options.no_kills:
                meanwhile.append(threading.Thread(target=roles.harass, args=(over,), daemon=True))
            for thread in meanwhile:
                thread.start()
            each("act")
            over.set()
            for thread in meanwhile:
                thread.join()
            roles.check()
            each("settle")
            roles.check()
            failures = [seed.failure for seed in seeds if seed.failure]
            say(f"{len(seeds)} seeds from {wanted[0][0]} on, {roles.kills} kills: {len(failures)} failed")
        finally:
            for seed in seeds:
                seed.close()
    if failures:
        # Without a folder to keep, the data's goes with this run.
        kept = (options.data or Path(tempfile.gettempdir())) / f"postrider-seed-{wanted[0][0]}.log"
        shutil.copy(trial.log, kept)
        failures.append(f"what the roles wrote: {kept}")
    trial.log.unlink()
    return failures


def run(data: Path, options) -> int:
    kinds = KINDS if options.server == "all" else tuple(options.server.split(","))
    wanted = [(options.seed + number, kinds[number % len(kinds)]) for number in range(options.seeds)]
    began, failures = time.monotonic(), []
    with servers(data) as dovecot, Grounds(dovecot, data / "pymap.log") as grounds:
        for first in range(0, len(wanted), options.together):
            failures += together(data, dovecot, grounds, wanted[first:first + options.together], options)
            if failures and not options.go_on:
                break
    for failure in failures:
        print(failure, file=sys.stderr)
    if not failures:
        say(f"{len(wanted)} seeds in {time.monotonic() - began:.0f} s, mailbox and database equal each time")
    return 1 if failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="the first of them")
    parser.add_argument("--server", default="all", help=f"all, or some of {', '.join(KINDS)}, parted by commas")
    parser.add_argument("--deeds", type=int, default=30, help="of each seed's other client")
    parser.add_argument("--together", type=int, default=20, help="seeds in one installation at once")
    parser.add_argument("--roles", default="scheduler,worker,listener")
    parser.add_argument("--no-kills", action="store_true")
    parser.add_argument("--go-on", action="store_true", help="after a failure")
    parser.add_argument("--log-level", default="notice")
    parser.add_argument("--data", type=Path, help="a folder to keep")
    options = parser.parse_args()
    if unknown := set(options.server.split(",")) - {"all", *KINDS}:
        parser.error(f"unknown servers: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="postrider-sync.") as scratch:
        os.chmod(scratch, 0o711)
        try:
            return run(options.data or Path(scratch) / "data", options)
        except TrialError as error:
            print(f"sync: {error}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
