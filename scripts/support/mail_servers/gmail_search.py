"""SEARCH over a Gmail-shaped folder: each key of the command as a predicate of an entry."""

import re
from datetime import datetime, timezone

from .gmail_mailbox import Entry
from .imap_commands import Malformed, Token, uids_of

FLAGS = {"SEEN": "\\Seen", "FLAGGED": "\\Flagged", "DELETED": "\\Deleted", "ANSWERED": "\\Answered", "DRAFT": "\\Draft"}


def header(raw: bytes, name: bytes) -> bytes:
    """The values of a field, unfolded."""
    head = re.sub(rb"\r\n(?=[ \t])", b"", raw.partition(b"\r\n\r\n")[0])
    return b"\n".join(re.findall(rb"(?im)^%s:[ \t]*(.*?)\r?$" % re.escape(name), head))


class Search:
    """The keys of one command, all of which must hold; `last` is the highest UID, `numbers` the sequence numbers by UID."""

    def __init__(self, keys: list[Token], last: int, numbers: dict[int, int]):
        self._rest = list(keys)
        if self._rest[:1] == [b"CHARSET"]:
            del self._rest[:2]
        self._last, self._numbers = last, numbers
        self._tests = []
        while self._rest:
            self._tests.append(self._key())

    def holds(self, entry: Entry) -> bool:
        return all(test(entry) for test in self._tests)

    def _next(self) -> Token:
        if not self._rest:
            raise Malformed("a key without its value")
        return self._rest.pop(0)

    def _text(self) -> bytes:
        token = self._next()
        if isinstance(token, list):
            raise Malformed("a list where a string belongs")
        return token

    def _key(self):
        token = self._next()
        if isinstance(token, list):
            inner = Search(token, self._last, self._numbers)
            return inner.holds
        name = token.upper().decode("ascii", "replace")
        match name:
            case "ALL":
                return lambda _: True
            case "UID":
                ranges = uids_of(self._text(), self._last)
                return lambda entry: any(low <= entry.uid <= high for low, high in ranges)
            case "OR":
                one, other = self._key(), self._key()
                return lambda entry: one(entry) or other(entry)
            case "NOT":
                inner = self._key()
                return lambda entry: not inner(entry)
            case "HEADER" | "SUBJECT" | "FROM" | "TO":
                field = self._text() if name == "HEADER" else name.encode()
                value = self._text().lower()
                return lambda entry: (value in header(entry.message.raw, field).lower() if value else
                                      re.search(rb"(?im)^%s:" % re.escape(field), entry.message.raw) is not None)
            case "TEXT" | "BODY":
                value = self._text().lower()
                return lambda entry: value in entry.message.raw.lower()
            case "SINCE" | "BEFORE" | "ON":
                day = datetime.strptime(self._text().decode(), "%d-%b-%Y").date()

                def on(entry: Entry) -> bool:
                    date = datetime.fromtimestamp(entry.message.moment, timezone.utc).date()
                    return date >= day if name == "SINCE" else date < day if name == "BEFORE" else date == day
                return on
            case "LARGER" | "SMALLER":
                size = int(self._text())
                return lambda entry: (len(entry.message.raw) > size) == (name == "LARGER") and len(entry.message.raw) != size
            case "MODSEQ":
                least = int(self._text())
                return lambda entry: entry.modseq >= least
            case "X-GM-MSGID":
                number = int(self._text())
                return lambda entry: entry.message.gm_id == number
            case "X-GM-THRID":
                number = int(self._text())
                return lambda entry: entry.message.thread == number
            case _ if name.removeprefix("UN") in FLAGS:
                flag = FLAGS[name.removeprefix("UN")]
                return lambda entry: (flag in entry.flags) != name.startswith("UN")
            case _ if re.fullmatch(r"[0-9:,*]+", name):
                ranges = uids_of(token, len(self._numbers))
                return lambda entry: any(low <= self._numbers.get(entry.uid, 0) <= high for low, high in ranges)
        raise Malformed(f"an unknown key {name}")
