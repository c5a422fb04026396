"""What an operator sees of the queue and does to it, by the real program: queue, job, workers, schedule, top."""

import json
import os
import pty
import select
import signal
import socket
import subprocess
import time
import unittest

from installation import POSTRIDER, Installation, scratch, wait_until
from mail import DovecotMailbox, compose, scripted
from scripted_imap import PASSWORD, ScriptedServer

NOBODY = "01890000-0000-7000-8000-000000000000"


def columns(table: str) -> list[list[str]]:
    """A printed table's cells; fails where a column doesn't begin where its heading does."""
    heading, *rows = table.splitlines()
    starts = [at for at in range(len(heading)) if heading[at] != " " and (at == 0 or heading[at - 2:at] == "  ")]
    for row in rows:
        for start in starts[1:]:
            if len(row) > start and row[start - 2:start] != "  ":
                raise AssertionError(f"a column of this row doesn't begin at {start}:\n{heading}\n{row}")
    return [[row[a:b].strip() for a, b in zip(starts, [*starts[1:], None])] for row in rows]


class WithRoles(unittest.TestCase):
    """An installation with a scheduler and a worker, of each test's own."""

    def setUp(self) -> None:
        self.installation = Installation()
        self.addCleanup(self.installation.close)
        self.installation.start("scheduler")
        self.worker = self.installation.start("worker")
        wait_until(lambda: self.installation.run("workers", "--json").stdout, "a worker that says who it is")

    def jobs(self, *arguments: str) -> list[dict]:
        return self.installation.objects("queue", "jobs", *arguments)

    def audited(self) -> list[str]:
        return self.installation.query("SELECT actor || ' ' || action || ' ' || subject FROM audit_log "
                                       "ORDER BY at, number").splitlines()

    def slow_account(self, messages: int = 2_000) -> str:
        """An account whose first sync takes long, started."""
        server = ScriptedServer(scripted(*[compose(f"Number {number}") for number in range(messages)]), pause=0.02)
        server.start()
        self.addCleanup(server.close)
        account = self.installation.connect("ann", server.address, PASSWORD)
        self.installation.call("account", "start", account)
        return account

    def running(self) -> list[dict]:
        return [job for worker in self.installation.objects("workers") for job in worker["jobs"]]


class WaitingJobTests(WithRoles):
    """Jobs that a paused queue keeps."""

    def setUp(self) -> None:
        super().setUp()
        self.mailbox = DovecotMailbox()
        self.addCleanup(self.mailbox.close)
        self.mailbox.append(compose("Kept waiting"))
        self.assertIn("is paused", self.installation.call("queue", "pause", "sync"))
        self.account = self.installation.connect(self.mailbox.user)
        self.installation.call("account", "start", self.account)
        self.resource = f"read:{self.account}"
        wait_until(lambda: [job["id"] for job in self.jobs()] == [self.resource], "the account's job")

    def test_pause_and_resume(self) -> None:
        """A paused queue accepts a job and doesn't run it; resumed, it does. Both are in the audit log."""
        # given a paused queue with one job, then
        [queue] = [each for each in self.installation.objects("queue", "list") if each["name"] == "sync"]
        self.assertEqual((queue["paused"], queue["ready"], queue["active"], queue["parked"]), (True, 1, 0, 0))
        self.assertGreaterEqual(queue["oldest_ready_seconds"], 0)
        self.assertEqual(self.installation.object("queue", "show", "sync")["totals"]["enqueued"], 1)
        rows = columns(self.installation.call("queue", "list"))
        self.assertIn(["sync", "paused", "1", "0", "0", "0"], [cells[:6] for cells in rows])
        self.assertEqual([cells[0] for cells in rows], ["actions", "sync", "tasks"])
        [job] = self.jobs("sync", "--state", "ready", "--kind", "sync", "--text", self.account)
        self.assertEqual((job["state"], job["queue"], job["resource"], job["attempts"]),
                         ("ready", "sync", self.resource, 0))
        self.assertEqual(self.jobs("--state", "active"), [])
        [cells] = columns(self.installation.call("queue", "jobs"))
        self.assertEqual((cells[0], cells[5]), ("ready", self.resource))
        self.assertIn("was paused already", self.installation.call("queue", "pause", "sync"))
        self.assertEqual(self.installation.object("account", "status", self.account)["state"], "initial_sync")
        # when
        self.assertIn("goes on", self.installation.call("queue", "resume", "sync"))
        # then
        self.installation.wait_for_state(self.account, "live")
        self.assertIn("wasn't paused", self.installation.call("queue", "resume", "sync"))
        self.assertEqual(self.audited()[0], "operator queue.pause queue:sync")
        self.assertIn("operator queue.resume queue:sync", self.audited())

    def test_cancel_and_run(self) -> None:
        """A waiting job is made urgent, and removed; what isn't there is named, with exit code 1."""
        # when, then
        self.assertIn("made ready", self.installation.call("job", "run", self.account))
        self.assertEqual([job["priority"] for job in self.jobs()], ["interactive"])
        shown = self.installation.object("job", "show", self.resource)
        self.assertEqual((shown["id"], shown["job"]["state"], shown["attempts"]), (self.resource, "ready", []))
        self.assertIn("removed", self.installation.call("job", "cancel", self.resource))
        self.assertEqual(self.jobs(), [])
        self.assertIn(f"there is no job {self.resource}", self.installation.refused("job", "cancel", self.resource))
        # and the account is due again in its interval, not when the dispatch's hold ends
        self.assertEqual(self.installation.query(
            f"SELECT dispatched_until IS NULL AND next_due_at > now() FROM account_dispatch "
            f"WHERE account_id = '{self.account}'"), "t")

    def test_all_matching(self) -> None:
        """All matching jobs are cancelled or purged only with --yes where there is no terminal."""
        for command in (["queue", "cancel", "sync"], ["queue", "purge", "sync"]):
            with self.subTest(command=command):
                self.assertIn("--yes", self.installation.refused(*command, status=2))
        self.assertEqual(len(self.jobs()), 1)
        self.assertIn("0 jobs", self.installation.call("queue", "cancel", "sync", "--kind", "other", "--yes"))
        self.assertIn("1 jobs are deleted", self.installation.call("queue", "purge", "sync", "--yes"))
        self.assertEqual(self.jobs(), [])


