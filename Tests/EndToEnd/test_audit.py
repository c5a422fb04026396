"""`audit` proves that nothing is missing, or repairs and says what; `why` tells how a message came; and the quarantine."""

import json
import unittest

from installation import Installation, dovecot
from live_account import LiveAccount, grounds
from mail import DAY, compose, letter


class AuditTests(unittest.TestCase):
    """An account of a few messages a test; what goes wrong is done to the database by hand."""

    def setUp(self) -> None:
        dovecot()
        self.grounds = grounds()
        self.addCleanup(self.grounds.close)
        self.installation = Installation()
        self.addCleanup(self.installation.close)
        for role in ("scheduler", "worker"):
            self.installation.start(role)
        self.account = LiveAccount(self.installation, self.grounds)
        self.addCleanup(self.account.close)
        for number in range(4):
            self.account.append(compose(f"Number {number}", message_id=f"n{number}@x"), folder="Projects")
        self.account.append(letter("Old", message_id="old@x", age=30 * DAY), age=30 * DAY)
        self.account.start()

    def audit(self, *arguments: str) -> str:
        """What the audit printed; it must have succeeded."""
        return self.installation.call("audit", self.account.id, *arguments)

    def damage(self, sql: str) -> None:
        """Changes rows; {account} and {message} stand for ids."""
        message = self.account.message("n1@x")["id"]
        self.installation.query(sql.format(account=self.account.id, message=message))

    def assert_repaired(self, *arguments: str) -> str:
        """The audit says that it repaired something, and the next that nothing is missing."""
        printed = self.audit(*arguments)
        self.assertIn("repaired", printed)
        self.account.settled()
        self.assertIn("nothing missing as of", self.audit(*arguments))
        return printed

    def test_nothing_missing(self) -> None:
        """A mailbox that is wholly there: nothing missing, in words and as JSON, and the result is kept."""
        for arguments in ((), ("--deep",)):
            self.assertIn("nothing missing as of", self.audit(*arguments))
        [line, *_] = self.audit("--json").splitlines()
        json.loads(line)
        self.assertEqual(self.installation.query("SELECT DISTINCT outcome FROM audits"), "complete")

    def test_lost_placement(self) -> None:
        """A message that was lost is fetched again."""
        self.damage("DELETE FROM messages WHERE account_id = '{account}' AND id = '{message}'")
        printed = self.assert_repaired()
        self.assertIn("Projects", printed)
        self.assertIsNotNone(self.account.message("n1@x"))

    def test_stranger(self) -> None:
        """A placement that the server doesn't have goes."""
        self.damage("UPDATE message_placements SET uid = uid + 500 WHERE account_id = '{account}' AND message_id = '{message}'")
        self.assert_repaired()

    def test_other_flags(self) -> None:
        """Flags that differ become the server's."""
        self.damage("UPDATE message_placements SET flags = '{{\\Flagged}}' WHERE account_id = '{account}' "
                    "AND message_id = '{message}'")
        self.assert_repaired()

    def test_lost_skip(self) -> None:
        """A UID that is neither placed nor skipped is looked at anew."""
        self.damage("DELETE FROM folder_skips WHERE account_id = '{account}'")
        self.assert_repaired()

    def test_other_bytes(self) -> None:
        """Raw bytes that rotted where they lie are found by hash, and fetched again."""
        self.damage("UPDATE blobs b SET content = 'rotten' FROM messages m WHERE m.account_id = '{account}' "
                    "AND m.id = '{message}' AND b.account_id = m.account_id AND b.sha256 = m.sha256")
        self.assert_repaired("--deep")

    def test_why(self) -> None:
        """`why` tells of a stored message its run, its rule and its thread, of a skipped one the reason, of others nothing."""
        self.account.append(compose("Re: Number 1", message_id="reply@x", reply_to="n1@x"))
        self.account.wait_for(lambda: self.account.message("reply@x"), "the reply")
        shown = self.installation.object("why", "reply@x", "--account", self.account.id)
        self.assertIn("n1@x", json.dumps(shown))
        self.assertIn("arrival", json.dumps(shown).lower())
        run = self.installation.query("SELECT run_id FROM messages WHERE header_message_id LIKE '%reply@x%'")
        self.assertIn(run, json.dumps(shown))
        self.assertIn("too_old", json.dumps(self.installation.object("why", "<old@x>", "--account", self.account.id)))
        self.assertIn("no stored message", self.installation.refused("why", "nobody@x", "--account", self.account.id))

    def test_quarantine(self) -> None:
        """What is quarantined is listed with its reason, is no gap in the proof, and is fetched again when it is replayed."""
        self.assertEqual(self.installation.objects("quarantine", "list", "--account", self.account.id), [])
        # given a message that was taken for poison
        self.damage("""
            INSERT INTO quarantine (organization_id, account_id, id, folder_id, uidvalidity, uid, sha256, size, reason,
                                    quarantined_at)
                SELECT m.organization_id, m.account_id, gen_random_uuid(), p.folder_id, p.uidvalidity, p.uid, m.sha256, m.size,
                       'the parser crashed', now()
                  FROM messages m JOIN message_placements p ON p.account_id = m.account_id AND p.message_id = m.id
                 WHERE m.account_id = '{account}' AND m.id = '{message}';
            INSERT INTO folder_skips (organization_id, account_id, folder_id, uidvalidity, reason, uids)
                SELECT organization_id, account_id, folder_id, uidvalidity, 'quarantined',
                       int8multirange(int8range(uid, uid + 1))
                  FROM quarantine WHERE account_id = '{account}';
            DELETE FROM messages WHERE account_id = '{account}' AND id = '{message}';
            """)
        [listed] = self.installation.objects("quarantine", "list", "--account", self.account.id)
        self.assertEqual(listed["reason"], "the parser crashed")
        self.assertIn("nothing missing as of", self.audit())
        # when
        self.installation.call("quarantine", "replay", listed["id"])
        # then
        self.account.wait_for(lambda: self.account.message("n1@x"), "the message")
        [listed] = self.installation.objects("quarantine", "list", "--account", self.account.id)
        self.assertIsNotNone(listed["replayed_at"])
        self.account.settled()


if __name__ == "__main__":
    unittest.main()
