"""First syncs of 64 KiB through a proxy that cuts, slices, delays, resets and falls silent: nothing is lost, nothing twice."""

import random
import unittest
from concurrent.futures import ThreadPoolExecutor

from installation import Installation, dovecot, wait_until
from live_account import LiveAccount, grounds
from mail import compose
from mail_servers.fault_proxy import Fault

EXCHANGE = 64 << 10
"""Bytes that one whole exchange takes, from the greeting on; scripts/soak cuts cuts at each of them."""
CUTS = 30


class CutTests(unittest.TestCase):
    """Accounts with equal mailboxes side by side, each with a fault of its own."""

    @classmethod
    def setUpClass(cls) -> None:
        dovecot()
        cls.grounds = grounds()
        cls.addClassCleanup(cls.grounds.close)
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)
        for role in ("scheduler", "worker"):
            cls.installation.start(role)
        cls.raw = [compose(f"Number {number}", text="words and more " * 300, message_id=f"n{number}@x") for number in range(12)]

    def synced(self, *faults: Fault) -> LiveAccount:
        """An account whose first connections after its sign-up have these faults, once it is live all the same."""
        account = LiveAccount(self.installation, self.grounds)
        self.addCleanup(account.close)
        for raw in self.raw:
            account.append(raw)
        account.id = self.installation.connect(account.user, account.proxy.address, dovecot()["password"],
                                               owner=self.installation.user())
        account.proxy.faults.extend(faults)
        self.installation.call("account", "start", account.id)

        def live() -> bool:
            # Whatever a cut connection made it wait for
            self.installation.run("account", "sync", account.id)
            return self.installation.query(f"SELECT state FROM accounts WHERE id = '{account.id}'") == "live"
        wait_until(live, lambda: f"live; {account.stored().account}", 90)
        account.settled()
        self.assertEqual(len(account.stored().messages), len(self.raw))
        return account

    def test_cut_anywhere(self) -> None:
        """The first three connections of each account are cut at bytes that a seed names."""
        chance = random.Random("cuts")
        places = [[Fault(cut_after=chance.randint(0, EXCHANGE), reset=chance.random() < 0.3) for _ in range(3)]
                  for _ in range(CUTS)]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda faults: self.synced(*faults), places))

    def test_single_bytes(self) -> None:
        """An exchange that comes byte by byte is as good as any."""
        account = self.synced(*[Fault(slice=True)] * 4)
        self.assertGreater(max(account.proxy.received), 60_000)

    def test_slow(self) -> None:
        """Each piece late by a while."""
        self.synced(*[Fault(delay=0.05)] * 4)


if __name__ == "__main__":
    unittest.main()
