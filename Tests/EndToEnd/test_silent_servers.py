"""Servers that fall silent: each wait ends at its deadline, a minute, so that all of them wait together."""

import threading
import unittest

from installation import Installation, dovecot, wait_until
from mail import compose, scripted
from scripted_imap import PASSWORD, ScriptedServer

DEADLINE = 60
"""Seconds: of a command's answer, of the greeting, and of silence in a FETCH."""


class SilentServerTests(unittest.TestCase):
    """All start at once in `setUpClass`; each test waits for its own."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)
        cls.printed: dict[str, str] = {}

        # given a server that accepts connections and never greets, a TLS port that is spoken to in plain, and a port of
        # another service
        silent = ScriptedServer(hangs_before_greeting=True).start()
        cls.addClassCleanup(silent.close)
        stranger = ScriptedServer(greeting=b"SSH-2.0-OpenSSH_9.2\r\n").start()
        cls.addClassCleanup(stranger.close)
        attempts = {"no greeting": silent.address, "TLS port": f"127.0.0.1:{dovecot()['tls_port']}",
                    "another service": stranger.address}
        cls.attempts = {}
        for name, address in attempts.items():
            arguments = cls.installation.connecting("ann", address)
            cls.attempts[name] = threading.Thread(target=cls._connect, args=(name, arguments), daemon=True)
            cls.attempts[name].start()

        # and a first sync that hangs in the middle of the seventh message of twelve
        cls.raw = [compose(f"Number {number}", text="word " * 2_000) for number in range(12)]
        cls.server = ScriptedServer(scripted(*cls.raw), hangs_inside_literal_of=7).start()
        cls.addClassCleanup(cls.server.close)
        cls.account = cls.installation.connect("ann", cls.server.address, PASSWORD)
        cls.installation.start("all")
        cls.installation.call("account", "start", cls.account)

    @classmethod
    def _connect(cls, name: str, arguments: list[str]) -> None:
        done = cls.installation.run(*arguments, given=PASSWORD)
        cls.printed[name] = f"{done.returncode} {done.stdout}{done.stderr}"

    def assert_given_up(self, name: str) -> None:
        self.attempts[name].join(DEADLINE + 25)
        self.assertIn(name, self.printed, "the attempt didn't end at its deadline")
        self.assertRegex(self.printed[name], "^1 ")
        self.assertIn("signing in to IMAP failed", self.printed[name])
        # Only the account of the other test is there.
        self.assertEqual(len(self.installation.objects("account", "list")), 1)

    def test_no_greeting(self) -> None:
        """A server that accepts a connection and never greets is given up at the deadline; nothing is stored."""
        self.assert_given_up("no greeting")
        self.assertIn("did not answer", self.printed["no greeting"])

    def test_plain_at_a_tls_port(self) -> None:
        """A TLS port that is spoken to in plain waits for a handshake: it ends like a server that never greets."""
        self.assert_given_up("TLS port")
        self.assertIn("did not answer", self.printed["TLS port"])

    def test_another_service(self) -> None:
        """A port of another service, which greets in no IMAP, is given up at the deadline at the latest."""
        self.assert_given_up("another service")

    def test_silence_inside_a_message(self) -> None:
        """A server that stops in the middle of a message costs the stall's deadline and nothing else."""
        # when the stall is noticed
        wait_until(lambda: "stopped sending in the middle of a fetch" in self.installation.logged(),
                   "the stall in the log", DEADLINE + 25)
        # then the next visit goes on
        self.installation.call("account", "sync", self.account)
        self.installation.wait_for_state(self.account, "live")
        self.assertEqual(self.server.faults, 1)
        self.assertEqual(sorted(each["subject"] for each in self.installation.stored(self.account)),
                         sorted(f"Number {number}" for number in range(12)))
        self.assertIsNone(self.installation.object("account", "status", self.account).get("error"))


if __name__ == "__main__":
    unittest.main()
