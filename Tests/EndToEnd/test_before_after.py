"""A table of what is before and what is after; each case is also interrupted at each of its checkpoints, and resumed.

Whatever came between, the end is the same to the letter, and one more visit finds nothing to do.
"""

import signal
import unittest
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from before_after import (OLD, Case, Letter, Stage, State, chosen, comes, copied, expunged, flagged, made, moved,
                          numbered_anew, removed, renamed)
from installation import Installation, dovecot, wait_until
from interruptions import Interruptions, Visits
from live_account import grounds

ALL = ("--all",)
MISSING = "reply by the correspondent, done: missing"
TABLE = {
    "new mail": Case(
        before=State({"INBOX": ("1a", "1a", "<2")}),
        change=(comes("b", flags="F"), comes("c", "Projects")),
        after=State({"INBOX": ("1a 2b:F", "1a 2b:F", "<3"), "Projects": ("1c", "1c", "<2")})),
    "flags set and taken": Case(
        before=State({"INBOX": ("1a:S 2b 3c:F", "1a:S 2b 3c:F", "<4")}),
        change=(flagged("a", "-S"), flagged("b", "+AS"), flagged("c", "+D")),
        after=State({"INBOX": ("1a 2b:AS 3c:DF", "1a 2b:AS 3c:DF", "<4")}, kept={"c": "trashed"})),
    "expunged": Case(
        before=State({"INBOX": ("1a 2b 3c", "1a 2b 3c", "<4")}),
        change=(expunged("b"),),
        after=State({"INBOX": ("1a 3c", "1a 3c", "<4")}, kept={"b": "deleted"})),
    "moved to another chosen folder": Case(
        before=State({"INBOX": ("1a:S 2b", "1a:S 2b", "<3"), "Projects": ("1c", "1c", "<2")}),
        change=(moved("a", "INBOX", "Projects"),),
        after=State({"INBOX": ("2b", "2b", "<3"), "Projects": ("1c 2a:S", "1c 2a:S", "<3")})),
    "copied": Case(
        before=State({"INBOX": ("1a:S 2b", "1a:S 2b", "<3")}),
        change=(copied("a", "INBOX", "Projects"),),
        after=State({"INBOX": ("1a:S 2b", "1a:S 2b", "<3"), "Projects": ("1a:S", "1a:S", "<2")})),
    "archived where nobody looks": Case(
        before=State({"INBOX": ("1a 2b", "1a 2b", "<3"), "Archive": ("1c", "", "")}),
        change=(moved("a", "INBOX", "Archive"),),
        after=State({"INBOX": ("2b", "2b", "<3"), "Archive": ("1c 2a", "2a", "~3")}, kept={"a": "out of scope"})),
    "brought back from the archive": Case(
        furnished={"INBOX": "1a 2b"},
        given=(moved("a", "INBOX", "Archive"),),
        before=State({"INBOX": ("2b", "2b", "<3"), "Archive": ("1a", "1a", "~2")}, kept={"a": "out of scope"}),
        change=(flagged("a", "+S", "Archive"), moved("a", "Archive", "INBOX")),
        after=State({"INBOX": ("2b 3a:S", "2b 3a:S", "<4")})),
    "trash emptied": Case(
        furnished={"INBOX": "1a 2b 3c"},
        given=(moved("a", "INBOX", "Trash"), moved("b", "INBOX", "Trash")),
        before=State({"INBOX": ("3c", "3c", "<4"), "Trash": ("1a 2b", "1a 2b", "~3")},
                     kept={"a": "trashed, out of scope", "b": "trashed, out of scope"}),
        change=(expunged("a", "Trash"), expunged("b", "Trash")),
        after=State({"INBOX": ("3c", "3c", "<4")}, kept={"a": "deleted", "b": "deleted"})),
    "a folder is made, and mail put into it": Case(
        choose=ALL,
        before=State({"INBOX": ("1a 2b", "1a 2b", "<3")}),
        change=(made("Later"), moved("a", "INBOX", "Later"), comes("c", "Later")),
        after=State({"INBOX": ("2b", "2b", "<3"), "Later": ("1a 2c", "1a 2c", "<3")})),
    "a folder is renamed, and mail comes to it": Case(
        before=State({"INBOX": ("1a", "1a", "<2"), "Projects": ("1b 2c:S", "1b 2c:S", "<3")}),
        change=(renamed("Projects", "Plans"), comes("d", "Plans")),
        after=State({"INBOX": ("1a", "1a", "<2"), "Plans": ("1b 2c:S 3d", "1b 2c:S 3d", "<4")})),
    "a folder is removed": Case(
        before=State({"INBOX": ("1a 2b", "1a 2b", "<3"), "Projects": ("1c", "1c", "<2")}),
        change=(copied("b", "INBOX", "Projects"), removed("Projects")),
        after=State({"INBOX": ("1a 2b", "1a 2b", "<3")}, kept={"c": "deleted"})),
    "a new UIDVALIDITY": Case(
        before=State({"INBOX": ("1a", "1a", "<2"), "Projects": ("1b 2c:S 3d", "1b 2c:S 3d", "<4")}),
        change=(expunged("b", "Projects"), numbered_anew("Projects"), comes("e", "Projects")),
        after=State({"INBOX": ("1a", "1a", "<2"), "Projects": ("2c:S 3d 4e", "2c:S 3d 4e", "<5")},
                    kept={"b": "deleted"})),
    "a folder of the same name and other UIDs": Case(
        before=State({"INBOX": ("1a", "1a", "<2"), "Projects": ("1b 2c 3d", "1b 2c 3d", "<4")}),
        change=(made("Other"), comes("e", "Other"), moved("c", "Projects", "Other"), moved("b", "Projects", "Other"),
                removed("Projects"), renamed("Other", "Projects"), flagged("b", "+F", "Projects")),
        after=State({"INBOX": ("1a", "1a", "<2"), "Projects": ("1e 2c 3b:F", "1e 2c 3b:F", "<4")},
                    kept={"d": "deleted"})),
    "a folder is no longer chosen": Case(
        before=State({"INBOX": ("1a", "1a", "<2"), "Projects": ("1b 2c", "1b 2c", "<3")}),
        change=(comes("d"), expunged("c", "Projects"), chosen("--folders", "INBOX")),
        after=State({"INBOX": ("1a 2d", "1a 2d", "<3"), "Projects": ("1b", "1b", "~3")},
                    kept={"b": "out of scope", "c": "deleted"})),
    "a folder is chosen later": Case(
        letters={"o": Letter(age=OLD), "p": Letter(age=OLD), "q": Letter(answers="p")},
        before=State({"INBOX": ("1a", "1a", "<2"), "Archive": ("1o 2b:S 3p 4q", "", "")}),
        change=(comes("c", "Archive"), chosen("--folders", "INBOX,Projects,Archive")),
        after=State({"INBOX": ("1a", "1a", "<2"), "Archive": ("1o 2b:S 3p 4q 5c", "2b:S 3p 4q 5c", "<6 1:too_old")},
                    threads=("p q",))),
    "old mail is put into a chosen folder": Case(
        letters={"o": Letter(age=OLD), "p": Letter(age=OLD, answers="a")},
        before=State({"INBOX": ("1a", "1a", "<2")}),
        change=(comes("o"), comes("p")),
        after=State({"INBOX": ("1a 2o 3p", "1a 3p", "<4 2:old_arrival")}, threads=("a p",))),
    "a reply within a thread": Case(
        letters={"b": Letter(answers="a"), "c": Letter(answers="b", own=True)},
        before=State({"INBOX": ("1a", "1a", "<2")}),
        change=(comes("b"), comes("c", "Sent", "S")),
        after=State({"INBOX": ("1a 2b", "1a 2b", "<3"), "Sent": ("1c:S", "1c:S", "<2")}, threads=("a b c",))),
    "two threads become one": Case(
        letters={"a": Letter(), "b": Letter(answers="a"), "c": Letter(answers="a")},
        before=State({"INBOX": ("1b 2c", "1b 2c", "<3")}, threads=("b c",), actions=(MISSING, MISSING)),
        change=(comes("a", "Projects"),),
        after=State({"INBOX": ("1b 2c", "1b 2c", "<3"), "Projects": ("1a", "1a", "<2")}, threads=("a b c",),
                    actions=(MISSING, MISSING))),
    "the owner answers old mail of the archive": Case(
        letters={"o": Letter(age=OLD), "p": Letter(age=OLD, answers="o"), "q": Letter(age=OLD),
                 "r": Letter(answers="p", own=True)},
        before=State({"INBOX": ("1a", "1a", "<2"), "Archive": ("1o 2p 3q", "", "")}),
        change=(comes("r", "Sent", "S"),),
        after=State({"INBOX": ("1a", "1a", "<2"), "Archive": ("1o 2p 3q", "1o 2p", "~4"),
                     "Sent": ("1r:S", "1r:S", "<2")},
                    threads=("o p r",), kept={"o": "out of scope", "p": "out of scope"},
                    actions=("reply by the user, done: found",))),
    "a correspondent answers old mail": Case(
        letters={"o": Letter(age=OLD), "p": Letter(age=OLD), "r": Letter(answers="o"), "s": Letter(answers="p")},
        before=State({"INBOX": ("1a 2o", "1a", "<3 2:too_old"), "Archive": ("1p", "", "")}),
        change=(comes("r"), comes("s")),
        after=State({"INBOX": ("1a 2o 3r 4s", "1a 2o 3r 4s", "<5"), "Archive": ("1p", "", "")}, threads=("o r",),
                    actions=("reply by the correspondent, done: found", MISSING))),
    "several at once": Case(
        letters={"f": Letter(answers="a", own=True)},
        before=State({"INBOX": ("1a 2b 3c:S 4d", "1a 2b 3c:S 4d", "<5"), "Projects": ("1e", "1e", "<2")}),
        change=(comes("f", "Sent", "S"), flagged("a", "+A"), expunged("b"), moved("c", "INBOX", "Archive"),
                moved("d", "INBOX", "Projects"), moved("e", "Projects", "Trash"), comes("g", "Projects")),
        after=State({"INBOX": ("1a:A", "1a:A", "<5"), "Projects": ("2d 3g", "2d 3g", "<4"),
                     "Sent": ("1f:S", "1f:S", "<2"), "Archive": ("1c:S", "1c:S", "~2"), "Trash": ("1e", "1e", "~2")},
                    threads=("a f",),
                    kept={"b": "deleted", "c": "out of scope", "e": "trashed, out of scope"})),
}
WITHOUT_EXTENSIONS = ("flags set and taken", "several at once")
"""Cases that an old server's means must do for as well."""
AT_ONCE = 3
"""Visits of one worker: each may hold one of its few connections to the database."""
ACCOUNTS_A_USER = 5
KILLED_EVERY = 2
"""Each second case is played with a kill: what a killed worker leaves is run in a process of its own, which takes time."""
TABLES = ("accounts", "account_progress", "actions", "ancestor_misses", "attachments", "blobs", "coverage", "events",
          "folder_skips", "folders", "message_absences", "message_participants", "message_placements",
          "message_references", "messages", "quarantine", "thread_aliases", "threads")
