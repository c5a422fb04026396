"""A proxy before any TCP server that cuts, delays, slices, silences and resets connections on demand."""

import asyncio
import socket
import struct
from collections import deque
from dataclasses import dataclass

from . import background
from .capability_filter import CapabilityFilter

PIECE = 65_536


@dataclass(frozen=True)
class Fault:
    """What is to happen to one connection; byte counts are of what the server sends, from its greeting on."""

    cut_after: int | None = None
    """The connection ends after so many bytes, for both sides."""
    black_hole_after: int | None = None
    """From so many bytes on nothing passes any more in either direction, and the connection stays open."""
    reset: bool = False
    """It ends by RST, not by FIN."""
    delay: float = 0
    """Seconds before each piece that the server sends."""
    slice: bool = False
    """Each byte that the server sends is written by itself."""


class Connection:
    """One connection through the proxy, and its pumps."""

    def __init__(self, fault: Fault, client: asyncio.StreamWriter, server: asyncio.StreamWriter):
        self.fault = fault
        self.client, self.server = client, server
        self.received = 0
        """Bytes passed from the server to the client."""
        self.silent = False

    def end(self, reset: bool = False) -> None:
        """Closes both sides; what was written to the client before is still delivered, unless it is reset."""
        for writer in (self.client, self.server):
            if reset:
                # No lingering: closing sends RST and drops what wasn't delivered.
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            else:
                writer.close()


class FaultProxy(background.Listener):
    """Leads to `target` ("host:port"). New connections take their faults from `faults`, the leftmost first; when that
    is empty, `usual`. `without` takes capabilities from an IMAP server (see CapabilityFilter); its byte counts are then
    of what the client sees.
    """

    def __init__(self, target: str, without: frozenset[str] = frozenset(), usual: Fault = Fault()):
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._without = without
        self.usual = usual
        self.faults: deque[Fault] = deque()
        self.refuses = False
        """Closes each new connection at once."""
        self.accepted = 0
        self.received: list[int] = []
        """Bytes that each connection has passed to its client, in the order of their beginnings, kept up to date."""
        self._open: set[Connection] = set()

    @property
    def open(self) -> int:
        """How many connections lead through it just now."""
        return len(self._open)

    def cut_all(self, reset: bool = False) -> int:
        """Ends every connection that is open; how many those were."""
        async def cut() -> int:
            ended = list(self._open)
            for connection in ended:
                connection.end(reset)
            return len(ended)
        return background.call(cut())

    def command(self, data: bytes) -> None:
        """Told of what clients send, as it comes; for those who watch."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.accepted = self.accepted, self.accepted + 1
        self.received.append(0)
        if self.refuses:
            return
        fault = self.faults.popleft() if self.faults else self.usual
        server_reader, server_writer = await asyncio.open_connection(*self._target, limit=1 << 22)
        connection = Connection(fault, writer, server_writer)
        filters = CapabilityFilter(self._without) if self._without else None
        self._open.add(connection)
        pumps = [asyncio.ensure_future(each) for each in (
            self._up(connection, reader, filters), self._down(connection, server_reader, filters, number))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open.discard(connection)
            for pump in pumps:
                pump.cancel()
            connection.end(fault.reset and fault.cut_after is not None)

    async def _up(self, connection: Connection, reader: asyncio.StreamReader, filters: CapabilityFilter | None) -> None:
        while data := await reader.read(PIECE):
            self.command(data)
            if filters:
                data = filters.to_server(data)
            if data and not connection.silent:
                connection.server.write(data)
                await connection.server.drain()

    async def _down(self, connection: Connection, reader: asyncio.StreamReader, filters: CapabilityFilter | None,
                    number: int) -> None:
        fault = connection.fault
        while data := await reader.read(PIECE):
            if filters:
                data = filters.to_client(data)
            if fault.delay:
                await asyncio.sleep(fault.delay)
            left = None if fault.cut_after is None else fault.cut_after - connection.received
            if fault.black_hole_after is not None and connection.received + len(data) > fault.black_hole_after:
                data = data[:max(0, fault.black_hole_after - connection.received)]
                connection.silent = True
            await self._pass(connection, data if left is None else data[:left])
            self.received[number] = connection.received
            if left is not None and len(data) >= left:
                return
            if connection.silent:
                await asyncio.Event().wait()

    @staticmethod
    async def _pass(connection: Connection, data: bytes) -> None:
        pieces = [data[at:at + 1] for at in range(len(data))] if connection.fault.slice else [data]
        for piece in pieces:
            if piece:
                connection.received += len(piece)
                connection.client.write(piece)
                await connection.client.drain()
                if connection.fault.slice:
                    # Lets the other side read it before the next one comes.
                    await asyncio.sleep(0)
