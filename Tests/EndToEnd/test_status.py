"""What a running process tells of itself: metrics, health, readiness."""

import json
import re
import socket
import unittest
import urllib.error
import urllib.request

from installation import Installation, wait_until
from mail import DovecotMailbox, compose, scripted
from scripted_imap import PASSWORD, ScriptedServer


class StatusTests(unittest.TestCase):
    """Roles with a listener on a free port of loopback; each line of the log that names a port is one listener's."""

    def setUp(self) -> None:
        self.installation = Installation(POSTRIDER_METRICS_BIND="127.0.0.1:0")
        self.addCleanup(self.installation.close)

    def port(self) -> int:
        """The port of the listener that began last."""
        found = wait_until(lambda: re.findall(r"metrics and health are served .*port=(\d+)",
                                              self.installation.logged()), "a listener")
        return int(found[-1])

    def ask(self, path: str) -> tuple[int, str]:
        """The status and the body of the answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port()}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def series(self) -> dict[str, float]:
        """What /metrics tells, by name and labels."""
        status, text = self.ask("/metrics")
        self.assertEqual(status, 200)
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in text.splitlines()
                                                          if not line.startswith("#"))}

    def test_a_synced_mailbox_is_told(self) -> None:
        """Every role in one process becomes ready, and its metrics tell what a first sync and a poll did."""
        with DovecotMailbox() as mailbox:
            for number in range(3):
                mailbox.append(compose(f"Message {number}"))
            account = self.installation.connect(mailbox.user)
            process = self.installation.start("all")
            # when it works
            wait_until(lambda: self.ask("/readyz")[0] == 200, lambda: f"readiness: {self.ask('/readyz')}")
            self.installation.sync_first(account)
            self.installation.sync_again(account)
            # then it is ready by each of its parts
            report = json.loads(self.ask("/readyz")[1])
            self.assertEqual({check["name"] for check in report["checks"]},
                             {"draining", "scheduler", "reaper", "worker", "listener"})
            self.assertTrue(report["ready"])
            self.assertEqual(self.ask("/healthz"), (200, "alive\n"))
            # and tells what was done
            wait_until(lambda: self.series().get('postrider_listener_homes{state="connected"}') == 1, "the account's home", 15)
            wait_until(lambda: self.series().get('postrider_imap_connections{state="signed_in"}') == 1,
                       "the end of all connections but the home's")
            told = self.series()
            self.assertEqual(told["postrider_messages_synced_total"], 3)
            for phase in ("sign_in", "folders", "index", "pull", "poll"):
                self.assertGreaterEqual(told[f'postrider_sync_duration_seconds_count{{phase="{phase}"}}'], 1, phase)
            self.assertGreater(told['postrider_sync_duration_seconds_sum{phase="pull"}'], 0)
            self.assertEqual(told['postrider_imap_connections{state="connecting"}'], 0)
            self.assertLess(told["postrider_scheduler_lag_seconds"], 5)
            self.assertGreater(told["process_resident_memory_bytes"], 1 << 20)
            self.assertEqual(told['postrider_metrics_collector_failures_total{collector="scheduler"}'], 0)
            self.assertEqual({value for name, value in told.items() if "series_dropped" in name}, {0})
            # and nothing that names the account or its owner
            everything = self.ask("/metrics")[1]
            self.assertNotIn(account, everything)
            self.assertNotIn(mailbox.user, everything)
            # and ends as asked
            self.assertEqual(self.installation.stop(process), 0)

    def test_redis_goes_away(self) -> None:
        """With Redis out of reach a worker stays alive, says that it isn't ready, and names the part and the reason."""
        self.installation.set(POSTRIDER_REDIS_URL="redis://127.0.0.1:1")
        process = self.installation.start("worker")
        status, report = self.ask("/readyz")
        self.assertEqual(status, 503)
        failing = [check for check in json.loads(report)["checks"] if not check["ready"]]
        self.assertEqual(failing, [{"name": "worker", "ready": False, "reason": "no success yet"}])
        self.assertEqual(self.ask("/healthz")[0], 200)
        self.assertNotIn("postrider_scheduler_lag_seconds", self.ask("/metrics")[1])
        self.assertIsNone(process.poll())

    def test_draining(self) -> None:
        """A process that was asked to stop while a job runs says that it drains, and serves its metrics meanwhile."""
        # given a job that hangs in the middle of a message
        server = ScriptedServer(scripted(compose("Hangs", text="word " * 2_000)), hangs_inside_literal_of=1).start()
        self.addCleanup(server.close)
        account = self.installation.connect("ann", server.address, PASSWORD)
        process = self.installation.start("all")
        self.installation.call("account", "start", account)
        wait_until(lambda: self.series().get('postrider_imap_connections{state="signed_in"}') == 1, "the job")
        wait_until(lambda: self.ask("/readyz")[0] == 200, "readiness")
        # when
        process.terminate()
        # then
        wait_until(lambda: self.ask("/readyz")[0] == 503, "the drain")
        checks = json.loads(self.ask("/readyz")[1])["checks"]
        self.assertIn({"name": "draining", "ready": False, "reason": "asked to stop"}, checks)
        self.assertEqual(self.ask("/healthz")[0], 200)
        self.assertEqual(self.series()['postrider_imap_connections{state="signed_in"}'], 1)
        self.assertIsNone(process.poll())
        process.kill()
        process.wait()

    def test_an_address_that_is_taken(self) -> None:
        """A role whose listener can't listen ends with 1 and names the address; an address that is none is named too."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.assertIn(address, self.installation.refused("worker", "--metrics-bind", address))
        self.assertIn("POSTRIDER_METRICS_BIND is nowhere",
                      self.installation.refused("worker", "--metrics-bind", "nowhere"))

    def test_off(self) -> None:
        """Without the setting nothing listens."""
        self.installation.set(POSTRIDER_METRICS_BIND=None)
        self.installation.start("scheduler")
        wait_until(lambda: "started" in self.installation.logged(), "the start")
        self.assertNotIn("metrics and health are served", self.installation.logged())


if __name__ == "__main__":
    unittest.main()