class RunningJobTests(WithRoles):
    """Workers, and the jobs that they run."""

    def test_workers_and_their_jobs(self) -> None:
        """A worker shows what it runs, keeps quiet, goes on, changes its concurrency and stops, when it is told to."""
        # given
        account = self.slow_account()
        wait_until(self.running, "a running job")
        # then it is shown, and counted from the worker's next heartbeat on
        worker = wait_until(lambda: next((each for each in self.installation.objects("workers", "list")
                                          if each["running"] == 1), None), "a worker that says that it runs a job")
        [running] = worker["jobs"]
        self.assertEqual((running["job"]["resource"], running["job"]["worker"], running["job"]["state"]),
                         (f"read:{account}", worker["name"], "active"))
        self.assertEqual((worker["state"], worker["process_id"], worker["running"], worker["concurrency"]),
                         ("working", self.worker.pid, 1, 4))
        self.assertGreater(worker["memory_bytes"], 1 << 20)
        self.assertGreater(running["lease_left_seconds"], 0)
        self.assertLess(worker["heartbeat_age_seconds"], 2)
        self.assertEqual([job["id"] for job in self.jobs("--state", "active")], [f"read:{account}"])
        shown = self.installation.object("job", "show", account)
        self.assertEqual([attempt["outcome"] for attempt in shown["attempts"]], ["running"])
        self.assertIn("is active", self.installation.refused("job", "run", account))
        top = self.installation.call("top", "--once")
        for word in ("PostgreSQL", "noeviction", "active 1", worker["name"], f"read:{account}"):
            self.assertIn(word, top)

        def state() -> tuple:
            [worker] = self.installation.objects("workers")
            return worker["state"], worker["concurrency"]
        # when, then
        self.installation.call("workers", "quiet", worker["name"])
        wait_until(lambda: state() == ("quiet", 4), "a quiet worker")
        self.installation.call("workers", "concurrency", worker["name"], "7")
        wait_until(lambda: state() == ("quiet", 7), "another concurrency, and still quiet")
        self.installation.call("workers", "resume", "--all")
        wait_until(lambda: state() == ("working", 7), "a worker that works again")
        self.assertIn(worker["name"], self.installation.refused("workers", "quiet", "nobody"))
        self.assertIn("1 to 1,000", self.installation.refused("workers", "concurrency", worker["name"], "0"))
        # when it is told to stop
        self.installation.call("workers", "stop", worker["name"])
        # then it ends by itself, and its job waits again
        self.assertEqual(self.worker.wait(30), 0)
        self.assertEqual(self.installation.objects("workers"), [])
        self.assertEqual([job["state"] for job in self.jobs()], ["ready"])
        for action in ("quiet", "concurrency", "work", "stop"):
            self.assertIn(f"operator worker.{action} worker:{worker['name']}", self.audited())

    def test_cancel(self) -> None:
        """A running job that is cancelled stops at its next checkpoint and isn't run again at once."""
        account = self.slow_account()
        wait_until(self.running, "a running job")
        # when
        [deed] = [json.loads(line) for line in self.installation.call("job", "cancel", account, "--json").splitlines()]
        # then
        self.assertEqual(deed, {"job": account, "result": "asked_to_stop"})
        wait_until(lambda: not self.running() and self.jobs() == [], "the end of the job")
        self.assertEqual(self.installation.object("account", "status", account)["state"], "initial_sync")

    def test_drain(self) -> None:
        """A drained queue gives its running jobs back, with no attempt spent, and stays paused until it is resumed."""
        self.slow_account()
        wait_until(self.running, "a running job")
        # when
        done = self.installation.run("queue", "drain", "sync", "--timeout", "30s")
        # then, quiet in a pipe
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "sync is drained, and paused\n", ""))
        queue = self.installation.object("queue", "show", "sync")
        self.assertEqual((queue["draining"], queue["active"], queue["ready"]), (True, 0, 1))
        self.assertEqual([job["attempts"] for job in self.jobs()], [0])
        # when it is let go on, then
        self.installation.call("queue", "resume", "sync")
        wait_until(self.running, "the job that goes on")


