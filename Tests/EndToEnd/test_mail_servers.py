"""The tests' own IMAP servers, asked by Python's imaplib: they are what the tests take them for."""

import imaplib
import time
import unittest

# First of these: it leads to the modules of scripts/support.
import installation  # noqa: F401 pylint: disable=unused-import
from mail import compose
from mail_servers.gmail_mailbox import ALL, INBOX, STARRED, TRASH
from mail_servers.gmail_server import GmailServer
from mail_servers.pymap_server import PymapServer


def client(server, user: str = "ann") -> imaplib.IMAP4:
    connection = imaplib.IMAP4("127.0.0.1", server.port)
    connection.login(user, server.password)
    return connection


class GmailServerTests(unittest.TestCase):
    """Gmail's shape: one message, many labels."""

    def setUp(self) -> None:
        self.server = GmailServer().start()
        self.addCleanup(self.server.close)
        self.imap = client(self.server)
        self.addCleanup(self.imap.shutdown)

    def ids(self, folder: str, items: str = "X-GM-MSGID") -> list[bytes]:
        status, found = self.imap.select(f'"{folder}"')
        self.assertEqual(status, "OK", found)
        found = self.imap.uid("FETCH", "1:*", f"({items})")[1]
        return [each for each in found if each]

    def test_labels_are_folders(self) -> None:
        """A message is in All Mail and in each of its labels, under one X-GM-MSGID; in Trash it is nowhere else."""
        self.imap.create("Work/Alpha")
        self.imap.append(INBOX, "(\\Seen)", imaplib.Time2Internaldate(time.time()), compose("One"))
        self.imap.select(INBOX)
        self.imap.uid("STORE", "1", "+X-GM-LABELS", "(Work/Alpha \\Starred)")
        found = {folder: self.ids(folder, "X-GM-MSGID X-GM-THRID") for folder in (INBOX, ALL, STARRED, "Work/Alpha")}
        self.assertEqual({len(each) for each in found.values()}, {1})
        self.assertEqual(len({each[0].split(b"(")[1] for each in found.values()}), 1)
        self.assertEqual(self.ids("Work/Alpha", "X-GM-LABELS FLAGS"),
                         [rb'1 (UID 1 X-GM-LABELS ("\\Inbox" "\\Starred") FLAGS (\Flagged \Seen))'])
        # when
        self.imap.select(INBOX)
        status, moved = self.imap.uid("MOVE", "1", TRASH)
        # then
        self.assertEqual(status, "OK", moved)
        self.assertEqual([self.ids(folder) for folder in (INBOX, ALL, STARRED, "Work/Alpha")], [[], [], [], []])
        self.assertEqual(len(self.ids(TRASH)), 1)

    def test_threads_and_search(self) -> None:
        """A reply has the X-GM-THRID of what it names; SEARCH finds by header, date, thread and UID."""
        self.imap.append(INBOX, "", imaplib.Time2Internaldate(time.time() - 864_000), compose("A", message_id="a@x"))
        self.imap.append(INBOX, "", None, compose("Re: A", message_id="b@x", reply_to="a@x"))
        self.imap.append(INBOX, "", None, compose("C", message_id="c@x"))
        self.imap.select(INBOX)
        thread = self.imap.uid("FETCH", "1", "(X-GM-THRID)")[1][0].split()[-1].rstrip(b")").decode()

        def search(*keys: str) -> list[bytes]:
            return self.imap.uid("SEARCH", *keys)[1]
        self.assertEqual(search("X-GM-THRID", thread), [b"1 2"])
        self.assertEqual(search("HEADER", "Message-ID", '"b@x"'), [b"2"])
        self.assertEqual(search("OR", "HEADER", "References", '"a@x"', "UID", "3"), [b"2 3"])
        self.assertEqual(search("SINCE", time.strftime("%d-%b-%Y", time.gmtime(time.time() - 86_400))), [b"2 3"])
        self.assertEqual(search("NOT", "(HEADER", "Message-ID", '"@x"', "UID", "1:2)"), [b"3"])

    def test_expunge_idle_and_condstore(self) -> None:
        """IDLE tells of new and expunged mail; CHANGEDSINCE gives what changed; expunging in a label only unlabels."""
        other = client(self.server)
        self.addCleanup(other.shutdown)
        other.append(INBOX, "", None, compose("One"))
        self.imap.select(INBOX)
        self.imap.send(b"i1 IDLE\r\n")
        self.assertEqual(self.imap.readline(), b"+ idling\r\n")
        other.append(INBOX, "", None, compose("Two"))
        self.assertEqual(self.imap.readline(), b"* 2 EXISTS\r\n")
        other.select(INBOX)
        other.uid("STORE", "1", "+FLAGS", "(\\Deleted)")
        self.assertIn(b"\\Deleted", self.imap.readline())
        other.expunge()
        self.assertEqual(self.imap.readline(), b"* 1 EXPUNGE\r\n")
        self.imap.send(b"DONE\r\n")
        self.assertTrue(self.imap.readline().startswith(b"i1 OK"))
        self.assertEqual(len(self.ids(ALL)), 2)
        since = self.server.change("ann", lambda mailbox: mailbox.modseq)
        other.uid("STORE", "2", "+FLAGS", "(\\Flagged)")
        self.imap.select(INBOX)
        changed = self.imap.uid("FETCH", "1:*", "(FLAGS)", f"(CHANGEDSINCE {since})")[1]
        self.assertEqual(len(changed), 1)
        self.assertIn(b"MODSEQ", changed[0])

    def test_uidvalidity_reset(self) -> None:
        """A folder numbered anew drops who had it selected, and has another UIDVALIDITY."""
        self.imap.append(INBOX, "", None, compose("One"))
        self.imap.select(INBOX)
        before = self.imap.response("UIDVALIDITY")[1]
        self.server.change("ann", lambda mailbox: mailbox.reset_uidvalidity(INBOX))
        with self.assertRaises(imaplib.IMAP4.abort):
            self.imap.noop()
        again = client(self.server)
        self.addCleanup(again.shutdown)
        again.select(INBOX)
        self.assertNotEqual(again.response("UIDVALIDITY")[1], before)


class PymapServerTests(unittest.TestCase):
    """pymap, as a process of its own."""

    def test_any_user_has_a_mailbox(self) -> None:
        """Any user signs in, and has mail of their own; OBJECTID is offered and CONDSTORE isn't."""
        with PymapServer() as server:
            ann, bea = client(server, "ann"), client(server, "bea")
            ann.append("INBOX", "(\\Seen)", None, compose("One"))
            self.assertEqual([each.select("INBOX")[1] for each in (ann, bea)], [[b"1"], [b"0"]])
            self.assertIn(b"THREADID (", ann.uid("FETCH", "1:*", "(EMAILID THREADID)")[1][0])
            offered = ann.capability()[1][0].split()
            self.assertIn(b"OBJECTID", offered)
            self.assertNotIn(b"CONDSTORE", offered)
            ann.shutdown()
            bea.shutdown()


if __name__ == "__main__":
    unittest.main()
