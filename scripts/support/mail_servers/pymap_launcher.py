"""Runs pymap on a socket that was handed down, with any user. The virtual environment's Python runs it:

    pymap_launcher.py DESCRIPTOR PASSWORD
"""

import asyncio
import os
import signal
import socket
import sys
from argparse import Namespace

from pymap.backend import dict as in_memory
from pymap.imap import IMAPServer
from pymap.user import UserMetadata
from proxyprotocol.noop import ProxyProtocolNoop
from proxyprotocol.reader import ProxyProtocolReader
from pysasl.hashing import Cleartext


class AnyUser(in_memory.Identity):
    """A user is made by signing in as one."""

    async def get(self) -> UserMetadata:
        if self.name not in self.login.users_dict:
            self.login.users_dict[self.name] = UserMetadata(self.config, self.name, password=PASSWORD)
        return await super().get()


async def main(listener: socket.socket) -> None:
    arguments = Namespace(passlib_cfg=None, proxy_protocol=None)
    # Plain passwords: a sign-in that costs a quarter of a second would be most of what a test waits for.
    config = in_memory.Config(arguments, host=None, port=0, tls_enabled=False, hash_context=Cleartext(), demo_data=False,
                              demo_user="nobody", demo_password=PASSWORD)
    config.apply_context()
    in_memory.Identity = AnyUser
    answer = ProxyProtocolReader(ProxyProtocolNoop()).get_callback(IMAPServer(in_memory.Login(config), config))
    server = await asyncio.start_server(answer, sock=listener, limit=1 << 22, backlog=1024)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    server.close()
    # What it still serves ends with the process.
    os._exit(0)


PASSWORD = sys.argv[2]
asyncio.run(main(socket.socket(fileno=int(sys.argv[1]))))
