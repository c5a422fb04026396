"""`account connect` tries the sign-in before it stores anything, and says in a user's words which step failed."""

import select
import socket
import threading
import unittest

from installation import Installation, dovecot
from scripted_imap import PASSWORD, ScriptedServer


class ConnectingTests(unittest.TestCase):
    """Each attempt must fail with 1 and one line, and leave no account behind."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)

    def assert_refused(self, *arguments: str, password: str = PASSWORD, saying: tuple[str, ...]) -> None:
        printed = self.installation.refused(*arguments, given=password + "\n")
        for words in saying:
            self.assertIn(words, printed)
        self.assertEqual(len(printed.splitlines()), 1, printed)
        self.assertNotIn(password, printed)
        self.assertEqual(self.installation.objects("account", "list"), [])
        self.assertEqual(self.installation.query("SELECT count(*) FROM account_secrets"), "0")

    def test_wrong_password(self) -> None:
        """A wrong password is refused at the sign-in step, with the server's words and without the password."""
        # given a server that repeats the whole command in its refusal
        with ScriptedServer() as server:
            arguments = self.installation.connecting("ann", server.address)
            # when, then
            self.assert_refused(*arguments, password="my-secret-guess",
                                saying=("signing in to IMAP failed", "refused the sign-in", "Invalid credentials"))
            self.assertEqual((server.sign_ins, server.refusals), (0, 1))

    def test_wrong_password_at_dovecot(self) -> None:
        """A real server's refusal reads the same."""
        about = dovecot()
        for security in ("none", "tls", "starttls"):
            with self.subTest(security=security):
                port = about["tls_port" if security == "tls" else "plain_port"]
                arguments = self.installation.connecting("ann", f"localhost:{port}", security)
                self.assert_refused(*arguments, password="my-secret-guess",
                                    saying=("signing in to IMAP failed", "refused the sign-in"))

    def test_unknown_host(self) -> None:
        """A host that doesn't exist is told from one that doesn't answer, as far as DNS tells."""
        arguments = self.installation.connecting("ann", "mail.example.invalid:143")
        printed = self.installation.refused(*arguments, given=PASSWORD)
        self.assertIn("finding the IMAP server failed", printed)
        # Without a network no resolver says that a name does not exist.
        self.assertRegex(printed, "no server of this name|could not be looked up just now")
        self.assertEqual(self.installation.objects("account", "list"), [])

    def test_closed_port(self) -> None:
        """A port that nobody listens on is a refused connection."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
            arguments = self.installation.connecting("ann", address)
            self.assert_refused(*arguments, saying=("signing in to IMAP failed", "refused the connection"))

    def test_private_host(self) -> None:
        """A host of the private network is refused without a word of what it is, unless the operator allows it."""
        self.addCleanup(self.installation.set, POSTRIDER_ALLOW_PRIVATE_MAIL_HOSTS="true")
        self.installation.set(POSTRIDER_ALLOW_PRIVATE_MAIL_HOSTS=None)
        # Port 143, since a port of another service would be refused as such.
        for host in ("127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "[::1]"):
            with self.subTest(host=host):
                arguments = self.installation.connecting("ann", f"{host}:143")
                self.assert_refused(*arguments, saying=("finding the IMAP server failed", "not on the public internet"))

    def test_untrusted_certificate(self) -> None:
        """A certificate of an authority that isn't trusted ends the attempt before the password is sent."""
        about = dovecot()
        self.addCleanup(self.installation.set, POSTRIDER_MAIL_TRUST_ROOTS_FILE=about["ca_file"])
        self.installation.set(POSTRIDER_MAIL_TRUST_ROOTS_FILE=None)
        for security, port in (("tls", about["tls_port"]), ("starttls", about["plain_port"])):
            with self.subTest(security=security):
                arguments = self.installation.connecting("ann", f"localhost:{port}", security)
                self.assert_refused(*arguments, password=about["password"],
                                    saying=("signing in to IMAP failed", "certificate", "not trusted"))

    def test_certificate_for_another_name(self) -> None:
        """A trusted certificate for another name is refused, and the sentence says that it is the name."""
        about = dovecot()
        # The whole of 127/8 is the loopback; the certificate is for 127.0.0.1 and localhost. Dovecot listens on the
        # first alone, so the way there is a forwarding socket.
        with Forwarder("127.0.0.2", about["tls_port"]) as address:
            arguments = self.installation.connecting("ann", address, "tls")
            self.assert_refused(*arguments, password=about["password"],
                                saying=("signing in to IMAP failed", "certificate is for another name"))

    def test_tls_at_a_plain_port(self) -> None:
        """TLS spoken to a port that doesn't is said to be that."""
        with ScriptedServer() as server:
            arguments = self.installation.connecting("ann", server.address, "tls")
            self.assert_refused(*arguments, saying=("signing in to IMAP failed", "does not speak TLS"))

    def test_starttls_not_offered(self) -> None:
        """A server without STARTTLS gets no password where STARTTLS was asked for."""
        with ScriptedServer() as server:
            arguments = self.installation.connecting("ann", server.address, "starttls")
            self.assert_refused(*arguments, saying=("signing in to IMAP failed", "STARTTLS"))
            self.assertEqual(server.sign_ins + server.refusals, 0)


class PlanTests(unittest.TestCase):
    """The plan decides who may sync."""

    def test_silver(self) -> None:
        """On silver nothing can be connected, and what was connected before a downgrade can't be started."""
        with Installation() as installation:
            about = dovecot()
            imap = f"{about['host']}:{about['plain_port']}"
            # given a user on silver, when connecting
            connecting = installation.connecting("silver", imap, owner=installation.user("silver"))
            printed = installation.refused(*connecting, given=about["password"])
            # then
            self.assertRegex(printed, "(?i)gold")
            self.assertEqual(installation.objects("account", "list"), [])
            # given an account whose organization has moved down since, when starting it
            account = installation.connect("silver")
            installation.query("UPDATE organizations SET plan = 'silver'")
            printed = installation.refused("account", "start", account)
            # then
            self.assertRegex(printed, "(?i)gold")
            self.assertEqual(installation.object("account", "status", account)["state"], "connected")

    def test_third_account_on_gold(self) -> None:
        """Gold holds two accounts a user; the third is refused and not stored, and another user still has room."""
        with Installation() as installation:
            about = dovecot()
            imap = f"{about['host']}:{about['plain_port']}"
            # given
            for number in (1, 2):
                installation.call(*installation.connecting(f"gold{number}", imap), given=about["password"])
            # when
            printed = installation.refused(*installation.connecting("gold3", imap), given=about["password"])
            # then
            self.assertIn("2", printed)
            self.assertRegex(printed, "(?i)account")
            self.assertEqual(len(installation.objects("account", "list")), 2)
            self.assertEqual(installation.query("SELECT count(*) FROM account_secrets"), "2")


class Forwarder:
    """Passes bytes between another address of the loopback and a port of 127.0.0.1."""

    def __init__(self, host: str, port: int):
        self._host, self._port = host, port

    def __enter__(self) -> str:
        self._listener = socket.create_server((self._host, 0))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return f"{self._host}:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with near, socket.create_connection(("127.0.0.1", self._port)) as far:
                ends = {near: far, far: near}
                while ends:
                    for end in select.select(list(ends), [], [])[0]:
                        try:
                            piece = end.recv(65_536)
                            ends[end].sendall(piece)
                        except OSError:
                            piece = b""
                        if not piece:
                            ends = {}
                            break


if __name__ == "__main__":
    unittest.main()