"""Where a visit that has nothing to do changes no row."""


@dataclass
class Run:
    """A case in a mailbox of its own, interrupted at the checkpoint `number`, or not at all."""

    name: str
    kind: str
    number: int = 0
    how: str = ""
    stage: Stage | None = None
    problem: str = ""

    @property
    def id(self) -> str:
        return self.stage.account.id

    @property
    def case(self) -> Case:
        return TABLE[self.name]

    def __str__(self) -> str:
        return f"{self.name}, {self.kind}" + (f", {self.how} checkpoint {self.number}" if self.number else "")


class BeforeAndAfterTests(unittest.TestCase):
    """All runs of a test are played side by side, step by step."""

    @classmethod
    def setUpClass(cls) -> None:
        dovecot()
        cls.grounds = grounds()
        cls.addClassCleanup(cls.grounds.close)
        cls.installation = Installation(POSTRIDER_WORKER_CONCURRENCY=str(AT_ONCE))
        cls.addClassCleanup(cls.installation.close)
        cls.interruptions = Interruptions(cls.installation)
        cls.pool = ThreadPoolExecutor(4)
        cls.addClassCleanup(cls.pool.shutdown)
        cls.installation.start("scheduler")
        cls.workers = [cls.installation.start("worker") for _ in range(2)]
        cls.undisturbed = [Run(name, "dovecot-qresync") for name in TABLE]
        cls.undisturbed += [Run(name, "dovecot-plain") for name in WITHOUT_EXTENSIONS]
        cls.play(cls.undisturbed)
        visits = cls.interruptions.visits()
        cls.checkpoints = {(run.name, run.kind): visits[run.id].checkpoints for run in cls.undisturbed}

    # Steps -----------------------------------------------------------------------------------------------------------

    @classmethod
    def play(cls, runs: list[Run], interrupt: Callable[[list[Run]], None] = lambda runs: None) -> None:
        """From before to after; `interrupt` is called once visits are asked for, and what it leaves is resumed."""
        owners = [cls.installation.user("platinum") for _ in range(0, len(runs), ACCOUNTS_A_USER)]
        try:
            list(cls.pool.map(lambda pair: cls.begin(pair[1], owners[pair[0] // ACCOUNTS_A_USER]), enumerate(runs)))
            cls.carry_out(runs, interrupt)
        finally:
            for run in runs:
                if run.stage:
                    run.stage.close()

    @classmethod
    def carry_out(cls, runs: list[Run], interrupt: Callable[[list[Run]], None]) -> None:
        cls.wait_for_visits(runs, {})
        # From now on they are visited only when they are asked for.
        cls.installation.query("UPDATE accounts SET interval_seconds = 86400")
        cls.ask(runs)
        cls.wait_for_visits(runs, {})
        cls.each(runs, lambda run: run.stage.do(run.case.given))
        # What others are like before was seen when they were undisturbed.
        looked_at = [run for run in runs if run.case.given or not run.number]
        cls.each(looked_at, lambda run: cls.settle(run, run.case.before))
        known = cls.messages()
        cls.interruptions.wish({run.id: (run.number, "end" if run.how == "ended before" else "hold") for run in runs})
        before = cls.interruptions.visits()
        cls.each(runs, lambda run: run.stage.do(run.case.change))
        cls.ask(runs)
        interrupt([run for run in runs if not run.problem])
        cls.wait_for_visits(runs, before)
        cls.each(runs, lambda run: cls.settle(run, run.case.after))
        cls.compare_messages(runs, known)
        cls.once_more([run for run in runs if not run.problem])

    @classmethod
    def each(cls, runs: list[Run], step: Callable[[Run], None]) -> None:
        """A step of all runs but those that have failed."""
        def careful(run: Run) -> None:
            try:
                step(run)
            except AssertionError as error:
                run.problem = str(error)
        list(cls.pool.map(careful, [run for run in runs if not run.problem]))

    @classmethod
    def begin(cls, run: Run, owner: str) -> None:
        run.stage = Stage(run.case, cls.installation, cls.grounds, run.kind)
        run.stage.start(owner)

    @classmethod
    def ask(cls, runs: list[Run]) -> None:
        """As `account sync` does, of all at once; but it doesn't wait for those that are being visited, and held."""
        accounts = ", ".join(f"'{run.id}'" for run in runs)
        cls.installation.query("UPDATE account_dispatch SET next_due_at = now(), dispatched_until = NULL "
                               "WHERE account_id IN (SELECT account_id FROM account_dispatch "
                               f"WHERE account_id IN ({accounts}) FOR NO KEY UPDATE SKIP LOCKED)")

    @classmethod
    def wait_for_visits(cls, runs: list[Run], before: dict[str, Visits]) -> None:
        """Waits until each account's visit is over, one that began after `before`."""
        def left() -> list[str]:
            visits = cls.interruptions.visits()
            return [str(run) for run in runs
                    if visits[run.id].are_due or run.id in before and visits[run.id].begun <= before[run.id].begun]
        wait_until(lambda: not left(), lambda: f"visits of {left()}\n{cls.installation.logged()[-2000:]}", 60)

    @classmethod
    def settle(cls, run: Run, expected: State) -> None:
        """Visits until all is as expected."""
        found: list[str] = []

        def settled() -> bool:
            state, found[:] = run.stage.state()
            if state != expected:
                found.extend((f"expected {expected}", f"found    {state}"))
            if found:
                cls.installation.sync_again(run.id)
            return not found
        wait_until(settled, lambda: "\n".join(["settled:", *found]), 10)

    @classmethod
    def messages(cls) -> dict[str, set[str]]:
        """The ids of each account's messages."""
        found = defaultdict(set)
        for row in cls.installation.query("SELECT account_id, id FROM messages").splitlines():
            account, message = row.split("|")
            found[account].add(message)
        return found

    @classmethod
    def compare_messages(cls, runs: list[Run], before: dict[str, set[str]]) -> None:
        """Messages are the same as before, and nobody was told of one twice."""
        now = cls.messages()
        told_twice = cls.installation.query(
            "SELECT DISTINCT account_id FROM (SELECT account_id FROM events WHERE kind IN ('message.created', "
            "'message.deleted') GROUP BY account_id, kind, subject_id HAVING count(*) > 1) AS twice").split()
        for run in runs:
            if before[run.id] - now[run.id] or run.id in told_twice:
                run.problem = run.problem or (f"messages that are no more: {before[run.id] - now[run.id]}"
                                              + "; told twice" * (run.id in told_twice))

    @classmethod
    def once_more(cls, runs: list[Run]) -> None:
        """One more visit writes nothing and fetches nothing."""
        cls.interruptions.forget()
        before, visits = cls.rows(), cls.interruptions.visits()
        bodies = {run.id: run.stage.proxy.bodies for run in runs}
        cls.ask(runs)
        cls.wait_for_visits(runs, visits)
        after = cls.rows()
        for run in runs:
            changed = [table for table in TABLES if before[run.id, table][0] != after[run.id, table][0]]
            written = [table for table in TABLES if before[run.id, table][1] != after[run.id, table][1]]
            fetched = run.stage.proxy.bodies - bodies[run.id]
            if changed or written or fetched or not bodies[run.id]:
                run.problem = (f"with nothing to do, {changed} changed and {written} were written, "
                               f"and {fetched} bodies were fetched, after {bodies[run.id]}")

    @classmethod
    def rows(cls) -> dict[tuple[str, str], tuple[str, str]]:
        """By account and table a digest of what the rows say, and one of who wrote them last."""
        found = defaultdict(lambda: ("", ""))
        selects = [f"SELECT account, '{table}', md5(string_agg(row::text, '' ORDER BY row::text)), "
                   "md5(string_agg(writer, ' ' ORDER BY writer)) FROM (SELECT xmin::text AS writer, "
                   f"{'id' if table == 'accounts' else 'account_id'} AS account, to_jsonb(t) - 'last_synced_at' AS row "
                   f"FROM {table} t) AS rows GROUP BY account" for table in TABLES]
        for row in cls.installation.query(" UNION ALL ".join(selects)).splitlines():
            account, table, content, writers = row.split("|")
            found[account, table] = (content, writers)
        return found

    def assert_sound(self, runs: list[Run]) -> None:
        for run in runs:
            with self.subTest(str(run)):
                self.assertEqual(run.problem, "")

    # Tests -----------------------------------------------------------------------------------------------------------

    def test_undisturbed(self) -> None:
        """Each case comes to its end."""
        self.assert_sound(self.undisturbed)
        self.assertEqual([case for case, number in self.checkpoints.items() if not number], [], "nothing to interrupt")

    def test_ended_before_each_checkpoint(self) -> None:
        """A transaction that is lost before its COMMIT, whichever of a case's it is, costs one more visit, no more."""
        # An interruption before a checkpoint is one after the checkpoint before it.
        runs = [Run(*case, number, "ended before") for case, checkpoints in self.checkpoints.items()
                for number in range(1, checkpoints + 1)]

        def interrupt(runs: list[Run]) -> None:
            def left() -> list[str]:
                visits = self.interruptions.visits()
                return [str(run) for run in runs if visits[run.id].checkpoints < run.number and visits[run.id].are_due]
            wait_until(lambda: not left(), lambda: f"interruptions of {left()}", 60)
            # At once, and not when its retry would be due.
            self.ask(runs)
        self.play(runs, interrupt)
        self.assert_sound(runs)
        visits = self.interruptions.visits()
        self.assertEqual([str(run) for run in runs if visits[run.id].checkpoints < run.number], [], "not interrupted")
        passed = self.interruptions.passed()
        self.assertEqual([str(run) for run in runs if (run.id, run.number) in passed], [], "committed all the same")

    def test_killed_at_a_checkpoint(self) -> None:
        """A worker is killed while a transaction is about to COMMIT, which then does or doesn't; the next resumes."""
        runs = []
        for position, (case, checkpoints) in enumerate(list(self.checkpoints.items())[::KILLED_EVERY]):
            some = position // 3 % max(checkpoints, 1) + 1
            ways = ((some, "killed before"), (checkpoints, "killed after"), (some, "killed after"))
            runs.append(Run(*case, *ways[position % len(ways)]))
        self.play(runs, self.kill)
        self.assert_sound(runs)
        passed = self.interruptions.passed()
        for run in runs:
            with self.subTest(str(run)):
                self.assertEqual((run.id, run.number) in passed, run.how == "killed after")

    def kill(self, runs: list[Run]) -> None:
        """Kills all workers while each account's transaction waits."""
        while len(self.workers) * AT_ONCE < len(runs):
            self.workers.append(self.installation.start("worker"))

        def left() -> list[str]:
            visits, held = self.interruptions.visits(), self.interruptions.held()
            left = [run for run in runs if run.id not in held]
            # Of some the checkpoint is one of the visit after.
            if over := [run for run in left if not visits[run.id].are_due]:
                self.ask(over)
            return [str(run) for run in left]
        wait_until(lambda: not left(), lambda: f"transactions held of {left()}", 60)
        for worker in self.workers:
            worker.send_signal(signal.SIGSTOP)
        for run in runs:
            if run.how == "killed after":
                self.interruptions.let_pass(run.id, run.number)
            else:
                self.interruptions.lose(run.id)
        for worker in self.workers:
            worker.kill()
            self.installation.forget(worker)
        self.workers[:] = [self.installation.start("worker") for _ in range(2)]


if __name__ == "__main__":
    unittest.main()
