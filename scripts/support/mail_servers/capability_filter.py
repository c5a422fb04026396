"""Takes capabilities away from a server: it no longer offers them, says nothing of them, and refuses what needs them.

A command that needs one that was taken away becomes one that no server knows, so that the server itself answers it with
BAD, in its turn. That is stricter than taking a name off a list: Dovecot, told to hide CONDSTORE, still answers it.
"""

import re

from .line_filter import LineFilter

# Without these two the bytes can be read.
ALWAYS = ("COMPRESS=DEFLATE", "STARTTLS")

# What a command that needs the capability is known by, in upper case, its tag included.
NEEDS = {
    "QRESYNC": rb"\bQRESYNC\b|\bVANISHED\b",
    "CONDSTORE": rb"\b(CONDSTORE|CHANGEDSINCE|UNCHANGEDSINCE|MODSEQ|HIGHESTMODSEQ)\b",
    "ENABLE": rb"^\S+ ENABLE\b",
    "IDLE": rb"^\S+ IDLE\b",
    "NOTIFY": rb"^\S+ NOTIFY\b",
    "MOVE": rb"^\S+ (UID )?MOVE\b",
    "UIDPLUS": rb"^\S+ UID EXPUNGE\b",
    "ESEARCH": rb"^\S+ (UID )?SEARCH RETURN\b",
    "LIST-STATUS": rb"^\S+ LIST .*RETURN .*STATUS\b",
    "LIST-EXTENDED": rb"^\S+ LIST .*RETURN\b",
    "SPECIAL-USE": rb"^\S+ LIST .*RETURN .*SPECIAL-USE\b",
    "UNSELECT": rb"^\S+ UNSELECT\b",
    "ID": rb"^\S+ ID\b",
    "COMPRESS=DEFLATE": rb"^\S+ COMPRESS\b",
    "STARTTLS": rb"^\S+ STARTTLS\b",
}

# What the server says unasked though it wasn't offered, by the capability that it belongs to.
SAYS = {"CONDSTORE": rb"^\* OK \[(HIGHESTMODSEQ|NOMODSEQ)\b"}

OFFER = re.compile(rb"^\* CAPABILITY ([^\r\n]*)|\[CAPABILITY ([^\]]*)\]")


class CapabilityFilter:
    """The filters of one connection; `without` names capabilities as servers spell them."""

    def __init__(self, without: frozenset[str]):
        self.without = without | set(ALWAYS)
        self._refused = re.compile(b"|".join(b"(?:%s)" % NEEDS[name] for name in sorted(self.without) if name in NEEDS))
        unsaid = [SAYS[name] for name in sorted(self.without) if name in SAYS]
        self._unsaid = re.compile(b"|".join(unsaid), re.IGNORECASE) if unsaid else None
        self.to_server = LineFilter(self._command).feed
        self.to_client = LineFilter(self._reply).feed

    def _command(self, line: bytes) -> bytes:
        if self._refused.search(line.upper()):
            # The end of the line stays, since a literal may follow it.
            return line.split(b" ", 1)[0] + b" XUNKNOWN " + line.split(b" ")[-1]
        return line

    def _reply(self, line: bytes) -> bytes:
        if self._unsaid and self._unsaid.search(line):
            return b""
        return OFFER.sub(self._reduced, line)

    def _reduced(self, offer: re.Match) -> bytes:
        text = offer[1] if offer[1] is not None else offer[2]
        kept = b" ".join(name for name in text.split() if name.decode("latin-1").upper() not in self.without)
        return b"* CAPABILITY " + kept if offer[1] is not None else b"[CAPABILITY " + kept + b"]"
