"""A window that is widened later brings what is older, and fetches nothing that is there."""

import unittest
from datetime import datetime, timedelta, timezone

from installation import Installation, dovecot
from live_account import LiveAccount, grounds
from mail import DAY, compose
from mail_servers.gmail_mailbox import ALL


class WideningTests(unittest.TestCase):
    """Mail of several ages in All Mail, on a server that counts the bodies that it sends."""

    def test_wider_and_wider(self) -> None:
        """By days, then by a date; each message's body is asked for once in all."""
        dovecot()
        with grounds() as servers, Installation() as installation:
            account = LiveAccount(installation, servers, "gmail")
            self.addCleanup(account.close)
            for role in ("scheduler", "worker"):
                installation.start(role)
            ages = (1, 10, 20, 50, 90)
            for age in ages:
                account.append(compose(f"{age} days", message_id=f"d{age}@x"), folder=ALL, age=age * DAY)
            account.start()

            def there() -> list[int]:
                return [age for age in ages if account.message(f"d{age}@x")]
            self.assertEqual(there(), [1])
            # when
            installation.call("account", "widen", account.id, "--since", "30d")
            # then
            account.wait_for(lambda: there() == [1, 10, 20], "30 days of mail")
            # when
            since = datetime.now(timezone.utc) - timedelta(days=60)
            installation.call("account", "widen", account.id, "--since", f"{since:%Y-%m-%d}")
            # then
            account.wait_for(lambda: there() == [1, 10, 20, 50], "60 days of mail")
            installation.wait_for_state(account.id, "live")
            # before the comparison, which fetches all of them itself
            fetched = list(servers.server("gmail").fetched[account.user])
            self.assertEqual((len(fetched), len(set(fetched))), (4, 4))
            account.settled()
            # and a window isn't made narrower by it
            installation.refused("account", "widen", account.id, "--since", "5d")
            self.assertEqual(there(), [1, 10, 20, 50])

    def test_words(self) -> None:
        """What is neither days nor a date is wrong usage."""
        with Installation() as installation:
            installation.refused("account", "widen", "0190a0a0-0000-7000-8000-000000000000", "--since", "lately", status=2)


if __name__ == "__main__":
    unittest.main()
