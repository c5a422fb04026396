"""A Redis that sentinels keep: its master is killed under load, and once with writes that no replica has."""

import signal
import unittest
from contextlib import ExitStack

from fleet import RedisServer, Visitors
from installation import Installation, wait_until

ACCOUNTS = 600
INTERVAL = 3
"""Seconds between an account's visits."""


class SentinelTests(unittest.TestCase):
    """One master, two replicas, three sentinels; a scheduler, a worker that visits, and accounts of each test's own."""

    def setUp(self) -> None:
        stack = ExitStack()
        self.addCleanup(stack.close)
        self.master = RedisServer()
        stack.callback(self.master.close)
        self.replicas = []
        for _ in range(2):
            self.replicas.append(RedisServer(f"replicaof 127.0.0.1 {self.master.port}"))
            stack.callback(self.replicas[-1].close)
        self.sentinels = []
        for _ in range(3):
            self.sentinels.append(RedisServer(
                f"sentinel monitor fleet 127.0.0.1 {self.master.port} 2", "sentinel down-after-milliseconds fleet 600",
                "sentinel failover-timeout fleet 4000", "sentinel parallel-syncs fleet 1", sentinel=True))
            stack.callback(self.sentinels[-1].close)
        for sentinel in self.sentinels:
            wait_until(lambda: self.known_to(sentinel) == ("2", "2"), lambda: f"known to a sentinel: {self.known_to(sentinel)}")
        for replica in self.replicas:
            wait_until(lambda: replica.info("replication").get("master_link_status") == "up", "a replica in step")
        addresses = ",".join(each.address for each in self.sentinels)
        self.installation = Installation(
            POSTRIDER_REDIS_URL=f"redis+sentinel://{addresses}/fleet", POSTRIDER_LOG_LEVEL="info")
        self.addCleanup(self.installation.close)
        self.visitors = Visitors(self.installation, ACCOUNTS, INTERVAL)
        self.installation.start("scheduler")
        self.visitor = self.visitors.start()
        self.visitors.wait_until_all_ran(20)

    def known_to(self, sentinel: RedisServer) -> tuple[str, str]:
        """How many replicas and other sentinels a sentinel knows of."""
        lines = sentinel.call("SENTINEL", "MASTER", "fleet").splitlines()
        about = dict(zip(lines[::2], lines[1::2]))
        return about["num-slaves"], about["num-other-sentinels"]

    def epochs(self) -> int:
        return self.installation.logged().count("the queue has a new epoch")

    def test_master_killed(self) -> None:
        """The master is killed under load: the queue goes on at the new one, and every account and action runs again."""
        before = self.epochs()
        self.visitors.act(100)
        # when
        self.master.kill()
        # then
        self.visitors.wait_until_all_ran(30)
        self.assertIn("master", [each.info("replication")["role"] for each in self.replicas])
        self.assertEqual(self.epochs(), before + 1)
        # and a scheduler that starts now finds its way as well
        self.installation.start("scheduler")
        self.visitors.act(20)
        self.visitors.wait_until_all_ran(20)
        self.assertEqual(self.epochs(), before + 1)

    def test_writes_lost(self) -> None:
        """What only the dead master knew is asked for again: a new epoch, and no account and no action is lost."""
        before = self.epochs()
        # given replicas that get no more of what is written
        for replica in self.replicas:
            replica.send(signal.SIGSTOP)
        self.master.call("CLIENT", "KILL", "TYPE", "replica")
        # and jobs that the master alone has, since nobody takes them
        self.visitor.send_signal(signal.SIGSTOP)
        self.visitors.act(100)
        wait_until(lambda: self.installation.query("SELECT count(*) FROM outbox") == "0", "wake-ups in Redis alone")
        self.assertGreaterEqual(self.jobs_at(self.master), 100)
        # when
        self.master.kill()
        for replica in self.replicas:
            replica.send(signal.SIGCONT)
        self.visitor.send_signal(signal.SIGCONT)
        # then
        self.visitors.wait_until_all_ran(30)
        self.assertEqual(self.epochs(), before + 1)

    def jobs_at(self, server: RedisServer) -> int:
        """Jobs that a server knows of."""
        shard = f"{self.installation.name}0"
        return int(server.call("HLEN", f"postrider:{{{shard}}}:jobs"))


if __name__ == "__main__":
    unittest.main()
