"""Gmail's shape: one message in All Mail and in any number of labels is fetched once, stored once and placed many times."""

import unittest

from installation import Installation, dovecot
from live_account import LiveAccount, grounds
from mail import DAY, compose
from mail_servers.gmail_mailbox import ALL, INBOX, STARRED, TRASH


class GmailShape:
    """The same with and without CONDSTORE."""

    kind: str

    def setUp(self) -> None:
        dovecot()
        self.grounds = grounds()
        self.addCleanup(self.grounds.close)
        self.installation = Installation()
        self.addCleanup(self.installation.close)
        for role in ("scheduler", "worker"):
            self.installation.start(role)
        self.account = LiveAccount(self.installation, self.grounds, self.kind)
        self.addCleanup(self.account.close)
        self.server = self.grounds.server(self.kind)

    def label(self, message_id: str, change: str) -> None:
        """As `+X-GM-LABELS (Work)`."""
        self.account.client.store([self.account.uid(message_id, ALL)], change)

    def now(self, message_id: str, *folders: str) -> dict:
        """The message once it is placed in these folders."""
        return self.account.wait_for(
            lambda: (found := self.account.message(message_id)) and set(found["folders"]) == set(folders) and found,
            f"{message_id} in {folders}")

    def fetched(self) -> list[int]:
        """The bodies that were sent, by X-GM-MSGID."""
        return list(self.server.fetched[self.account.user])

    def test_stored_once_placed_many_times(self) -> None:
        """A message under three labels is one row with five places, and its body is fetched once, then and later."""
        self.account.client.create("Work")
        self.account.append(compose("One", message_id="one@x"))
        self.label("one@x", "+X-GM-LABELS (Work \\Starred)")
        self.account.start()
        first = self.now("one@x", ALL, INBOX, STARRED, "Work")
        # when its labels change
        self.label("one@x", "-X-GM-LABELS (Work \\Inbox)")
        archived = self.now("one@x", ALL, STARRED)
        self.label("one@x", "+X-GM-LABELS (Later)")
        labelled = self.now("one@x", ALL, STARRED, "Later")
        # then
        self.assertEqual({first["id"], archived["id"], labelled["id"]}, {first["id"]})
        self.assertEqual(len(self.fetched()), len(set(self.fetched())))
        self.assertEqual(self.installation.query("SELECT count(*), count(provider_message_id) FROM messages"), "1|1")
        self.account.settled()

    def test_trash_and_back(self) -> None:
        """What goes to Trash leaves All Mail and every label, is followed there, and comes back as the same message."""
        self.account.append(compose("One", message_id="one@x"))
        self.account.start()
        before = self.now("one@x", ALL, INBOX)
        self.account.move("one@x", INBOX, TRASH)
        trashed = self.now("one@x", TRASH)
        self.assertEqual((trashed["id"], trashed["trashed"], trashed["deleted"]), (before["id"], True, False))
        self.account.move("one@x", TRASH, INBOX)
        self.assertEqual(self.now("one@x", ALL, INBOX)["id"], before["id"])
        self.assertEqual(len(self.fetched()), 1)

    def test_counted_before_it_is_seen(self) -> None:
        """A message that is counted before it can be read is taken as soon as it can, though nothing else changes then."""
        self.account.start()
        self.server.hides = lambda message: b"late@x" in message.raw
        self.account.append(compose("Late", message_id="late@x"))
        self.account.visit()
        self.account.visit()
        self.assertIsNone(self.account.message("late@x"))
        # when
        self.server.hides = lambda message: False
        # then
        self.now("late@x", ALL, INBOX)
        self.account.settled()

    def test_flags_told_late(self) -> None:
        """Flags that can be seen only after the mod-sequence has moved past them are known with the next change."""
        for name in ("one@x", "two@x"):
            self.account.append(compose(name, message_id=name))
        self.account.start()
        self.server.hides_flags = lambda message: b"one@x" in message.raw
        self.label("one@x", "+FLAGS (\\Flagged)")
        self.label("two@x", "+FLAGS (\\Seen)")
        self.account.wait_for(lambda: self.account.message("two@x")["flags"][INBOX] == ["\\Seen"], "the flag that is told")
        # when
        self.server.hides_flags = lambda message: False
        self.label("two@x", "+FLAGS (\\Answered)")
        # then
        self.account.wait_for(lambda: "\\Flagged" in self.account.message("one@x")["flags"][INBOX], "the flag told late")
        self.account.settled()

    def test_threads_by_id(self) -> None:
        """Messages of one X-GM-THRID are one thread though nothing in their headers says so, and one is pulled with the other."""
        self.account.append(compose("Old", message_id="old@x"), folder=ALL, age=50 * DAY)
        self.account.append(compose("New", message_id="new@x"))
        self.server.change(self.account.user, self.join)
        self.account.start()
        self.account.wait_for(lambda: self.account.message("old@x"), "the old message")
        self.assertEqual(self.account.message("old@x")["thread"], self.account.message("new@x")["thread"])
        # and so do arrivals
        self.account.append(compose("Newer", message_id="newer@x"))
        self.server.change(self.account.user, self.join)
        self.account.wait_for(lambda: self.account.message("newer@x"), "the arrival")
        self.assertEqual(self.account.message("newer@x")["thread"], self.account.message("new@x")["thread"])

    @staticmethod
    def join(mailbox) -> None:
        for message in mailbox.messages:
            message.thread = mailbox.messages[0].thread

    def test_same_bytes_twice(self) -> None:
        """Two messages of the provider with the same bytes would be two; the same message under two labels is one."""
        self.account.client.create("Work")
        raw = compose("Same", message_id="same@x")
        self.account.append(raw)
        self.account.append(raw, folder="Work")
        self.account.start()
        self.now("same@x", ALL, INBOX, "Work")
        self.account.settled()


class WithCondstoreTests(GmailShape, unittest.TestCase):
    kind = "gmail"


class WithoutCondstoreTests(GmailShape, unittest.TestCase):
    kind = "gmail-plain"


if __name__ == "__main__":
    unittest.main()
