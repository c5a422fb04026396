"""What happens to mail in the mailbox happens to the stored mail: moved, archived, thrown away, expunged, renamed."""

import unittest

from installation import Installation, dovecot, wait_until
from live_account import LiveAccount, grounds
from mail import compose


class Following:
    """The same suite for each kind of server; an account of a kind serves all of its tests."""

    kind: str

    @classmethod
    def setUpClass(cls) -> None:
        dovecot()
        cls.grounds = grounds()
        cls.addClassCleanup(cls.grounds.close)
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)
        for role in ("scheduler", "worker"):
            cls.installation.start(role)
        cls.account = LiveAccount(cls.installation, cls.grounds, cls.kind)
        cls.addClassCleanup(cls.account.close)
        cls.account.start("--folders", "INBOX,Projects")

    def given(self, message_id: str, folder: str = "INBOX") -> dict:
        """A message that has come and is stored."""
        self.account.append(compose(message_id, message_id=message_id), folder=folder)
        self.account.visit()
        return self.account.message(message_id)

    def now(self, message_id: str, **expected: object) -> dict:
        """The message once it is as expected."""
        return self.account.wait_for(
            lambda: (found := self.account.message(message_id)) and expected.items() <= found.items() and found,
            f"{message_id} with {expected}")

    def test_move_between_chosen(self) -> None:
        """A move between chosen folders keeps the message; nothing says that it was deleted or made."""
        before = self.given("moved@x")
        self.account.move("moved@x", "INBOX", "Projects")
        after = self.now("moved@x", folders=["Projects"])
        self.assertEqual((after["id"], after["in_scope"], after["deleted"]), (before["id"], True, False))
        self.assertEqual(self.installation.query(
            f"SELECT count(*) FROM events WHERE subject_id = '{before['id']}' AND kind = 'message.deleted'"), "0")

    def test_archive_and_back(self) -> None:
        """What is archived where nobody looks is kept and out of scope; brought back it is the same message again."""
        before = self.given("archived@x")
        self.account.move("archived@x", "INBOX", "Archive")
        away = self.now("archived@x", folders=["Archive"])
        self.assertEqual((away["id"], away["in_scope"], away["trashed"], away["deleted"]), (before["id"], False, False, False))
        # its flags are followed as well
        self.account.client.store([self.account.uid("archived@x", "Archive")], "+FLAGS (\\Flagged)")
        self.now("archived@x", flags={"Archive": ["\\Flagged"]})
        # when
        self.account.move("archived@x", "Archive", "INBOX")
        # then
        self.assertEqual(self.now("archived@x", folders=["INBOX"], in_scope=True)["id"], before["id"])

    def test_trash(self) -> None:
        """In Trash it is trashed; expunged there, it is deleted, and somebody is told."""
        before = self.given("thrown@x")
        self.account.move("thrown@x", "INBOX", "Trash")
        self.assertFalse(self.now("thrown@x", folders=["Trash"], trashed=True)["deleted"])
        self.account.expunge("thrown@x", "Trash")
        self.assertEqual(self.now("thrown@x", folders=[], deleted=True)["id"], before["id"])
        self.assertEqual(self.installation.query(
            f"SELECT count(*) FROM events WHERE subject_id = '{before['id']}' AND kind = 'message.deleted'"), "1")

    def test_flagged_as_deleted(self) -> None:
        """Flagged as deleted it is trashed, and no longer when the flag goes."""
        self.given("doomed@x")
        self.account.client.store([self.account.uid("doomed@x")], "+FLAGS (\\Deleted)")
        self.now("doomed@x", trashed=True, folders=["INBOX"])
        self.account.client.store([self.account.uid("doomed@x")], "-FLAGS (\\Deleted)")
        self.now("doomed@x", trashed=False, in_scope=True)

    def test_copies(self) -> None:
        """A copy is a second place of the one message, which lives as long as one of them does."""
        before = self.given("copied@x")
        self.account.client.transfer([self.account.uid("copied@x")], "Projects", moves=False)
        self.assertEqual(self.now("copied@x", folders=["INBOX", "Projects"])["id"], before["id"])
        self.account.expunge("copied@x")
        self.assertFalse(self.now("copied@x", folders=["Projects"])["deleted"])

    def test_rename(self) -> None:
        """A chosen folder that is renamed stays chosen, with its mail."""
        self.account.client.create("Alpha")
        self.account.visit()
        self.installation.call("account", "choose", self.account.id, "--folders", "INBOX,Projects,Alpha")
        before = self.given("renamed@x", "Alpha")
        self.account.client.rename("Alpha", "Beta")
        after = self.now("renamed@x", folders=["Beta"], in_scope=True)
        self.assertEqual((after["id"], after["uids"]["Beta"]), (before["id"], before["uids"]["Alpha"]))
        # and mail that comes to it later is synced
        self.assertIsNotNone(self.given("after@x", "Beta"))
        # when it is removed
        self.account.client.delete("Beta")
        # then its mail is deleted
        self.now("renamed@x", deleted=True)

    def test_new_uidvalidity(self) -> None:
        """A folder that is numbered anew costs nothing: the same messages and threads, and no body fetched again."""
        text = "word " * 20_000
        self.account.append(compose("Large", text=text, message_id="large@x"), folder="Projects")
        self.account.visit()
        before = self.account.message("large@x")
        received = sum(self.account.proxy.received)
        self.account.renumber("Projects")
        self.account.wait_for(lambda: "Projects" in self.account.stored().folders and not self.account.stored().stray
                              and self.account.message("large@x")["folders"] == ["Projects"], "the folder's new numbers")
        self.account.settled(chose_all=False)
        after = self.account.message("large@x")
        self.assertEqual((after["id"], after["thread"], after["deleted"]), (before["id"], before["thread"], False))
        self.assertLess(sum(self.account.proxy.received) - received, len(text), "the body was fetched again")


    def test_flags_between_two_visits(self) -> None:
        """Flags that change between the visit that finds a message elsewhere and the first that looks there are known."""
        self.account.client.create("Cellar")
        self.given("flagged@x")
        changes = []

        def change(data: bytes) -> None:
            if not changes and b"STATUS" in data and b"Cellar" in data:
                changes.append("+FLAGS")
                self.account.client.store([self.account.uid("flagged@x", "Cellar")], "+FLAGS (\\Flagged)")

        # when they change just before that folder's state is asked for
        self.account.move("flagged@x", "INBOX", "Cellar")
        self.account.proxy.command = change
        # then
        self.now("flagged@x", folders=["Cellar"], flags={"Cellar": ["\\Flagged"]})
        self.assertEqual(changes, ["+FLAGS"])

    def test_stored_elsewhere_and_numbered_anew(self) -> None:
        """Old mail whose thread is stored elsewhere is taken from a folder that is numbered anew, not passed over."""
        self.account.append(compose("Old", message_id="root@x"), age=40 * 86_400)
        self.account.append(compose("Re: Old", message_id="answer@x", reply_to="root@x"))
        self.account.visit()
        for message_id in ("root@x", "answer@x"):
            self.account.wait_for(lambda message_id=message_id: self.account.message(message_id), message_id)
            self.account.move(message_id, "INBOX", "Archive")
        before = self.now("root@x", folders=["Archive"])
        # when
        self.account.client.transfer([self.account.uid("root@x", "Archive")], "Projects", moves=False)
        self.account.renumber("Projects")
        # then
        self.assertEqual(self.now("root@x", folders=["Archive", "Projects"], in_scope=True)["id"], before["id"])

    def test_left_where_it_was_passed_over(self) -> None:
        """A message whose last other place goes is placed where it had been passed over, as an unlucky move leaves it."""
        before = self.given("twice@x")
        self.account.client.transfer([self.account.uid("twice@x")], "Projects", moves=False)
        uid = self.now("twice@x", folders=["INBOX", "Projects"])["uids"]["Projects"]
        self.installation.query(f"""
            WITH gone AS (DELETE FROM message_placements p USING folders f
                           WHERE f.id = p.folder_id AND f.path = 'Projects' AND p.uid = {uid}
                             AND p.account_id = '{self.account.id}' RETURNING p.*)
            INSERT INTO folder_skips AS s (organization_id, account_id, folder_id, uidvalidity, reason, uids)
            SELECT organization_id, account_id, folder_id, uidvalidity, 'too_old', int8multirange(int8range(uid, uid + 1))
              FROM gone ON CONFLICT (organization_id, account_id, folder_id, uidvalidity, reason)
                        DO UPDATE SET uids = s.uids + excluded.uids""")
        self.account.expunge("twice@x")
        after = self.now("twice@x", folders=["Projects"], deleted=False)
        self.assertEqual(after["id"], before["id"])


