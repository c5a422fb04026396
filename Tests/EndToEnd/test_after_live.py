"""What happens in the mailbox after the first sync, and how an account and a role come to their end."""

import unittest

from installation import Installation, wait_until
from mail import DAY, DovecotMailbox, compose, scripted
from scripted_imap import PASSWORD, ScriptedServer


class LiveAccountTests(unittest.TestCase):
    """One live account for all; each test has messages of its own in it."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)
        cls.mailbox = DovecotMailbox()
        cls.addClassCleanup(cls.mailbox.close)
        cls.mailbox.append(compose("The first", message_id="first@example.com"))
        cls.mailbox.append(compose("Thrown away"), folder="Trash")
        cls.mailbox.append(compose("Spam"), folder="Junk")
        cls.mailbox.append(compose("Half written"), folder="Drafts")
        cls.account = cls.installation.connect(cls.mailbox.user)
        cls.installation.start("all")
        cls.installation.sync_first(cls.account)

    def stored(self, subject: str) -> list[dict]:
        return [each for each in self.installation.stored(self.account) if each["subject"] == subject]

    def test_new_mail(self) -> None:
        """A message that arrives is there after `account sync`."""
        self.mailbox.append(compose("News"), flags="\\Flagged")
        self.installation.sync_again(self.account)
        [news] = self.stored("News")
        self.assertEqual(news["folders"][0]["flags"], ["\\Flagged"])

    def test_changed_flag(self) -> None:
        """A flag that is set in the mailbox shows up on the message."""
        self.mailbox.append(compose("To be read"))
        self.installation.sync_again(self.account)
        [before] = self.stored("To be read")
        self.assertEqual(before["folders"][0]["flags"], [])
        self.mailbox.add_flags(before["folders"][0]["uid"], "\\Seen")
        self.installation.sync_again(self.account)
        [after] = self.stored("To be read")
        self.assertEqual(after["folders"][0]["flags"], ["\\Seen"])
        self.assertEqual(after["id"], before["id"])

    def test_old_arrival_of_no_thread(self) -> None:
        """Old mail that is moved in and belongs to nothing that is synced is known, and skipped with that reason."""
        self.mailbox.append(compose("Ten days old"), age=10 * DAY)
        self.installation.sync_again(self.account)
        self.assertEqual(self.stored("Ten days old"), [])
        self.assertEqual(self.installation.query(
            "SELECT f.path, s.reason FROM folder_skips s JOIN folders f ON f.id = s.folder_id "
            "WHERE s.reason = 'old_arrival'"), "INBOX|old_arrival")
        # and a second visit doesn't take it for new
        self.installation.sync_again(self.account)
        self.assertEqual(self.stored("Ten days old"), [])

    def test_old_arrival_of_a_synced_thread(self) -> None:
        """Old mail that belongs to a synced thread joins it, however old."""
        self.mailbox.append(compose("Re: The first", reply_to="first@example.com"), age=10 * DAY)
        self.installation.sync_again(self.account)
        [late] = self.stored("Re: The first")
        [first] = self.stored("The first")
        self.assertEqual(late["thread_id"], first["thread_id"])
        thread = self.installation.object("thread", "show", first["thread_id"])
        self.assertEqual({each["id"] for each in thread["messages"]}, {late["id"], first["id"]})

    def test_trash_only_by_name(self) -> None:
        """Trash, Spam and Drafts are not pulled with the whole mailbox; named, Trash is."""
        self.assertEqual([self.stored(each) for each in ("Thrown away", "Spam", "Half written")], [[], [], []])
        # when
        self.installation.call("account", "choose", self.account, "--all", "--folder", "Trash")
        self.installation.sync_again(self.account)
        # then
        self.assertEqual([place["path"] for each in self.stored("Thrown away") for place in each["folders"]], ["Trash"])
        self.assertEqual(self.stored("Spam"), [])


class EndOfAccountTests(unittest.TestCase):
    """How an account stops: by a password that no longer holds, or by being removed."""

    def test_changed_password(self) -> None:
        """A password that is refused later stops the account at the first refusal, and says what to do."""
        with Installation() as installation, ScriptedServer(scripted(compose("One"))) as server:
            account = installation.connect("ann", server.address, PASSWORD)
            installation.start("all")
            installation.sync_first(account)
            # when
            server.refuses_sign_in = True
            # refused where the listener, which signs in after the first sync, has met the refusal already
            installation.run("account", "sync", account)
            # then
            installation.wait_for_state(account, "needs_reauthentication")
            problem = installation.object("account", "status", account)["error"]
            self.assertEqual(problem["code"], "sign_in_refused")
            self.assertIn("refused the sign-in", problem["text"])
            self.assertNotIn(PASSWORD, problem["text"] + installation.logged())
            # and it isn't tried again by itself, which would lock the mailbox
            self.assertEqual(installation.query(
                f"SELECT next_due_at FROM account_dispatch WHERE account_id = '{account}'"), "")
            self.assertEqual(server.refusals, 1)
            self.assertEqual(len(installation.stored(account)), 1)
            # and whoever waits for it is told
            self.assertIn("sign_in_refused", installation.refused("account", "status", account, "--watch"))

    def test_removal(self) -> None:
        """Removing an account removes its mail and its secrets, says how much went, and leaves the others alone."""
        with Installation() as installation, DovecotMailbox() as mailbox, DovecotMailbox() as other:
            for number in range(5):
                mailbox.append(compose(f"Mine {number}"))
            other.append(compose("Another's"))
            account, kept = installation.connect(mailbox.user), installation.connect(other.user)
            installation.start("all")
            installation.sync_first(account)
            installation.sync_first(kept)
            tables = installation.query(
                "SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t "
                "USING (table_schema, table_name) WHERE c.column_name = 'account_id' AND t.table_type = 'BASE TABLE' "
                "AND table_schema = 'public' AND table_name NOT LIKE 'event%'").splitlines()
            # when
            removed = installation.object("account", "remove", account)
            # then
            self.assertEqual(removed, {"id": account, "messages_removed": 5})
            for table in tables:
                with self.subTest(table=table):
                    self.assertEqual(
                        installation.query(f"SELECT count(*) FROM {table} WHERE account_id = '{account}'"), "0")
            self.assertEqual([each["id"] for each in installation.objects("account", "list")], [kept])
            self.assertEqual(len(installation.stored(kept)), 1)
            self.assertIn("there is no account", installation.refused("account", "status", account))
            # and the roles go on for the one that is left
            other.append(compose("Later"))
            installation.sync_again(kept)
            self.assertEqual(len(installation.stored(kept)), 2)


class EndOfRoleTests(unittest.TestCase):
    """SIGTERM ends each role with 0, and soon."""

    def test_idle_roles(self) -> None:
        """Roles that have nothing to do end at once."""
        with Installation(POSTRIDER_LOG_LEVEL="info") as installation:
            roles = {role: installation.start(role) for role in ("scheduler", "worker", "all")}
            wait_until(lambda: installation.logged().count("started") >= len(roles), "each role's first line")
            for role, process in roles.items():
                with self.subTest(role=role):
                    self.assertEqual(installation.stop(process, 5), 0, installation.logged())

    def test_worker_in_the_middle_of_a_sync(self) -> None:
        """A worker that is asked to stop in mid-sync keeps what it has, ends with 0, and its successor finishes."""
        raw = [compose(f"Number {number}") for number in range(400)]
        with Installation() as installation, ScriptedServer(scripted(*raw), pause=0.01) as server:
            account = installation.connect("ann", server.address, PASSWORD)
            installation.start("scheduler")
            worker = installation.start("worker")
            installation.call("account", "start", account)
            wait_until(lambda: installation.query("SELECT EXISTS (SELECT FROM messages)") == "t", "a first checkpoint")
            # when
            self.assertEqual(installation.stop(worker, 30), 0)
            # then
            kept = int(installation.query("SELECT count(*) FROM messages"))
            self.assertEqual(installation.object("account", "status", account)["state"], "initial_sync")
            server.pause = 0
            installation.start("worker")
            installation.wait_for_state(account, "live")
            stored = installation.stored(account)
            self.assertEqual(len(stored), len(raw))
            self.assertEqual(sorted(place["uid"] for each in stored for place in each["folders"]),
                             list(range(1, len(raw) + 1)))
            # and nothing that was kept has been fetched again
            self.assertLessEqual(server.bodies, len(raw) + len(raw) - kept)


if __name__ == "__main__":
    unittest.main()
