"""An IMAP server of one mailbox that misbehaves on demand: what no real server does when it is asked to.

It knows IMAP4rev1 and nothing more, as far as Postrider speaks it, and serves any number of connections at once.
"""

import re
import socket
import threading
from dataclasses import dataclass, field

PASSWORD = "scripted-password"


@dataclass
class ScriptedMessage:
    """One message; its UID is its place in the folder, from 1."""

    raw: bytes
    internaldate: str
    flags: str = ""


@dataclass
class ScriptedServer:
    """Listens on a free port of the loopback from `start` to `close`. All faults can be changed while it runs."""

    messages: list[ScriptedMessage] = field(default_factory=list)
    refuses_sign_in: bool = False
    """Answers each sign-in with [AUTHENTICATIONFAILED]."""
    hangs_before_greeting: bool = False
    greeting: bytes = b"* OK ready\r\n"
    closes_inside_literal_of: int | None = None
    """The connection that sends this UID's body is closed in the middle of it, once."""
    hangs_inside_literal_of: int | None = None
    """The connection that sends this UID's body falls silent in the middle of it, once."""
    pause: float = 0
    """Seconds before each message's body: a slow server."""
    bodies: int = 0
    sign_ins: int = 0
    refusals: int = 0
    faults: int = 0
    """How often one of the faults inside a literal took place."""

    def start(self) -> "ScriptedServer":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._closing = threading.Event()
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._closing.set()
        # A blocked accept() is woken by shutting its socket down, not by closing it.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._thread.join()

    def __enter__(self) -> "ScriptedServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                if self.hangs_before_greeting:
                    self._closing.wait()
                    return
                connection.sendall(self.greeting)
                for line in lines:
                    if not self._answer(connection, line.decode("utf-8", "replace").rstrip("\r\n")):
                        return
        except OSError:
            pass  # The other side has gone: it may.

    def _answer(self, connection: socket.socket, line: str) -> bool:
        """Answers one command; whether the connection goes on."""
        tag, _, rest = line.partition(" ")
        words = rest.split(" ")
        name = words[0].upper()
        if name == "UID":
            name = f"UID {words[1].upper()}"

        def send(*replies: str) -> None:
            connection.sendall("".join(f"{reply}\r\n" for reply in replies).encode())

        everything = " ".join(str(uid) for uid in range(1, len(self.messages) + 1))
        state = f"MESSAGES {len(self.messages)} UIDNEXT {len(self.messages) + 1} UIDVALIDITY 7"
        match name:
            case "CAPABILITY":
                send("* CAPABILITY IMAP4rev1", f"{tag} OK done")
            case "LOGIN":
                if self.refuses_sign_in or f'"{PASSWORD}"' not in rest and not rest.endswith(f" {PASSWORD}"):
                    self.refusals += 1
                    send(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials for {rest}")
                else:
                    self.sign_ins += 1
                    send(f"{tag} OK signed in")
            case "LIST":
                send('* LIST (\\HasNoChildren) "/" INBOX', f"{tag} OK done")
            case "STATUS":
                send(f"* STATUS INBOX ({state})", f"{tag} OK done")
            case "EXAMINE":
                send("* FLAGS (\\Seen)", f"* {len(self.messages)} EXISTS", "* OK [UIDVALIDITY 7] valid",
                     f"* OK [UIDNEXT {len(self.messages) + 1}] next", f"{tag} OK [READ-ONLY] done")
            case "UID SEARCH":
                send(f"* SEARCH {everything}".rstrip(), f"{tag} OK done")
            case "UID FETCH":
                if not self._fetch(connection, words[2], rest.upper()):
                    return False
                send(f"{tag} OK done")
            case "LOGOUT":
                send("* BYE bye", f"{tag} OK done")
                return False
            case "NOOP" | "ID":
                send(f"{tag} OK done")
            case _:
                send(f"{tag} BAD unknown command")
        return True

    def _fetch(self, connection: socket.socket, numbers: str, items: str) -> bool:
        for uid in self._uids(numbers):
            message = self.messages[uid - 1]
            parts = [f"UID {uid}", f"FLAGS ({message.flags})", f'INTERNALDATE "{message.internaldate}"',
                     f"RFC822.SIZE {len(message.raw)}"]
            body = None
            if "BODY.PEEK[]" in items:
                parts.append(f"BODY[] {{{len(message.raw)}}}")
                body = message.raw
                self.bodies += 1
                self._closing.wait(self.pause)
            elif fields := re.search(r"BODY\.PEEK(\[HEADER\.FIELDS \([^)]*\)\])", items):
                body = self._header_fields(message.raw, fields[1])
                parts.append(f"BODY{fields[1]} {{{len(body)}}}")
            head = f"* {uid} FETCH ({' '.join(parts)}".encode() + (b"" if body is None else b"\r\n")
            if "BODY.PEEK[]" in items and uid in (self.closes_inside_literal_of, self.hangs_inside_literal_of):
                connection.sendall(head + body[:len(body) // 2])
                hangs = uid == self.hangs_inside_literal_of
                self.closes_inside_literal_of = self.hangs_inside_literal_of = None
                self.faults += 1
                if hangs:
                    self._closing.wait()
                return False
            connection.sendall(head + (body or b"") + b")\r\n")
        return True

    def _uids(self, numbers: str) -> list[int]:
        last, found = len(self.messages), set()
        for part in numbers.split(","):
            first, _, until = part.partition(":")
            ends = sorted(last if end == "*" else int(end) for end in (first, until or first))
            found |= set(range(max(ends[0], 1), min(ends[1], last) + 1))
        return sorted(found)

    @staticmethod
    def _header_fields(raw: bytes, wanted: str) -> bytes:
        names = wanted[wanted.index("(") + 1:wanted.index(")")].split(" ")
        header = re.sub(rb"\r\n(?=[ \t])", b"\0\0", raw.partition(b"\r\n\r\n")[0])
        kept = [line.replace(b"\0\0", b"\r\n") for line in header.split(b"\r\n")
                if line.partition(b":")[0].decode("latin-1").upper() in names]
        return b"".join(line + b"\r\n" for line in kept) + b"\r\n"
