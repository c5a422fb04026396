"""A queue that is spread over two Redis servers: an organization's jobs are always at the same one."""

import unittest

from fleet import RedisServer
from installation import Installation, wait_until
from mail import DovecotMailbox, compose


def shard_of(organization: str) -> int:
    """As JobQueues decides it (FNV-1a), written here once more: if it changed, jobs would be looked for at the wrong one."""
    found = 0xCBF29CE484222325
    for byte in organization.encode():
        found = ((found ^ byte) * 0x100000001B3) % 2**64
    return found % 2


class ShardTests(unittest.TestCase):

    def test_two_servers(self) -> None:
        """Accounts of either shard are synced; one server that loses all its data costs neither shard's accounts theirs."""
        # given organizations of both shards
        servers = [RedisServer() for _ in range(2)]
        for server in servers:
            self.addCleanup(server.close)
        installation = Installation(POSTRIDER_REDIS_URL=" ".join(server.url for server in servers))
        self.addCleanup(installation.close)
        accounts: tuple[dict, dict] = ({}, {})
        while min(map(len, accounts)) < 2:
            user = installation.user()
            organization = installation.query(f"SELECT organization_id FROM users WHERE id = '{user}'")
            here = accounts[shard_of(organization)]
            if len(here) == 2:
                continue
            mailbox = DovecotMailbox()
            self.addCleanup(mailbox.close)
            mailbox.append(compose("The first"))
            here[installation.connect(mailbox.user, owner=user)] = mailbox
        everyone = {**accounts[0], **accounts[1]}
        installation.query("UPDATE accounts SET interval_seconds = 1")
        installation.start("scheduler")
        wait_until(lambda: installation.run("queue", "list").returncode == 0, "a queue with an epoch")
        # when the queue is paused, then the accounts' jobs are seen where they belong, and at one server each
        installation.call("queue", "pause", "sync")
        for account in everyone:
            installation.call("account", "start", account)
        wait_until(lambda: len(installation.objects("queue", "jobs", "sync")) == 4, "the accounts' jobs")
        for number, server in enumerate(servers):
            there = server.call("HKEYS", f"postrider:{{{installation.name}{number}}}:jobs").split()
            self.assertEqual(sorted(there), sorted(f"read:{account}" for account in accounts[number]))
        jobs = {job["resource"]: job["shard"] for job in installation.objects("queue", "jobs", "sync")}
        self.assertEqual({jobs[f"read:{account}"] for account in accounts[0]}, {f"{installation.name}0"})
        self.assertEqual({jobs[f"read:{account}"] for account in accounts[1]}, {f"{installation.name}1"})
        self.assertEqual(installation.object("queue", "show", "sync")["ready"], 4)
        self.assertEqual(len(installation.object("top")["redis"]), 2)
        # when it goes on, then a worker that works for both has them synced
        installation.call("queue", "resume", "sync")
        installation.start("worker")
        for account in everyone:
            installation.wait_for_state(account, "live")
        [worker] = installation.objects("workers")
        self.assertEqual(worker["concurrency"], 4)

        def all_visited(seconds: float) -> None:
            since = installation.query("SELECT clock_timestamp()")
            wait_until(lambda: installation.query("SELECT count(*) FROM account_dispatch WHERE visited_at IS NULL OR "
                                                  f"visited_at <= '{since}'") == "0", "a visit to every account", seconds)
        all_visited(15)
        # when one server loses everything, and mail arrives meanwhile
        for mailbox in everyone.values():
            mailbox.append(compose("The second"))
        servers[1].call("FLUSHALL")
        # then
        all_visited(15)
        for account in everyone:
            wait_until(lambda: len(installation.stored(account)) == 2, "the mail that arrived", 10)
        # when that server is away, then the other one's accounts go on
        servers[1].kill()
        for _ in range(3):
            since = installation.query("SELECT clock_timestamp()")
            wait_until(lambda since=since: installation.query(
                f"SELECT count(*) FROM account_dispatch WHERE visited_at > '{since}' AND account_id IN "
                f"({', '.join(map(repr, accounts[0]))})") == "2", "visits in the other shard", 15)
        servers[1].start()
        all_visited(20)


if __name__ == "__main__":
    unittest.main()