class QresyncTests(Following, unittest.TestCase):
    kind = "dovecot-qresync"


class CondstoreTests(Following, unittest.TestCase):
    kind = "dovecot-condstore"


class PlainTests(Following, unittest.TestCase):
    kind = "dovecot-plain"


class PymapTests(Following, unittest.TestCase):
    kind = "pymap"


class MeanwhileTests(unittest.TestCase):
    """What happens in the mailbox while it is read."""

    def test_moved_while_it_is_looked_for(self) -> None:
        """Moved from a folder still to be searched into one that has been, a message is found all the same."""
        with grounds() as servers, Installation() as installation:
            account = LiveAccount(installation, servers)
            self.addCleanup(account.close)
            for role in ("scheduler", "worker"):
                installation.start(role)
            account.client.create("Zulu")
            account.start("--folders", "INBOX")
            account.append(compose("Restless", message_id="restless@x"))
            account.wait_for(lambda: account.message("restless@x"), "the message")
            account.move("restless@x", "INBOX", "Zulu")
            moves = []

            def move_on(data: bytes) -> None:
                if not moves and b"EXAMINE" in data and b"Zulu" in data:
                    moves.append("Archive")
                    account.move("restless@x", "Zulu", "Archive")

            # when it moves on at the moment at which the search reaches it
            account.proxy.command = move_on
            account.visit()
            # then
            account.wait_for(lambda: account.message("restless@x")["folders"] == ["Archive"], "its new place")
            self.assertEqual(moves, ["Archive"])
            self.assertFalse(account.message("restless@x")["deleted"])


