"""A private Redis on the loopback. It never evicts: a queue that forgets silently is worse than one that says no."""

import os
import secrets
import signal
import socket
from pathlib import Path

from . import process
from .process import Process

NAME = "redis"
SYSTEM_USER = "redis"
PACKAGE = "redis-server"


def start(home: Path, state: dict, durable: bool) -> tuple[Process, dict]:
    """Starts Redis in `home`; `state` is what an earlier start returned."""
    user = process.service_user(SYSTEM_USER)
    log, configuration = home / "log", home / "redis.conf"
    port = process.free_port(state.get("port"))
    password = state.get("password") or (secrets.token_hex(24) if durable else "")
    lines = ["bind 127.0.0.1", f"port {port}", "protected-mode yes", f"dir {home}", "daemonize no",
             "maxmemory-policy noeviction", 'save ""', f"appendonly {'yes' if durable else 'no'}"]
    if password:
        lines.append(f"requirepass {password}")
    configuration.touch(mode=0o600)
    configuration.write_text("\n".join(lines) + "\n")
    os.chown(configuration, user.pw_uid, user.pw_gid)

    server = process.spawn([process.program("redis-server", PACKAGE), str(configuration)], log, user)
    process.wait_until_ready("Redis", server, log, lambda: _answers(port, password))
    login = f":{password}@" if password else ""
    return server, {"port": port, "password": password, "url": f"redis://{login}127.0.0.1:{port}"}


def stop(server: Process) -> None:
    server.stop(signal.SIGTERM, 30)


def environment(state: dict, _folder: Path) -> dict[str, str]:
    return {"POSTRIDER_REDIS_URL" if state["password"] else "POSTRIDER_TEST_REDIS_URL": state["url"]}


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            sign_in = f"AUTH {password}\r\n" if password else ""
            connection.sendall(f"{sign_in}PING\r\nQUIT\r\n".encode())
            answer = b""
            while piece := connection.recv(4096):
                answer += piece
    except OSError:
        return False
    return b"+PONG" in answer
