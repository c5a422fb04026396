"""The listener: new mail is there at once, on the connection that it came on, and another takes over when one dies."""

import time
import unittest

from installation import Installation, dovecot, wait_until
from live_account import LiveAccount, grounds
from mail import compose

SOON = 3
"""Seconds in which pushed mail must be there; Dovecot itself waits up to half a second."""


class PushTests(unittest.TestCase):
    """Accounts whose poll comes every 5 minutes: what is there sooner was pushed."""

    def setUp(self) -> None:
        dovecot()
        self.grounds = grounds()
        self.addCleanup(self.grounds.close)
        self.installation = Installation()
        self.addCleanup(self.installation.close)
        for role in ("scheduler", "worker"):
            self.installation.start(role)

    def account(self, kind: str = "dovecot-qresync") -> LiveAccount:
        made = LiveAccount(self.installation, self.grounds, kind)
        self.addCleanup(made.close)
        made.start()
        return made

    def home(self, account: LiveAccount) -> str:
        """The name of its live listener; empty where it has none."""
        return self.installation.query("SELECT home FROM account_dispatch JOIN listeners ON name = home "
                                       f"WHERE account_id = '{account.id}' AND held_until > now()")

    def wait_for_home(self, *accounts: LiveAccount, other_than: str = "", seconds: float = 15) -> None:
        def settled() -> bool:
            homes = [self.home(account) for account in accounts]
            return all(homes) and other_than not in homes if other_than else all(homes)
        wait_until(settled, "a home", seconds)

    def assert_pushed(self, account: LiveAccount, message_id: str, folder: str = "INBOX", seconds: float = SOON) -> None:
        account.append(compose(message_id, message_id=message_id), folder=folder)
        wait_until(lambda: account.message(message_id), f"{message_id} pushed in {folder}", seconds)

    def test_new_mail(self) -> None:
        """New mail in INBOX and Sent is pushed by IDLE; by NOTIFY, where it is offered, in the other folders as well."""
        accounts = [self.account(kind) for kind in ("dovecot-qresync", "dovecot-condstore", "dovecot-plain", "pymap", "gmail")]
        self.installation.start("listener")
        self.wait_for_home(*accounts)
        # a connection that has only just begun may not listen yet
        for account in accounts:
            self.assert_pushed(account, f"first@{account.kind}", seconds=10)
        for account in accounts:
            for number in range(3):
                self.assert_pushed(account, f"n{number}@{account.kind}")
        self.assert_pushed(accounts[0], "projects@x", "Projects")
        for account in accounts[:2]:
            self.assert_pushed(account, "sent@x", "Sent", seconds=10)

    def test_flags_and_expunges(self) -> None:
        """What happens to mail in INBOX is pushed as well."""
        account = self.account()
        self.installation.start("listener")
        self.wait_for_home(account)
        self.assert_pushed(account, "one@x", seconds=10)
        account.client.store([account.uid("one@x")], "+FLAGS (\\Flagged)")
        wait_until(lambda: account.message("one@x")["flags"] == {"INBOX": ["\\Flagged"]}, "the flag", SOON)
        account.expunge("one@x")
        wait_until(lambda: account.message("one@x")["deleted"], "its end", SOON)

    def test_lost_connection(self) -> None:
        """A connection that is cut is made again, and what came meanwhile is there."""
        account = self.account()
        self.installation.start("listener")
        self.wait_for_home(account)
        self.assert_pushed(account, "before@x", seconds=10)
        account.proxy.refuses = True
        account.proxy.cut_all(reset=True)
        account.append(compose("Meanwhile", message_id="meanwhile@x"))
        account.proxy.refuses = False
        wait_until(lambda: account.message("meanwhile@x"), "what came meanwhile", 30)
        self.assert_pushed(account, "after@x", seconds=10)

    def test_takeover(self) -> None:
        """Two listeners share the accounts; when one is killed, the other has them all within 15 s, and pushes."""
        accounts = [self.account() for _ in range(6)]
        listeners = {process.pid: process for process in (self.installation.start("listener") for _ in range(2))}
        wait_until(lambda: self.installation.query("SELECT count(*) FROM listeners WHERE held_until > now()") == "2",
                   "two listeners")
        self.wait_for_home(*accounts)
        wait_until(lambda: len({self.home(account) for account in accounts}) == 2, "accounts at both", 20)
        # when
        victim = next(iter(listeners.values()))
        alive = set(self.installation.query("SELECT name FROM listeners").split())
        victim.kill()
        victim.wait()
        died = time.monotonic()
        # then
        wait_until(lambda: self.installation.query("SELECT count(*) FROM listeners WHERE held_until > now()") == "1",
                   "the end of its lease", 15)
        [survivor] = set(self.installation.query("SELECT name FROM listeners WHERE held_until > now()").split())
        self.assertIn(survivor, alive)
        wait_until(lambda: {self.home(account) for account in accounts} == {survivor}, "one home",
                   15 - (time.monotonic() - died))
        for number, account in enumerate(accounts):
            self.assert_pushed(account, f"taken{number}@x", seconds=10)

    def test_drain(self) -> None:
        """A listener that is asked to end lets its accounts go at once, and poll goes on without it."""
        account = self.account()
        listener = self.installation.start("listener")
        self.wait_for_home(account)
        self.assertEqual(self.installation.stop(listener), 0)
        self.assertEqual(self.home(account), "")
        account.append(compose("Polled", message_id="polled@x"))
        account.visit()
        self.assertIsNotNone(account.message("polled@x"))

    def test_pause(self) -> None:
        """The connections of an account that is paused are closed."""
        account = self.account()
        self.installation.start("listener")
        self.wait_for_home(account)
        self.installation.call("account", "pause", account.id)
        wait_until(lambda: account.proxy.open == 0, lambda: f"{account.proxy.open} open connections", 15)


if __name__ == "__main__":
    unittest.main()