class ChoiceTests(unittest.TestCase):
    """Folders that come and go while all are chosen, and a choice that changes."""

    def test_all_and_less(self) -> None:
        """With all chosen a new folder is; what is no longer chosen is kept, out of scope; chosen again it is in scope."""
        with grounds() as servers, Installation() as installation:
            account = LiveAccount(installation, servers)
            self.addCleanup(account.close)
            for role in ("scheduler", "worker"):
                installation.start(role)
            account.start()
            account.client.create("Later")
            account.append(compose("In a new folder", message_id="new@x"), folder="Later")
            account.wait_for(lambda: account.message("new@x"), "the new folder's mail")
            # when
            installation.call("account", "choose", account.id, "--folders", "INBOX")
            # then
            account.wait_for(lambda: account.message("new@x")["in_scope"] is False, "mail out of scope")
            self.assertFalse(account.message("new@x")["deleted"])
            # when
            installation.call("account", "choose", account.id, "--all")
            account.wait_for(lambda: account.message("new@x")["in_scope"], "mail in scope again")
            account.settled()

    def test_unreachable_meanwhile(self) -> None:
        """A server that can't be reached for a while takes nothing away."""
        with grounds() as servers, Installation() as installation:
            account = LiveAccount(installation, servers)
            self.addCleanup(account.close)
            for role in ("scheduler", "worker"):
                installation.start(role)
            account.append(compose("One", message_id="one@x"), folder="Projects")
            account.start()
            before = account.message("one@x")
            account.proxy.refuses = True
            account.proxy.cut_all()
            installation.call("account", "sync", account.id)
            wait_until(lambda: account.proxy.accepted > 1, "a try")
            account.proxy.refuses = False
            account.settled()
            self.assertEqual(account.message("one@x"), before)


if __name__ == "__main__":
    unittest.main()
