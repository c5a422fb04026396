"""Commands as a server reads them: lines with their literals, cut into words, strings and lists (RFC 9051, 9)."""

import asyncio
import re

Token = bytes | list
"""An atom or string, without its quotes, or a parenthesised list of tokens."""

LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
MOST_OCTETS = 64 << 20


class Malformed(Exception):
    """Not a command; answered with BAD."""


async def read_command(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, list[Token]] | None:
    """The tag and the rest of the next command, or None at the end of the connection."""
    pieces: list[bytes | tuple[bytes]] = []
    while True:
        line = await reader.readline()
        if not line.endswith(b"\n"):
            return None
        literal = LITERAL.search(line)
        if not literal:
            pieces.append(line.rstrip(b"\r\n"))
            break
        size = int(literal[1])
        if size > MOST_OCTETS:
            raise Malformed("a literal too large")
        if not literal[2]:
            writer.write(b"+ go ahead\r\n")
            await writer.drain()
        pieces += [line[:literal.start()], (await reader.readexactly(size),)]
    tokens = _tokens(pieces)
    if not tokens or isinstance(tokens[0], list):
        raise Malformed("no tag")
    return tokens[0].decode("ascii", "replace"), tokens[1:]


def _tokens(pieces: list) -> list[Token]:
    top: list[Token] = []
    stack = [top]
    for piece in pieces:
        if isinstance(piece, tuple):
            stack[-1].append(piece[0])
            continue
        at = 0
        while at < len(piece):
            character = piece[at:at + 1]
            if character == b" ":
                at += 1
            elif character == b"(":
                stack[-1].append([])
                stack.append(stack[-1][-1])
                at += 1
            elif character == b")":
                if len(stack) == 1:
                    raise Malformed("a list that never began")
                stack.pop()
                at += 1
            elif character == b'"':
                quoted = re.compile(rb'"((?:[^"\\]|\\.)*)"').match(piece, at)
                if not quoted:
                    raise Malformed("a string without an end")
                stack[-1].append(re.sub(rb"\\(.)", rb"\1", quoted[1]))
                at = quoted.end()
            else:
                # A section's brackets may hold blanks and lists: BODY.PEEK[HEADER.FIELDS (DATE)]<0.10> is one word.
                word = re.compile(rb'(?:[^\s()"\[]|\[[^\]]*\])+').match(piece, at)
                if not word:
                    raise Malformed(f"no word at {at}")
                stack[-1].append(word[0])
                at = word.end()
    if len(stack) != 1:
        raise Malformed("a list without an end")
    return top


def uids_of(text: bytes, last: int) -> list[tuple[int, int]]:
    """The ranges of a sequence set; `*` is `last`. Each from its lower to its upper end."""
    ranges = []
    for part in text.split(b","):
        first, _, until = part.partition(b":")
        try:
            ends = [last if end == b"*" else int(end) for end in (first, until or first)]
        except ValueError:
            raise Malformed(f"a set: {text!r}") from None
        ranges.append((min(ends), max(ends)))
    return ranges
