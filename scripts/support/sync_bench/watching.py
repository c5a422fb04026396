"""Watches of a bench: rows over one connection, a bare IDLE client, and what passes through a proxy, each with its moment."""

import re
import socket
import subprocess
import threading
import time
from pathlib import Path

from mail_servers.fault_proxy import Connection, FaultProxy

TICKS = 100
"""Clock ticks a second in /proc (sysconf SC_CLK_TCK, which is 100 on every Linux that runs this)."""


class Rows:
    """Asks the database over one connection; one question costs a fraction of a millisecond."""

    def __init__(self, database_url: str):
        self._psql = subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database_url], text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, question: str) -> str:
        """The one row that a SELECT gives."""
        self._psql.stdin.write(question + ";\n")
        self._psql.stdin.flush()
        answer = self._psql.stdout.readline()
        if not answer:
            raise RuntimeError(f"psql ended: {question}")
        return answer.strip()

    def when(self, question: str, seconds: float) -> float:
        """The moment at which the question is first answered with t."""
        deadline = time.monotonic() + seconds
        while self.ask(question) != "t":
            if time.monotonic() > deadline:
                raise RuntimeError(f"not within {seconds:.0f} s: {question}")
            time.sleep(0.0005)
        return time.monotonic()

    def close(self) -> None:
        self._psql.stdin.close()
        self._psql.wait()


class BareIdle:
    """A client that does nothing but IDLE in INBOX; `heard` holds the moment at which each count was told by EXISTS."""

    def __init__(self, host: str, port: int, user: str, password: str):
        self.heard: dict[int, float] = {}
        self._connection = socket.create_connection((host, port))
        self._stream = self._connection.makefile("rb")
        self._stream.readline()
        for number, command in enumerate((f"LOGIN {user} {password}", "EXAMINE INBOX")):
            self._connection.sendall(f"b{number} {command}\r\n".encode())
            while not (line := self._stream.readline()).startswith(b"b%d " % number):
                if not line:
                    raise RuntimeError("the server closed the connection of the bare client")
        self._connection.sendall(b"b9 IDLE\r\n")
        self._stream.readline()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._stream:
            if found := re.match(rb"\* (\d+) EXISTS", line):
                self.heard[int(found[1])] = time.monotonic()

    def close(self) -> None:
        # Wakes the reader.
        self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


class WatchedProxy(FaultProxy):
    """A proxy that remembers when each count of EXISTS passed to the client, and which commands came from it."""

    def __init__(self, target: str):
        super().__init__(target)
        self.exists: dict[int, float] = {}
        self.commands: list[str] = []

    async def _pass(self, connection: Connection, data: bytes) -> None:
        if b" EXISTS" in data:
            moment = time.monotonic()
            for count in re.findall(rb"^\* (\d+) EXISTS", data, re.MULTILINE):
                # The first word of it is the push; what a later EXAMINE says of the same count is none.
                self.exists.setdefault(int(count), moment)
        await super()._pass(connection, data)

    def command(self, data: bytes) -> None:
        self.commands += [line.decode("latin-1") for line in data.split(b"\r\n") if line]


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, in user mode and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_bytes(pid: int) -> int:
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def connections(pid: int, port: int) -> int:
    """How many established connections to a port of the loopback a process has."""
    wanted = f"0100007F:{port:04X}"
    inodes = {fields[9] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
              if (fields := line.split())[2] == wanted and fields[3] == "01"}
    held = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found = re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink()))
        except FileNotFoundError:
            continue  # Closed meanwhile.
        held += bool(found and found[1] in inodes)
    return held


def percentile(values: list[float], share: float) -> float:
    """The nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked) + 0.5) - 1))]
