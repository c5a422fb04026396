"""One direction of an IMAP conversation, cut into lines and literals however the bytes come."""

import re
from collections.abc import Callable

LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n$")


class LineFilter:
    """Hands each line (with its CRLF) to `change`, which returns what to pass on; literals pass as they are."""

    def __init__(self, change: Callable[[bytes], bytes]):
        self._change = change
        self._held = b""
        self._literal = 0

    def feed(self, data: bytes) -> bytes:
        """What can be passed on of all that has come so far."""
        self._held += data
        out = bytearray()
        while self._held:
            if self._literal:
                piece, self._held = self._held[:self._literal], self._held[self._literal:]
                self._literal -= len(piece)
                out += piece
                continue
            end = self._held.find(b"\n") + 1
            if end == 0:
                break
            line, self._held = self._held[:end], self._held[end:]
            if literal := LITERAL.search(line):
                self._literal = int(literal[1])
            out += self._change(line)
        return bytes(out)
