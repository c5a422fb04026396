"""Connections to a provider are counted over all processes, and a limit keeps nobody from being synced."""

import threading
import unittest

from installation import Installation, wait_until
from live_account import LiveAccount, grounds
from mail import compose


class ConnectionTests(unittest.TestCase):

    def test_limit_of_a_host(self) -> None:
        """With three connections for four accounts, two wait for news, all are synced, and never are there four."""
        with grounds() as servers, Installation() as installation:
            for role in ("scheduler", "worker"):
                installation.start(role)
            accounts = [LiveAccount(installation, servers).start() for _ in range(4)]
            for account in accounts:
                self.addCleanup(account.close)
            installation.query("UPDATE accounts SET interval_seconds = 1")
            installation.call("queue", "limit", "host:127.0.0.1", "--connections", "3")
            # Those of the first syncs end.
            wait_until(lambda: self.gate(installation)["connections_open"] <= 3, "few connections")
            most, done = [0], threading.Event()

            def watch() -> None:
                while not done.wait(0.02):
                    most[0] = max(most[0], sum(account.proxy.open for account in accounts))

            watching = threading.Thread(target=watch)
            # when
            installation.start("listener")
            watching.start()
            wait_until(lambda: sum(account.proxy.open for account in accounts) >= 2, "connections that wait for news")
            for number, account in enumerate(accounts):
                account.append(compose(f"Here {number}", message_id=f"here{number}@x"))
            for number, account in enumerate(accounts):
                wait_until(lambda account=account, number=number: account.message(f"here{number}@x"),
                           lambda number=number: f"mail of account {number}: {self.gate(installation)}", 60)
            done.set()
            watching.join()
            # then
            self.assertLessEqual(most[0], 3)
            self.assertIn("of 3", installation.call("queue", "gates"))
            # when it is lifted, then all wait for news
            installation.call("queue", "limit", "host:127.0.0.1", "--none")
            wait_until(lambda: all(account.proxy.open >= 1 for account in accounts), "a connection each", 60)

    @staticmethod
    def gate(installation: Installation) -> dict:
        [gate] = installation.objects("queue", "gates")
        return gate

    def test_wrong_limits(self) -> None:
        """Only hosts and accounts have connections, and never fewer than none."""
        with Installation() as installation:
            installation.start("scheduler")
            wait_until(lambda: installation.run("queue", "list").returncode == 0, "a queue with an epoch")
            self.assertIn("host:…", installation.refused("queue", "limit", "organization:x", "--connections", "3"))
            self.assertIn("0 or more", installation.refused("queue", "limit", "host:x", "--connections=-1"))


if __name__ == "__main__":
    unittest.main()
