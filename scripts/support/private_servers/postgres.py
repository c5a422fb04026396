"""A private PostgreSQL: one cluster in a folder of its own, on the loopback only, without a socket file."""

import os
import re
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from . import process
from .process import Process, ServerError

NAME = "postgres"
SYSTEM_USER = "postgres"
PACKAGE = "postgresql"

COMMON = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
shared_buffers = 256MB
max_wal_size = 2GB
timezone = 'UTC'
log_timezone = 'UTC'
"""

# Tests and benches may lose everything at any moment; what they measure should not wait for the disk.
FLEETING = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def start(home: Path, state: dict, durable: bool) -> tuple[Process, dict]:
    """Starts the cluster in `home`, made at first; `state` is what an earlier start returned."""
    user = process.service_user(SYSTEM_USER)
    data, log = home / "data", home / "log"
    fresh = not (data / "PG_VERSION").exists()
    password = state.get("password") or (secrets.token_hex(24) if durable else "")
    if fresh:
        _initialise(home, data, password, user)
    version = int((data / "PG_VERSION").read_text().split(".")[0])
    port = process.free_port(state.get("port"))
    settings = COMMON + f"port = {port}\n" + ("" if durable else FLEETING)
    settings += "wal_compression = lz4\n" if version >= 15 else "wal_compression = on\n"
    (data / "private.conf").write_text(settings)

    server = process.spawn([_program(version, "postgres"), "-D", str(data)], log, user)
    state = {"port": port, "password": password, "url": _url(port, password, "postgres")}
    psql = [process.program("psql", "postgresql-client"), "-XAtq", "-d", state["url"]]

    def is_ready() -> bool:
        answer = subprocess.run([*psql, "-c", "SELECT 1"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, env={**os.environ, "PGCONNECT_TIMEOUT": "2"}, check=False)
        return answer.stdout.strip() == b"1"

    process.wait_until_ready("PostgreSQL", server, log, is_ready)
    if durable:
        # A database of its own for the program, so that the administrative one stays empty.
        exists = "SELECT 1 FROM pg_database WHERE datname = 'postrider'"
        if not subprocess.check_output([*psql, "-c", exists]).strip():
            subprocess.check_call([*psql, "-c", "CREATE DATABASE postrider"])
        state["database_url"] = _url(port, password, "postrider")
    return server, state


def stop(server: Process) -> None:
    """A fast shutdown: open sessions are ended, what was committed is kept."""
    server.stop(signal.SIGINT, 60)


def environment(state: dict, _folder: Path) -> dict[str, str]:
    """Data to keep never go by the name that tests look for: they drop what they find."""
    if "database_url" in state:
        return {"POSTRIDER_DATABASE_URL": state["database_url"]}
    return {"POSTRIDER_TEST_DATABASE_URL": state["url"]}


def _initialise(home: Path, data: Path, password: str, user) -> None:
    """`initdb`, in a folder that takes its final name only when it is complete."""
    making = home / "data.making"
    shutil.rmtree(making, ignore_errors=True)
    initdb = process.program("initdb", PACKAGE)
    arguments = [initdb, "-D", str(making), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    if password:
        secret = home / "password"
        secret.touch(mode=0o600)
        secret.write_text(password + "\n")
        os.chown(secret, user.pw_uid, user.pw_gid)
        arguments += ["--auth=scram-sha-256", f"--pwfile={secret}"]
    else:
        arguments += ["--auth=trust"]
    process.run(arguments, user, "initdb")
    if password:
        secret.unlink()
    with open(making / "postgresql.conf", "a", encoding="utf-8") as configuration:
        configuration.write("\ninclude 'private.conf'\n")
    making.rename(data)


def _program(version: int, name: str) -> str:
    """The program of the version that made the data: a newer one would refuse it."""
    found = f"/usr/lib/postgresql/{version}/bin/{name}"
    if os.access(found, os.X_OK):
        return found
    other = process.program(name, PACKAGE)
    banner = subprocess.check_output([other, "--version"], text=True)
    if not re.search(rf"\b{version}\b", banner):
        raise ServerError(f"the data were made by PostgreSQL {version}, and there is only {banner.strip()}")
    return other


def _url(port: int, password: str, database: str) -> str:
    login = f"postgres:{quote(password)}" if password else "postgres"
    return f"postgresql://{login}@127.0.0.1:{port}/{database}"
