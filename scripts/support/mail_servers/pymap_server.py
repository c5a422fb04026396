"""pymap (PyPI), an IMAP server written against the RFCs and not against Dovecot, as a process of its own.

It offers OBJECTID (with THREADID), UIDPLUS, MOVE and IDLE, and neither CONDSTORE nor SPECIAL-USE. It is installed into a
virtual environment of its own below .build/, once. Its mail lies in memory; every user exists, and has the same password.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

VERSION = "0.36.7"
PASSWORD = "pymap-private-password"
LAUNCHER = Path(__file__).with_name("pymap_launcher.py")
ENVIRONMENTS = Path(__file__).resolve().parents[3] / ".build/python"


class PymapServer:
    """Runs from `start` to `close`, on a free port of the loopback."""

    def __init__(self, log: Path | None = None):
        self.password = PASSWORD
        self._log = log

    def start(self) -> "PymapServer":
        with socket.create_server(("127.0.0.1", 0)) as listener, open(self._log or os.devnull, "ab") as log:
            # The port is the listener's, which the process inherits: nobody can take it in between.
            self.port = listener.getsockname()[1]
            self._process = subprocess.Popen(
                [installed(), str(LAUNCHER), str(listener.fileno()), PASSWORD], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, pass_fds=[listener.fileno()])
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            if not connection.recv(64).startswith(b"* OK"):
                raise RuntimeError("pymap did not greet")
        return self

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> "PymapServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


def installed() -> str:
    """The Python of the virtual environment that holds pymap, made where it is missing."""
    home = ENVIRONMENTS / f"pymap-{VERSION}-{sys.version_info.major}.{sys.version_info.minor}"
    python = home / "bin/python"
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    with open(ENVIRONMENTS / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(home)], "making a virtual environment (Debian package python3-venv)")
            _run([str(python), "-m", "pip", "install", "--quiet", f"pymap=={VERSION}"], "installing pymap from PyPI")
            (home / "complete").touch()
    return str(python)


def _run(arguments: list[str], what: str) -> None:
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{what} failed:\n{done.stdout.strip()}")