class StandingTests(unittest.TestCase):
    """What needs no worker: one installation for all."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)
        # given no scheduler yet, then whoever asks is told what is missing
        refused = cls.installation.refused("queue", "list")
        if "postrider scheduler" not in refused:
            raise AssertionError(refused)
        cls.installation.start("scheduler")
        wait_until(lambda: cls.installation.run("queue", "list").returncode == 0, "a queue with an epoch")

    def test_wrong_usage_and_unknown_names(self) -> None:
        """What isn't there is named with what is; what can't be said ends with 2."""
        for command, saying in ((["queue", "show", "nonsense"], "there are actions, sync, tasks"),
                                (["queue", "pause", "nonsense"], "there are actions, sync, tasks"),
                                (["queue", "jobs", "nonsense"], "there are actions, sync, tasks"),
                                (["queue", "purge", "nonsense", "--yes"], "there are actions, sync, tasks"),
                                (["job", "show", NOBODY], "there is no job"), (["job", "retry", "no"], "there is no job"),
                                (["queue", "close", "nonsense", "--for", "1m"], "class:name"),
                                (["schedule", "pause", "nonsense"], "there is no schedule nonsense")):
            with self.subTest(command=command):
                self.assertIn(saying, self.installation.refused(*command))
        for command in (["queue", "jobs", "--state", "asleep"], ["queue", "limit", "host:a"], ["workers", "quiet"],
                        ["queue", "close", "host:a", "--for", "soon"], ["top", "--interval", "0"], ["job", "cancel"],
                        ["queue", "limit", "host:a", "--none", "--slots", "1"], ["schedule", "edit", "a"],
                        ["schedule", "add", "--name", "a", "--cron", "@daily"]):
            with self.subTest(command=command):
                self.assertRegex(self.installation.refused(*command, status=2), "(?i)usage")

    def test_gates(self) -> None:
        """A gate is limited, closed and opened; without a limit and open it isn't listed."""
        def gates() -> dict:
            return {gate["name"]: gate for gate in self.installation.objects("queue", "gates")}
        self.installation.call("queue", "limit", "host:imap.example.org", "--slots", "3", "--rate", "0.5", "--burst", "4")
        gate = gates()["host:imap.example.org"]
        self.assertEqual((gate["slots"], gate["rate_per_second"], gate["burst"], gate["slots_used"]), (3, 0.5, 4, 0))
        self.assertNotIn("closed_until", gate)
        self.installation.call("queue", "close", "host:imap.example.org", "--for", "10m")
        self.assertIn("T", gates()["host:imap.example.org"]["closed_until"])
        self.assertIn("host:imap.example.org", columns(self.installation.call("queue", "gates"))[0])
        self.installation.call("queue", "open", "host:imap.example.org")
        self.assertNotIn("closed_until", gates()["host:imap.example.org"])
        self.installation.call("queue", "limit", "host:imap.example.org", "--none")
        self.assertNotIn("host:imap.example.org", gates())

    def test_dead_letters(self) -> None:
        """Dead jobs are listed, grouped, shown with their attempts, retried, and deleted."""
        organization = self.installation.object("organization", "create", "--name", "Dead", "--plan", "gold")["id"]
        ids = [f"01890000-0000-7000-8000-00000000000{number}" for number in range(1, 4)]
        for number, letter in enumerate(ids):
            self.installation.query(
                "INSERT INTO dead_letters (organization_id, id, queue, kind, resource, gates, priority, error_code, "
                f"error_text, attempts, first_failed_at, died_at) VALUES ('{organization}', '{letter}', 'sync', 'sync', "
                f"'read:{letter}', '{{}}', 2, '{'gone' if number else 'broken'}', 'It was {number}', 12, now() - "
                "interval '1 hour', now())")
        self.installation.query(
            "INSERT INTO job_history (organization_id, id, queue, kind, resource, outcome, error_code, error_text, attempt, "
            f"worker, started_at, finished_at) VALUES ('{organization}', '{NOBODY}', 'sync', 'sync', 'read:{ids[0]}', "
            "'dead', 'broken', 'It was 0', 12, 'w', now() - interval '90 seconds', now())")
        # then
        self.assertEqual([job["id"] for job in self.installation.objects("queue", "jobs", "--state", "dead")], ids[::-1])
        self.assertEqual([(group["error"]["code"], group["count"]) for group in
                          self.installation.objects("queue", "jobs", "--grouped")], [("gone", 2), ("broken", 1)])
        shown = self.installation.object("job", "show", ids[0])
        self.assertEqual((shown["id"], shown["dead"]["state"], shown["dead"]["error"]),
                         (ids[0], "dead", {"code": "broken", "text": "It was 0"}))
        [attempt] = shown["attempts"]
        self.assertEqual((attempt["outcome"], attempt["attempt"], attempt["worker"]), ("dead", 12, "w"))
        self.assertIn("1 min 30 s", self.installation.call("job", "show", ids[0]))
        # when, then
        self.assertIn("retried", self.installation.call("job", "retry", ids[0]))
        self.assertEqual(self.installation.query("SELECT count(*) FROM dead_letters"), "2")
        self.assertIn("retry it", self.installation.refused("job", "cancel", f"read:{ids[1]}"))
        self.assertIn("0 jobs", self.installation.call("queue", "retry", "sync", "--error", "broken"))
        done = self.installation.run("job", "delete", ids[1], NOBODY)
        self.assertEqual((done.returncode, done.stdout), (1, f"{ids[1]}: deleted\n"))
        self.assertIn("1 jobs are deleted", self.installation.call(
            "queue", "purge", "sync", "--state", "dead", "--error", "gone", "--yes"))
        self.assertEqual(self.installation.objects("queue", "jobs", "--state", "dead"), [])

    def test_schedules(self) -> None:
        """A schedule is made, changed, paused, resumed, run and removed; what is wrong with one is said precisely."""
        add = ["schedule", "add", "--name", "Nightly", "--cron"]
        for more, saying in ((["61 * * * *", "--task", "retention"], "minute, character 1"),
                             (["0 3 * *", "--task", "retention"], "cron expression"),
                             (["0 3 * * *", "--task", "retention", "--zone", "Europe/Berlim"], "Europe/Berlin"),
                             (["0 3 * * *", "--task", "tidying"], "there are retention, partitions"),
                             (["0 3 * * *", "--account", NOBODY], f"there is no account {NOBODY}"),
                             (["0 3 * * *", "--organization", NOBODY], f"there is no organization {NOBODY}"),
                             (["0 3 * * *", "--task", "retention", "--jitter", "90000"], "86,400")):
            with self.subTest(more=more):
                self.assertIn(saying, self.installation.refused(*add, *more))
        # when
        made = self.installation.object(*add, "0 3 * * MON-FRI", "--zone", "Europe/Berlin", "--task", "retention",
                                        "--overlap", "queue-one")
        # then
        self.assertEqual((made["expression"], made["target"], made["overlap"], made["paused"]),
                         ("0 3 * * MON-FRI", {"type": "task", "task": "retention"}, "queue-one", False))
        self.assertIn("already", self.installation.refused(*add, "@daily", "--task", "retention"))
        [listed] = self.installation.objects("schedule", "list")
        self.assertEqual((listed["id"], len(listed["next_ticks"]), listed["recent"]["missed"]), (made["id"], 5, 0))
        self.assertEqual(listed["next_ticks"][0], made["next_ticks"][0])
        edited = self.installation.object("schedule", "edit", "Nightly", "--cron", "@every 6h", "--catch-up", "none")
        self.assertEqual((edited["expression"], edited["catch_up"], edited["zone"], edited["id"]),
                         ("@every 6h", "none", "Europe/Berlin", made["id"]))
        self.assertIn("is paused", self.installation.call("schedule", "pause", made["id"]))
        self.assertIn("paused", columns(self.installation.call("schedule", "list"))[0])
        self.assertIn("fires a tick", self.installation.call("schedule", "run", "Nightly"))
        [tick] = self.installation.objects("schedule", "history", "Nightly")
        self.assertEqual((tick["decision"], tick["resource"].rpartition(":")[0], tick["schedule_id"]),
                         ("fired", f"tick:{made['id']}", made["id"]))
        self.assertIn("goes on", self.installation.call("schedule", "resume", "Nightly"))
        self.assertIn("--yes", self.installation.refused("schedule", "remove", "Nightly", status=2))
        self.installation.call("schedule", "remove", "Nightly", "--yes")
        self.assertEqual(self.installation.objects("schedule", "list"), [])
        audited = self.installation.query(f"SELECT action FROM audit_log WHERE subject = 'schedule:{made['id']}' "
                                          "ORDER BY number")
        self.assertEqual(audited.split(), ["schedule.create", "schedule.edit", "schedule.pause", "schedule.run", "schedule.resume",
                                           "schedule.remove"])

    def test_top_once(self) -> None:
        """In a pipe `top` prints what is now and ends; with --json as one object. Without Redis it says so, with 1."""
        shown = self.installation.call("top")
        self.assertNotIn("\x1b", shown)
        self.assertIn("QUEUE", shown)
        overview = self.installation.object("top")
        self.assertEqual((overview["active"], [queue["name"] for queue in overview["queues"]]),
                         (0, ["actions", "sync", "tasks"]))
        self.assertEqual(overview["redis"][0]["eviction_policy"], "noeviction")
        self.assertGreater(overview["database"]["size_bytes"], 0)
        self.assertEqual(overview["problems"], [])
        url = self.installation.environment["POSTRIDER_REDIS_URL"]
        self.installation.set(POSTRIDER_REDIS_URL="redis://127.0.0.1:1")
        try:
            printed = self.installation.refused("top", "--once")
        finally:
            self.installation.set(POSTRIDER_REDIS_URL=url)
        self.assertIn("doesn't answer", printed)
        self.assertIn("PostgreSQL 1", printed)

    def test_top_on_a_terminal(self) -> None:
        """On a terminal `top` draws again and again, fits the screen, and gives the terminal back at Ctrl-C."""
        main, side = pty.openpty()
        with subprocess.Popen([POSTRIDER, "top"], stdin=side, stdout=side, stderr=side, start_new_session=True,
                              env=self.installation.environment) as process:
            os.close(side)
            seen = b""

            def read() -> bool:
                nonlocal seen
                if select.select([main], [], [], 0)[0]:
                    try:
                        seen += os.read(main, 65536)
                    except OSError:
                        return False
                return True
            try:
                def drawn_twice() -> bool:
                    read()
                    return seen.count(b"\x1b[H") >= 2
                wait_until(drawn_twice, "two drawings")
                process.send_signal(signal.SIGINT)
                # The other end hangs up once the process has gone.
                deadline = time.monotonic() + 10
                while read() and process.poll() is None and time.monotonic() < deadline:
                    select.select([main], [], [], 0.05)
                self.assertEqual(process.wait(10), 0)
                while select.select([main], [], [], 0)[0] and read():
                    pass
            finally:
                process.kill()
                os.close(main)
        text = seen.decode()
        self.assertTrue(text.startswith("\x1b[?1049h\x1b[?25l"))
        self.assertTrue(text.rstrip().endswith("\x1b[?25h\x1b[?1049l"), repr(text[-80:]))
        screen = text.split("\x1b[H")[1].split("\x1b[J")[0].split("\r\n")
        self.assertLessEqual(len(screen), 24)
        self.assertEqual([line for line in screen if len(line.replace("\x1b[K", "")) > 80], [])

    def test_evicting_redis(self) -> None:
        """`config check` and `top` warn of a Redis that may drop the queue's keys, and name the way out."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--maxmemory-policy", "allkeys-lru",
                               "--bind", "127.0.0.1", "--dir", str(scratch())], stdout=subprocess.DEVNULL) as redis:
            url = self.installation.environment["POSTRIDER_REDIS_URL"]
            try:

                def answers() -> bool:
                    with socket.socket() as attempt:
                        return attempt.connect_ex(("127.0.0.1", port)) == 0
                wait_until(answers, "Redis")
                self.installation.set(POSTRIDER_REDIS_URL=f"redis://127.0.0.1:{port}")
                self.assertIn("maxmemory-policy is allkeys-lru", self.installation.refused("config", "check"))
                self.assertIn("set it to noeviction", self.installation.run("top", "--once").stdout)
            finally:
                self.installation.set(POSTRIDER_REDIS_URL=url)
                redis.terminate()


if __name__ == "__main__":
    unittest.main()
