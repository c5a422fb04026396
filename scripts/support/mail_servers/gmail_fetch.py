"""What FETCH asks of a Gmail-shaped folder, and its replies."""

import re
from datetime import datetime, timezone

from .gmail_mailbox import Entry
from .imap_commands import Malformed, Token

MACROS = {"ALL": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"], "FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]}
SECTION = re.compile(r"BODY(\.PEEK)?\[(.*)\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)


class Fetch:
    """One command's items; `changed_since` where it has that modifier."""

    def __init__(self, words: list[Token], by_uid: bool):
        if not words:
            raise Malformed("nothing to fetch")
        asked = words[0] if isinstance(words[0], list) else [words[0]]
        if any(isinstance(item, list) for item in asked):
            raise Malformed("a list among the items")
        self.items: list[str] = []
        for item in asked:
            name = item.decode("utf-8", "replace")
            self.items += MACROS.get(name.upper(), [name])
        if by_uid and not self.wants("UID"):
            self.items.insert(0, "UID")
        self.changed_since: int | None = None
        if len(words) > 1:
            modifiers = [word.upper() for word in words[1]]
            if modifiers[:1] != [b"CHANGEDSINCE"] or len(modifiers) != 2:
                raise Malformed("unknown modifiers")
            self.changed_since = int(modifiers[1])
            if not self.wants("MODSEQ"):
                self.items.append("MODSEQ")

    def wants(self, name: str) -> bool:
        return any(item.upper() == name for item in self.items)

    @property
    def wants_body(self) -> bool:
        return any((section := SECTION.fullmatch(item)) and section[2] == "" for item in self.items)

    def reply(self, number: int, entry: Entry, labels: list[str]) -> bytes:
        return b"* %d FETCH (" % number + b" ".join(self._item(item, entry, labels) for item in self.items) + b")\r\n"

    @staticmethod
    def _item(item: str, entry: Entry, labels: list[str]) -> bytes:
        message = entry.message
        match item.upper():
            case "UID":
                return b"UID %d" % entry.uid
            case "FLAGS":
                return f"FLAGS ({' '.join(sorted(entry.flags))})".encode()
            case "INTERNALDATE":
                date = datetime.fromtimestamp(message.moment, timezone.utc)
                return date.strftime('INTERNALDATE "%d-%b-%Y %H:%M:%S +0000"').encode()
            case "RFC822.SIZE":
                return b"RFC822.SIZE %d" % len(message.raw)
            case "MODSEQ":
                return b"MODSEQ (%d)" % entry.modseq
            case "X-GM-MSGID":
                return b"X-GM-MSGID %d" % message.gm_id
            case "X-GM-THRID":
                return b"X-GM-THRID %d" % message.thread
            case "X-GM-LABELS":
                spelled = ['"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"' for label in labels]
                return f"X-GM-LABELS ({' '.join(spelled)})".encode()
        section = SECTION.fullmatch(item)
        if not section:
            raise Malformed(f"unknown item {item}")
        content, origin = section_of(message.raw, section[2]), ""
        if section[3] is not None:
            start, count = int(section[3]), int(section[4])
            content, origin = content[start:start + count], f"<{start}>"
        return f"BODY[{section[2]}]{origin} {{{len(content)}}}\r\n".encode() + content


def section_of(raw: bytes, section: str) -> bytes:
    """The octets of a section: the whole, the header, some of its fields, or the text."""
    head, blank, body = raw.partition(b"\r\n\r\n")
    name = section.upper()
    if name == "":
        return raw
    if name == "HEADER":
        return head + blank
    if name == "TEXT":
        return body
    fields = re.fullmatch(r"HEADER\.FIELDS \(([^)]*)\)", name)
    if not fields:
        raise Malformed(f"unknown section {section}")
    wanted = fields[1].replace('"', "").split()
    kept = [line for line in re.split(rb"\r\n(?![ \t])", head) if line.partition(b":")[0].decode("latin-1").upper() in wanted]
    return b"".join(line + b"\r\n" for line in kept) + b"\r\n"
