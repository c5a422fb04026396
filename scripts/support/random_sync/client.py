"""Another mail program at the same mailbox: plain IMAP by imaplib, which goes on after a lost connection."""

import imaplib
import re
import socket
import time

from sample_mail.maildir import from_modified_utf7, modified_utf7

imaplib._MAXLINE = 10_000_000  # pylint: disable=protected-access


def quoted(folder: str) -> str:
    return '"' + modified_utf7(folder).replace("\\", "\\\\").replace('"', '\\"') + '"'


class MailClient:
    """Signs in at `address` as `user`. A refusal is a RuntimeError that quotes the server."""

    def __init__(self, address: str, user: str, password: str):
        self._address, self._user, self._password = address, user, password
        self._sign_in()

    def _sign_in(self) -> None:
        host, _, port = self._address.rpartition(":")
        self._imap = imaplib.IMAP4(host, int(port), timeout=60)
        # imaplib writes a literal's end apart: Nagle's algorithm would hold it back for 40 ms.
        self._imap.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._imap.login(self._user, self._password)
        self.selected: str | None = None

    def close(self) -> None:
        try:
            self._imap.logout()
        except (imaplib.IMAP4.error, OSError):
            pass  # It may be gone already, after a folder was numbered anew under it.

    # Commands ----------------------------------------------------------------------------------------------------------

    def folders(self) -> list[tuple[str, set[str]]]:
        """Each folder that can be selected, with its attributes, lower-cased; sorted by name."""
        found = []
        for row in self._call("LIST", lambda: self._imap.list()):
            attributes, name = re.match(rb'\(([^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (.+)$', row).groups()
            flags = set(attributes.decode().lower().split())
            if not flags & {"\\noselect", "\\nonexistent"}:
                plain = re.sub(r"\\(.)", r"\1", name.decode().strip('"')) if name.startswith(b'"') else name.decode()
                found.append((from_modified_utf7(plain), flags))
        return sorted(found)

    def select(self, folder: str, read_only: bool = False) -> int:
        """Its UIDVALIDITY."""
        self._call(f"SELECT {folder}", lambda: self._imap.select(quoted(folder), readonly=read_only))
        self.selected = folder
        return int(self._imap.response("UIDVALIDITY")[1][0])

    def uids(self, folder: str) -> list[int]:
        """The UIDs of a folder, which stays selected."""
        self.select(folder)
        return sorted(int(uid) for uid in (self.uid("SEARCH", "ALL")[0] or b"").split())

    def uid(self, *command: str) -> list:
        return self._call(f"UID {' '.join(command)}", lambda: self._imap.uid(*command), again=False)

    def append(self, folder: str, raw: bytes, age: float, flags: str) -> None:
        moment = imaplib.Time2Internaldate(time.time() - age)
        self._call(f"APPEND {folder}", lambda: self._imap.append(quoted(folder), f"({flags})", moment, raw))

    def create(self, folder: str) -> None:
        self._call(f"CREATE {folder}", lambda: self._imap.create(quoted(folder)))

    def delete(self, folder: str) -> None:
        self.leave(folder)
        self._call(f"DELETE {folder}", lambda: self._imap.delete(quoted(folder)))

    def rename(self, folder: str, to: str) -> None:
        self.leave(folder)
        self._call(f"RENAME {folder}", lambda: self._imap.rename(quoted(folder), quoted(to)))

    def transfer(self, uids: list[int], folder: str, moves: bool) -> None:
        """Copies or moves within the mailbox from the selected folder."""
        self.uid("MOVE" if moves else "COPY", ",".join(map(str, uids)), quoted(folder))

    def store(self, uids: list[int], flags: str) -> None:
        """`flags` such as `+FLAGS (\\Seen)`."""
        self.uid("STORE", ",".join(map(str, uids)), *flags.split(" ", 1))

    def expunge(self) -> None:
        self._call("EXPUNGE", lambda: self._imap.expunge(), again=False)

    def leave(self, folder: str) -> None:
        """Selects another folder when this one is selected."""
        if self.selected == folder:
            self.select("INBOX")
            self.selected = "INBOX"

    def fetch(self, folder: str) -> tuple[int, list[tuple[bytes, bytes]]]:
        """The UIDVALIDITY of a folder, and what FETCH says of each message: its head, and its bytes."""
        validity = self.select(folder, read_only=True)
        uids = sorted(int(uid) for uid in (self.uid("SEARCH", "ALL")[0] or b"").split())
        found = []
        for first in range(0, len(uids), 200):
            some = ",".join(map(str, uids[first:first + 200]))
            answer = self.uid("FETCH", some, "(UID FLAGS INTERNALDATE BODY.PEEK[])")
            # Whatever follows the literal belongs to the message before it.
            for number, item in enumerate(answer):
                if isinstance(item, tuple):
                    after = answer[number + 1] if number + 1 < len(answer) else b""
                    found.append((item[0] + b" " + (after if isinstance(after, bytes) else b""), item[1]))
        return validity, found

    def _call(self, what: str, command, again: bool = True) -> list:
        try:
            status, answer = command()
        except (imaplib.IMAP4.abort, OSError):
            # Dropped, as after a change of UIDVALIDITY: whoever works with UIDs must look again.
            self._sign_in()
            if not again:
                raise Dropped(what) from None
            status, answer = command()
        except imaplib.IMAP4.error as error:
            raise RuntimeError(f"{self._user}: {what}: {error}") from None
        if status != "OK":
            raise RuntimeError(f"{self._user}: the server refused {what}: {answer}")
        return [each for each in answer if each is not None]


class Dropped(Exception):
    """The connection was lost within a command that must not be repeated blindly; it is signed in again."""
