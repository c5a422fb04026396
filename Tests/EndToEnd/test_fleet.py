"""Several schedulers and workers: restarted one after the other, killed, quieted, stopped and drained, under load."""

import signal
import time
import unittest

from installation import Installation, wait_until
from mail import DovecotMailbox, compose, scripted
from scripted_imap import PASSWORD, ScriptedServer

MESSAGES = 400
"""Of a slow account: with a pause of 30 ms each its first sync takes 12 s, with checkpoints after 64 and each 256."""


class FleetTests(unittest.TestCase):
    """Accounts of real mailboxes, each visited every second."""

    def setUp(self) -> None:
        self.installation = Installation(POSTRIDER_WORKER_CONCURRENCY="2")
        self.addCleanup(self.installation.close)

    def live_accounts(self, count: int) -> dict[str, DovecotMailbox]:
        """Accounts by their ids, with a message each, after their first sync; a role must be running."""
        found = {}
        for _ in range(count):
            mailbox = DovecotMailbox()
            self.addCleanup(mailbox.close)
            mailbox.append(compose("The first"))
            account = self.installation.connect(mailbox.user, owner=self.installation.user())
            self.installation.query(f"UPDATE accounts SET interval_seconds = 1 WHERE id = '{account}'")
            self.installation.call("account", "start", account)
            found[account] = mailbox
        for account in found:
            self.installation.wait_for_state(account, "live")
        return found

    def slow_account(self) -> tuple[str, ScriptedServer]:
        server = ScriptedServer(scripted(*[compose(f"Number {number}") for number in range(MESSAGES)]), pause=0.03)
        server.start()
        self.addCleanup(server.close)
        account = self.installation.connect("ann", server.address, PASSWORD, owner=self.installation.user())
        self.installation.call("account", "start", account)
        return account, server

    def wait_until_all_visited(self, seconds: float = 15) -> None:
        """Every account was visited by a job that ended after this call."""
        since = self.installation.query("SELECT clock_timestamp()")

        def left() -> str:
            return self.installation.query("SELECT count(*) FROM account_dispatch WHERE visited_at IS NULL OR "
                                           f"visited_at <= '{since}'")
        wait_until(lambda: left() == "0", lambda: f"{left()} accounts unvisited\n{self.installation.logged()[-2000:]}",
                   seconds)

    def workers(self) -> dict[int, dict]:
        """By process id."""
        return {each["process_id"]: each for each in self.installation.objects("workers")}

    def totals(self) -> dict[str, int]:
        return self.installation.object("queue", "show", "sync")["totals"]

    def test_rolling_restart(self) -> None:
        """Workers are quieted, stopped and replaced one by one: each ends with 0, and no account waits or loses mail."""
        # given
        self.installation.start("scheduler")
        olds = [self.installation.start("worker") for _ in range(3)]
        accounts = self.live_accounts(6)
        slow, server = self.slow_account()

        def holder() -> str:
            return next((each["worker"] or "" for each in self.installation.objects("queue", "jobs", "sync")
                         if each["resource"] == f"read:{slow}"), "")
        wait_until(holder, "a worker that has the slow account")
        # The one that has it goes first, so that another must take it over.
        olds.sort(key=lambda old: f"-{old.pid}-" not in holder())
        longest = 0.0
        # when
        for number, old in enumerate(olds):
            for mailbox in accounts.values():
                mailbox.append(compose(f"During restart {number}"))
            old.send_signal(signal.SIGTSTP)
            wait_until(lambda: self.workers()[old.pid]["state"] == "quiet", "a worker that says that it is quiet")
            self.installation.start("worker")
            began = time.monotonic()
            self.assertEqual(self.installation.stop(old, 30), 0)
            longest = max(longest, time.monotonic() - began)
            self.wait_until_all_visited_but(slow)
        # then, at a checkpoint and not at the end of its patience
        self.assertLess(longest, 15)
        server.pause = 0
        self.installation.wait_for_state(slow, "live")
        self.assertEqual(len(self.installation.stored(slow)), MESSAGES)
        # once to connect, once to choose folders, and then at least two workers had it
        self.assertGreaterEqual(server.sign_ins, 4)
        for account in accounts:
            wait_until(lambda: len(self.installation.stored(account)) == 4, lambda: self.installation.stored(account))
        self.assertEqual(sorted(each["subject"] for each in self.installation.stored(account)),
                         ["During restart 0", "During restart 1", "During restart 2", "The first"])
        # and nothing had to be rescued, or was tried again
        totals = self.totals()
        self.assertEqual([totals.get(name, 0) for name in ("expired", "orphaned", "stale", "retry", "crash", "dead")],
                         [0] * 6, totals)
        self.assertEqual({each["state"] for each in self.workers().values()}, {"working"})
        self.assertFalse(set(self.workers()) & {old.pid for old in olds})

    def wait_until_all_visited_but(self, slow: str) -> None:
        since = self.installation.query("SELECT clock_timestamp()")
        wait_until(lambda: self.installation.query(
            f"SELECT count(*) FROM account_dispatch WHERE account_id <> '{slow}' AND visited_at <= '{since}'") == "0",
            "a visit to every account", 15)

    def test_leader_killed(self) -> None:
        """When the scheduler that leads is killed, the other one leads within its hold of 5 s, and accounts go on."""
        # given
        schedulers = [self.installation.start("scheduler") for _ in range(2)]
        self.installation.start("worker")
        self.live_accounts(3)

        def leader() -> str:
            return self.installation.query("SELECT name FROM scheduler_leader WHERE held_until > now()")
        first = leader()
        # its name is HOST-PROCESS-CHANCE
        [leading] = [each for each in schedulers if f"-{each.pid}-" in first]
        # when
        leading.kill()
        began = time.monotonic()
        # then: the hold ends after 5 s, and the other asks every 1.25 s
        wait_until(lambda: leader() not in ("", first), "another leader", 10)
        self.assertLess(time.monotonic() - began, 7)
        self.wait_until_all_visited()
        # when the one that leads is asked to stop, then nobody waits for its hold to end
        self.installation.start("scheduler")
        [second] = [each for each in schedulers if each is not leading]
        # once the third one asks for the lead, it has it within its pace
        wait_until(lambda: self.installation.logged().count("started") >= 4, "the third scheduler")
        self.assertEqual(self.installation.stop(second, 5), 0)
        began = time.monotonic()
        wait_until(lambda: leader() not in ("", first), "a third leader", 10)
        self.assertLess(time.monotonic() - began, 3)
        self.assertNotIn(f"-{second.pid}-", leader())
        self.wait_until_all_visited()

    def test_quiet_resume_and_stop_by_command(self) -> None:
        """A quiet worker takes nothing while the others go on; told to go on it does; told to stop it ends with 0."""
        # given
        self.installation.start("scheduler")
        workers = [self.installation.start("worker") for _ in range(2)]
        self.live_accounts(4)
        wait_until(lambda: len(self.workers()) == 2, "both workers")
        names = {pid: each["name"] for pid, each in self.workers().items()}
        [quiet, other] = workers
        # when
        self.installation.call("workers", "quiet", names[quiet.pid])
        wait_until(lambda: self.workers()[quiet.pid]["state"] == "quiet", "a quiet worker")
        # then
        wait_until(lambda: self.workers()[quiet.pid]["running"] == 0, "the end of what the quiet one ran")
        self.wait_until_all_visited()
        self.assertEqual(self.workers()[quiet.pid]["jobs"], [])
        # when it alone is left, and told to go on
        self.installation.call("workers", "stop", names[other.pid])
        self.assertEqual(other.wait(30), 0)
        self.installation.call("workers", "resume", names[quiet.pid])
        # then
        self.wait_until_all_visited()
        self.assertEqual(self.installation.stop(quiet, 30), 0)
        self.assertEqual(self.totals().get("expired", 0), 0)

    def test_drain_of_a_queue(self) -> None:
        """A drain lets all running jobs of several workers go back with no attempt spent; resumed, they end well."""
        # given
        self.installation.start("scheduler")
        for _ in range(2):
            self.installation.start("worker")
        slow = [self.slow_account() for _ in range(3)]
        wait_until(lambda: self.installation.object("queue", "show", "sync")["active"] == 3, "three running jobs")
        # when
        self.installation.call("queue", "drain", "sync", "--timeout", "30s")
        # then
        jobs = self.installation.objects("queue", "jobs", "sync")
        self.assertEqual([(job["state"], job["attempts"], job["suspect"]) for job in jobs], [("ready", 0, False)] * 3)
        # when
        for _, server in slow:
            server.pause = 0
        self.installation.call("queue", "resume", "sync")
        # then
        for account, _ in slow:
            self.installation.wait_for_state(account, "live")
            self.assertEqual(len(self.installation.stored(account)), MESSAGES)


if __name__ == "__main__":
    unittest.main()
