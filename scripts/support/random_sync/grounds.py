"""The kinds of servers that the run knows: each leads to users' mailboxes through a proxy, or without one."""

import subprocess
import threading
from pathlib import Path

from mail_servers.fault_proxy import FaultProxy
from mail_servers.gmail_server import GmailServer
from mail_servers.pymap_server import PymapServer
from sample_mail.maildir import modified_utf7

KINDS = ("dovecot-qresync", "dovecot-condstore", "dovecot-plain", "pymap", "gmail", "gmail-plain")
"""gmail-plain offers no CONDSTORE."""

WITHOUT = {
    "dovecot-condstore": frozenset({"QRESYNC", "NOTIFY"}),
    # As an old server does: IMAP4rev1 with IDLE, and hardly more.
    "dovecot-plain": frozenset({"QRESYNC", "CONDSTORE", "ENABLE", "NOTIFY", "LIST-STATUS", "LIST-EXTENDED", "ESEARCH",
                                "SPECIAL-USE", "UIDPLUS", "MOVE"}),
}


class Grounds:
    """The servers of a run, started as they are asked for; Dovecot is given, as servers.py describes it."""

    def __init__(self, dovecot: dict, log: Path | None = None):
        self._dovecot, self._log = dovecot, log
        self._servers: dict[str, GmailServer | PymapServer] = {}
        self._starting = threading.Lock()

    def address(self, kind: str) -> str:
        """Where the server itself listens, past all proxies."""
        if kind.startswith("dovecot"):
            return f"{self._dovecot['host']}:{self._dovecot['plain_port']}"
        return self.server(kind).address

    def password(self, kind: str) -> str:
        return self._dovecot["password"] if kind.startswith("dovecot") else self.server(kind).password

    def proxy(self, kind: str) -> FaultProxy:
        """A new way to it, which the caller closes."""
        return FaultProxy(self.address(kind), WITHOUT.get(kind, frozenset())).start()

    def reset_uidvalidity(self, kind: str, user: str, folder: str, validity: int) -> bool:
        """Numbers a folder anew, by the server's own means; False where it has none."""
        if kind.startswith("dovecot"):
            done = subprocess.run(
                ["doveadm", "-c", self._dovecot["configuration"], "mailbox", "update", "-u", user, "--uid-validity",
                 str(validity), folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError(f"doveadm mailbox update {folder}: {done.stdout.strip()}")
            return True
        if kind.startswith("gmail"):
            self.server(kind).change(user, lambda mailbox: mailbox.reset_uidvalidity(modified_utf7(folder)))
            return True
        return False

    def close(self) -> None:
        for server in self._servers.values():
            server.close()

    def __enter__(self) -> "Grounds":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def server(self, kind: str) -> GmailServer | PymapServer:
        """The server of a kind that runs in this process, or as its child; started at first."""
        with self._starting:
            if kind not in self._servers:
                made = PymapServer(self._log) if kind == "pymap" else GmailServer(condstore=kind == "gmail")
                self._servers[kind] = made.start()
            return self._servers[kind]
