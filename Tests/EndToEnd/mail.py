"""Messages for the tests, and a user's mailbox on the private Dovecot."""

import imaplib
import time
from datetime import datetime, timezone
from email.header import Header
from email.utils import format_datetime
from secrets import token_hex

from installation import dovecot
from sample_mail.maildir import modified_utf7
from scripted_imap import ScriptedMessage

DAY = 86_400


def compose(subject: str, text: str = "Hello.", message_id: str | None = None, reply_to: str | None = None) -> bytes:
    """A plain message as IMAP serves it."""
    lines = ["From: Bea <bea@example.com>", "To: Ann <ann@example.org>", f"Subject: {subject}",
             f"Date: {format_datetime(datetime.now(timezone.utc))}",
             f"Message-ID: <{message_id or token_hex(8) + '@example.com'}>"]
    if reply_to:
        lines += [f"In-Reply-To: <{reply_to}>", f"References: <{reply_to}>"]
    return "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text, ""]).encode()


def letter(subject: str, text: str = "Hello.", *, message_id: str, sender: str = "bea@example.com",
           to: str = "ann@example.org", reply_to: str | None = None, references: tuple[str, ...] = (),
           headers: tuple[str, ...] = (), age: float = 0, attached: bytes | None = None) -> bytes:
    """A message as its sender's program wrote it `age` seconds ago; `attached` is a message that it carries whole."""
    date = format_datetime(datetime.fromtimestamp(time.time() - age, timezone.utc))
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {Header(subject, 'utf-8' if not subject.isascii() else None).encode()}",
             f"Date: {date}", f"Message-ID: <{message_id}>", "MIME-Version: 1.0", *headers]
    if reply_to:
        named = dict.fromkeys((*references, reply_to))
        lines += [f"In-Reply-To: <{reply_to}>", "References: " + " ".join(f"<{each}>" for each in named)]
    plain = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text + "\r\n"
    if attached is None:
        return ("\r\n".join(lines) + "\r\n" + plain).encode()
    head = "\r\n".join([*lines, 'Content-Type: multipart/mixed; boundary="=_parts"', "", "--=_parts", ""])
    return (head + plain + "--=_parts\r\nContent-Type: message/rfc822\r\n\r\n").encode() + attached + b"\r\n--=_parts--\r\n"


def scripted(*raw: bytes) -> list[ScriptedMessage]:
    """Messages that a scripted server got just now."""
    now = datetime.now(timezone.utc).strftime("%d-%b-%Y %H:%M:%S +0000")
    return [ScriptedMessage(each, now) for each in raw]


class DovecotMailbox:
    """One user's mailbox, used as another mail program would; any new name is a new user."""

    def __init__(self, user: str | None = None):
        self.user = user or f"user{token_hex(4)}"
        about = dovecot()
        self._imap = imaplib.IMAP4(about["host"], about["plain_port"])
        self._imap.login(self.user, about["password"])

    def create(self, folder: str) -> None:
        self._must(self._imap.create(self._quoted(folder)), f"CREATE {folder}")

    def append(self, raw: bytes, folder: str = "INBOX", age: float = 0, flags: str = "") -> None:
        """Puts a message into a folder, with an INTERNALDATE of `age` seconds ago."""
        moment = imaplib.Time2Internaldate(time.time() - age)
        self._must(self._imap.append(self._quoted(folder), flags, moment, raw), f"APPEND to {folder}")

    def add_flags(self, uid: int, flags: str, folder: str = "INBOX") -> None:
        self._must(self._imap.select(self._quoted(folder)), f"SELECT {folder}")
        self._must(self._imap.uid("STORE", str(uid), "+FLAGS.SILENT", f"({flags})"), "STORE")

    def close(self) -> None:
        self._imap.logout()

    def __enter__(self) -> "DovecotMailbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @staticmethod
    def _quoted(folder: str) -> str:
        return '"' + modified_utf7(folder).replace("\\", "\\\\").replace('"', '\\"') + '"'

    @staticmethod
    def _must(answer: tuple, what: str) -> None:
        if answer[0] != "OK":
            raise AssertionError(f"Dovecot refused {what}: {answer[1]}")
