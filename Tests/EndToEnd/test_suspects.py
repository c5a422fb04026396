"""Jobs whose worker died: they run apart, and only a crash alone counts against them."""

import json
import os
import signal
import unittest
from pathlib import Path

from fleet import processes
from installation import Installation, wait_until
from mail import DovecotMailbox, compose, scripted
from scripted_imap import PASSWORD, ScriptedServer

MESSAGES = 400
"""The first checkpoint comes after 64, and then one after each 256."""
APART = "it runs in a process of its own"


class SuspectTests(unittest.TestCase):
    """An installation with a scheduler of each test's own."""

    def setUp(self) -> None:
        self.installation = Installation()
        self.addCleanup(self.installation.close)
        self.installation.start("scheduler")
        wait_until(lambda: self.installation.run("queue", "list").returncode == 0, "a queue with an epoch")

    def slow_account(self, pause: float = 0.03) -> tuple[str, ScriptedServer]:
        server = ScriptedServer(scripted(*[compose(f"Number {number}") for number in range(MESSAGES)]), pause=pause)
        server.start()
        self.addCleanup(server.close)
        account = self.installation.connect("ann", server.address, PASSWORD, owner=self.installation.user())
        self.installation.call("account", "start", account)
        return account, server

    def children(self, account: str) -> list[int]:
        return processes("worker", "--only", f"read:{account}")

    def jobs(self, *arguments: str) -> list[dict]:
        return self.installation.objects("queue", "jobs", *arguments)

    def test_worker_killed(self) -> None:
        """The jobs of a worker that was killed run apart, each in a process of its own, and end well; then all is as before."""
        # given two accounts in the middle of their first sync
        slow = [self.slow_account() for _ in range(2)]
        worker = self.installation.start("worker")
        for account, server in slow:
            wait_until(lambda: server.bodies > 3, "messages that are on their way")
        # when
        worker.kill()
        successor = self.installation.start("worker")
        # then
        for account, _ in slow:
            [child] = wait_until(lambda: self.children(account), f"a process for {account}", 15)
            self.assertIn("--token", Path(f"/proc/{child}/cmdline").read_text().split("\0"))
            self.assertIn(f"PPid:\t{successor.pid}\n", Path(f"/proc/{child}/status").read_text())
        [job] = self.jobs("--text", account)
        self.assertEqual((job["state"], job["suspect"], job["crashes"]), ("active", True, 0))
        # and how far they are is known, as of any other job
        wait_until(lambda: any(job.get("progress", {}).get("done", 0) > 0 for job in self.jobs("--text", account)),
                   "progress")
        for account, server in slow:
            server.pause = 0
            self.installation.wait_for_state(account, "live")
            self.assertEqual(len(self.installation.stored(account)), MESSAGES)
            wait_until(lambda: not self.children(account), "the end of the process")
        self.assertEqual(self.installation.logged().count(APART), 2)
        # and what comes next runs in the worker itself
        for account, _ in slow:
            self.installation.sync_again(account)
        self.assertEqual(self.installation.logged().count(APART), 2)
        self.assertEqual(self.installation.query("SELECT count(*) FROM dead_letters"), "0")
        self.assertEqual(self.installation.stop(successor, 10), 0)

    def test_crashes_alone(self) -> None:
        """A job that takes its own process along three times is a dead letter that delays its account; retried, it ends well."""
        # given a job whose worker was killed
        account, server = self.slow_account(pause=3_600)
        worker = self.installation.start("worker")
        wait_until(lambda: server.bodies > 0, "a message that is on its way")
        worker.kill()
        survivor = self.installation.start("worker")
        # when each process that it is given is killed
        for crashes in range(3):
            def child() -> list[int]:
                # it waits for its backoff, seconds at most, unless somebody doesn't want to wait
                if crashes and not self.children(account):
                    self.installation.run("job", "run", account)
                return self.children(account)
            [pid] = wait_until(child, f"process {crashes + 1}", 20)
            [job] = self.jobs("--text", account)
            self.assertEqual((job["crashes"], job["suspect"]), (crashes, True))
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not self.children(account), "its end")
        # then
        [dead] = wait_until(lambda: self.jobs("--state", "dead"), "the dead letter")
        self.assertEqual((dead["resource"], dead["error"]["code"], dead["state"]), (f"read:{account}", "crashed", "dead"))
        self.assertIn("signal 9", dead["error"]["text"])
        self.assertIn("crashed", self.installation.call("queue", "jobs", "--state", "dead"))
        wait_until(lambda: len(self.jobs()) == 1, "the queue without it")
        status = self.installation.object("account", "status", account)
        self.assertEqual((status["state"], status["error"]["code"]), ("initial_sync", "crashed"))
        self.assertEqual(self.installation.query(
            "SELECT next_due_at BETWEEN now() + interval '50 minutes' AND now() + interval '1 hour', dispatched_until IS NULL "
            f"FROM account_dispatch WHERE account_id = '{account}'"), "t|t")
        # and the worker that had it run apart lives on, with others' jobs
        self.assertIsNone(survivor.poll())
        with DovecotMailbox() as mailbox:
            mailbox.append(compose("Another's"))
            other = self.installation.connect(mailbox.user, owner=self.installation.user())
            self.installation.sync_first(other)
        # when it is retried, cured
        server.pause = 0
        self.installation.call("job", "retry", dead["id"])
        # then
        self.installation.wait_for_state(account, "live")
        self.assertEqual(len(self.installation.stored(account)), MESSAGES)
        self.assertEqual(self.jobs("--state", "dead"), [])
        self.assertNotIn("error", self.installation.object("account", "status", account))

        # its history is written now and then
        def outcomes() -> list[str]:
            done = self.installation.run("job", "show", account, "--json")
            return [each["outcome"] for each in json.loads(done.stdout)["attempts"]] if done.returncode == 0 else []
        wait_until(lambda: sorted(outcomes())[:3] == ["crashed", "crashed", "dead"], outcomes, 10)

    def test_stop_and_drain(self) -> None:
        """A job that runs apart stops at its next checkpoint, as any other, when its queue is drained or its worker stops."""
        account, server = self.slow_account()
        worker = self.installation.start("worker")
        wait_until(lambda: server.bodies > 3, "messages that are on their way")
        worker.kill()
        successor = self.installation.start("worker")
        bodies = server.bodies
        wait_until(lambda: self.children(account) and server.bodies > bodies, "a process that gets on", 15)
        # when its queue is drained
        self.installation.call("queue", "drain", "sync", "--timeout", "10s")
        # then it has proved nothing
        self.assertEqual(self.children(account), [])
        [job] = self.jobs()
        self.assertEqual((job["state"], job["crashes"], job["suspect"]), ("ready", 0, True))
        # when it runs apart again, and its worker is stopped
        bodies = server.bodies
        self.installation.call("queue", "resume", "sync")
        wait_until(lambda: self.children(account) and server.bodies > bodies, "a process that gets on", 15)
        self.assertEqual(self.installation.stop(successor, 10), 0)
        # then
        self.assertEqual(self.children(account), [])
        self.assertEqual([(job["state"], job["crashes"]) for job in self.jobs()], [("ready", 0)])
        server.pause = 0
        self.installation.start("worker")
        self.installation.wait_for_state(account, "live")
        self.assertEqual(len(self.installation.stored(account)), MESSAGES)

    def test_one_job_by_hand(self) -> None:
        """`worker --only` runs a waiting job to its end, though its queue is paused, and says how it ended."""
        self.installation.call("queue", "pause", "sync")
        with DovecotMailbox() as mailbox:
            mailbox.append(compose("By hand"))
            account = self.installation.connect(mailbox.user)
            self.installation.call("account", "start", account)
            wait_until(self.jobs, "the account's job")
            # when
            done = self.installation.run("worker", "--only", f"read:{account}")
        # then
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"read:{account} ended: done", done.stderr)
        self.assertEqual(self.installation.object("account", "status", account)["state"], "live")
        self.assertEqual(len(self.installation.stored(account)), 1)
        # a first sync is followed by a look for what came meanwhile, which waits again
        self.assertIn("there is no job read:nobody", self.installation.refused("worker", "--only", "read:nobody"))
        self.assertIn("is not running under that token",
                      self.installation.refused("worker", "--only", f"read:{account}", "--token", "1-1"))


if __name__ == "__main__":
    unittest.main()
