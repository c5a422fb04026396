"""The fault proxy: each fault does what it says, and nothing else; and what it takes from a server is gone."""

import imaplib
import socket
import threading
import time
import unittest

from installation import dovecot
from mail import compose
from mail_servers.fault_proxy import Fault, FaultProxy

SPEECH = bytes(range(256)) * 40


class FaultTests(unittest.TestCase):
    """Before a server that says 10,240 bytes, and then what it is told."""

    def setUp(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        threading.Thread(target=self.speak, args=(listener,), daemon=True).start()
        self.proxy = FaultProxy(f"127.0.0.1:{listener.getsockname()[1]}").start()
        self.addCleanup(self.proxy.close)

    @staticmethod
    def speak(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.sendall(SPEECH)
            threading.Thread(target=FaultTests.echo, args=(connection,), daemon=True).start()

    @staticmethod
    def echo(connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(4096):
                    connection.sendall(data)
            except OSError:
                pass

    def heard(self, fault: Fault, enough: int = len(SPEECH), seconds: float = 10) -> tuple[bytes, str]:
        """What comes through, and how it ended: `all`, `end`, `reset` or `silence`."""
        self.proxy.faults.append(fault)
        heard = b""
        with socket.create_connection(("127.0.0.1", self.proxy.port)) as connection:
            connection.settimeout(seconds)
            try:
                while len(heard) < enough:
                    data = connection.recv(65_536)
                    if not data:
                        return heard, "end"
                    heard += data
            except ConnectionResetError:
                return heard, "reset"
            except TimeoutError:
                return heard, "silence"
        return heard, "all"

    def test_no_fault(self) -> None:
        """Without a fault all passes, in both directions."""
        self.assertEqual(self.heard(Fault()), (SPEECH, "all"))
        with socket.create_connection(("127.0.0.1", self.proxy.port)) as connection, connection.makefile("rb") as stream:
            stream.read(len(SPEECH))
            connection.sendall(b"hello")
            self.assertEqual(stream.read(5), b"hello")

    def test_cut(self) -> None:
        """A connection is cut after exactly so many bytes."""
        for count in (0, 1, 4_095, 10_239):
            self.assertEqual(self.heard(Fault(cut_after=count)), (SPEECH[:count], "end"))

    def test_reset(self) -> None:
        """A reset is a reset, and not an end."""
        self.assertEqual(self.heard(Fault(cut_after=0, reset=True))[1], "reset")

    def test_black_hole(self) -> None:
        """Silence from a byte on; the connection stays open."""
        self.assertEqual(self.heard(Fault(black_hole_after=5_000), seconds=0.3), (SPEECH[:5_000], "silence"))

    def test_slices(self) -> None:
        """Sliced into bytes, all of it comes, in order."""
        self.assertEqual(self.heard(Fault(slice=True)), (SPEECH, "all"))

    def test_delay(self) -> None:
        """Each piece is late."""
        began = time.monotonic()
        self.assertEqual(self.heard(Fault(delay=0.2)), (SPEECH, "all"))
        self.assertGreaterEqual(time.monotonic() - began, 0.2)

    def test_cut_all(self) -> None:
        """All that are open are cut at once."""
        with socket.create_connection(("127.0.0.1", self.proxy.port)) as connection:
            connection.settimeout(10)
            received = 0
            while received < len(SPEECH):
                received += len(connection.recv(65_536))
            self.assertEqual(self.proxy.cut_all(), 1)
            self.assertEqual(connection.recv(1), b"")


class CapabilityTests(unittest.TestCase):
    """Before Dovecot, which offers all of them."""

    def offered(self, without: frozenset[str]) -> tuple[imaplib.IMAP4, set[str]]:
        about = dovecot()
        proxy = FaultProxy(f"{about['host']}:{about['plain_port']}", without).start()
        self.addCleanup(proxy.close)
        connection = imaplib.IMAP4("127.0.0.1", proxy.port)
        self.addCleanup(connection.shutdown)
        connection.login(f"filter{time.monotonic_ns()}", about["password"])
        return connection, set(connection.capability()[1][0].decode().split())

    def test_condstore_only(self) -> None:
        """Without QRESYNC it can't be enabled, and CONDSTORE works as ever."""
        connection, offered = self.offered(frozenset({"QRESYNC"}))
        self.assertIn("CONDSTORE", offered)
        self.assertNotIn("QRESYNC", offered)
        with self.assertRaises(imaplib.IMAP4.error):
            connection.enable("QRESYNC")
        connection._simple_command("SELECT", "INBOX", "(CONDSTORE)")
        connection.state = "SELECTED"
        self.assertIn("HIGHESTMODSEQ", str(connection.untagged_responses))
        self.assertEqual(connection.uid("FETCH", "1:*", "(FLAGS)", "(CHANGEDSINCE 1)")[0], "OK")
        with self.assertRaises(imaplib.IMAP4.error):
            connection.uid("FETCH", "1:*", "(FLAGS)", "(CHANGEDSINCE 1 VANISHED)")

    def test_neither(self) -> None:
        """Without both nothing is said of mod-sequences, not even unasked, and what asks for them is refused."""
        connection, offered = self.offered(frozenset({"QRESYNC", "CONDSTORE"}))
        self.assertFalse(offered & {"CONDSTORE", "QRESYNC"})
        connection.select("INBOX")
        self.assertNotIn("HIGHESTMODSEQ", str(connection.untagged_responses))
        for command in (("FETCH", "1:*", "(MODSEQ)"), ("SEARCH", "MODSEQ", "1")):
            with self.assertRaises(imaplib.IMAP4.error):
                connection.uid(*command)
        with self.assertRaises(imaplib.IMAP4.error):
            connection.status("INBOX", "(HIGHESTMODSEQ)")

    def test_literals_pass(self) -> None:
        """A message that looks like commands passes as it is."""
        connection, _ = self.offered(frozenset({"QRESYNC", "CONDSTORE"}))
        raw = compose("tricky", text="a1 FETCH 1 (MODSEQ)\r\n* CAPABILITY IMAP4rev1 CONDSTORE\r\n{12}\r\nend")
        connection.append("INBOX", None, None, raw)
        connection.select("INBOX")
        self.assertEqual(connection.uid("FETCH", "1", "(BODY.PEEK[])")[1][0][1], raw)


if __name__ == "__main__":
    unittest.main()
