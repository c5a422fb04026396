"""The event loop on which the servers and proxies of this process run, on a daemon thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any


@cache
def loop() -> asyncio.AbstractEventLoop:
    """Started with the first use; it ends with the process."""
    made = asyncio.new_event_loop()
    threading.Thread(target=made.run_forever, name="mail servers", daemon=True).start()
    return made


def call(coroutine: Coroutine, seconds: float = 30) -> Any:
    """Runs a coroutine on the loop and waits for its result, from any other thread."""
    return asyncio.run_coroutine_threadsafe(coroutine, loop()).result(seconds)


class Listener:
    """What listens on a port of the loopback from `start` to `close`, a task a connection.

    A subclass says in `serve` what it does with one; however that ends, the connection is closed.
    """

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    def start(self):
        self._tasks: set[asyncio.Task] = set()
        self._server = call(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        call(self._close())

    def __enter__(self):
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _listen(self) -> asyncio.Server:
        # A limit well above what a command's line may have.
        return await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=1 << 22, backlog=4096)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await self.serve(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # The other side has gone, or this one closes: both may.
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _close(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=5)
