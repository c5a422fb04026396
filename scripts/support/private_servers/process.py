"""Starting, recognising and ending the processes of private servers.

A process is remembered as its id together with the moment the kernel started it, so that an id that has since gone
to somebody else's process is never signalled.
"""

import os
import pwd
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


class ServerError(Exception):
    """A server that can't be had, in words that say which and why."""


@dataclass(frozen=True)
class Process:
    """A process that was started here; `started` is in clock ticks since boot, of the boot `boot`."""

    pid: int
    started: int
    boot: str

    @staticmethod
    def of(pid: int) -> "Process":
        started = _start_ticks(pid)
        if started is None:
            raise ServerError(f"process {pid} ended at once")
        return Process(pid, started, _boot_id())

    def is_running(self) -> bool:
        return self.boot == _boot_id() and _start_ticks(self.pid) == self.started

    def stop(self, first: signal.Signals, seconds: float) -> None:
        """Sends `first`, waits until the process is gone, and kills it after `seconds`."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            if not self.is_running():
                return
            signal.pidfd_send_signal(handle, first)
            if not _until(lambda: not self.is_running(), seconds):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                _until(lambda: not self.is_running(), 10)
        except ProcessLookupError:
            pass
        finally:
            os.close(handle)


def spawn(argv: list[str], log: Path, user: pwd.struct_passwd, environment: dict[str, str] | None = None) -> Process:
    """Starts a server that outlives this script, in a session of its own, as `user`, writing to `log`."""
    with open(log, "ab") as output:
        os.chmod(log, 0o600)
        os.chown(log, user.pw_uid, user.pw_gid)
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", start_new_session=True,
            env={"PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", **(environment or {})}, **as_user(user))
    return Process.of(child.pid)


def run(argv: list[str], user: pwd.struct_passwd, what: str, environment: dict[str, str] | None = None) -> str:
    """Runs a short command as `user`; its output, or a `ServerError` that quotes it."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          cwd="/", env={"PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", **(environment or {})},
                          timeout=120, **as_user(user))
    if done.returncode != 0:
        raise ServerError(f"{what} failed (exit {done.returncode}):\n{done.stdout.strip()}")
    return done.stdout


def service_user(name: str) -> pwd.struct_passwd:
    """Who a server runs as: oneself, or for root the system user that its package made."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise ServerError(f"there is no system user {name}; its server's package makes it") from None


def as_user(user: pwd.struct_passwd) -> dict:
    """The arguments of `subprocess` that drop root's rights; none when there are none to drop."""
    if os.geteuid() != 0:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def program(name: str, package: str) -> str:
    """The path of a server's program, also where it isn't in an ordinary user's PATH."""
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: _number(p.parent.name), reverse=True)
    for folder in [*map(str, newest_first), *SEARCH_PATH.split(":")]:
        candidate = os.path.join(folder, name)
        if os.access(candidate, os.X_OK):
            return candidate
    raise ServerError(f"{name} is not installed (Debian package {package})")


def free_port(preferred: int | None = None, taken: frozenset[int] = frozenset()) -> int:
    """A port of the loopback that nobody listens on; `preferred` where it still is one."""
    if preferred is not None and preferred not in taken:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", preferred))
                return preferred
            except OSError:
                pass
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in taken:
            return port


def wait_until_ready(name: str, process: Process, log: Path, is_ready, seconds: float = 60) -> None:
    """Polls `is_ready` until it holds; a server that ends or takes too long is an error that quotes its log."""
    _until(lambda: is_ready() or not process.is_running(), seconds)
    if not process.is_running():
        raise ServerError(f"{name} ended while it was starting:\n{_tail(log)}")
    if not is_ready():
        process.stop(signal.SIGKILL, 5)
        raise ServerError(f"{name} was not ready after {seconds:.0f} s:\n{_tail(log)}")


def write_private(path: Path, text: str) -> None:
    """Replaces a file that may hold passwords in one step, readable by its owner only."""
    making = path.with_name(path.name + ".making")
    making.touch(mode=0o600)
    making.write_text(text)
    making.replace(path)


SEARCH_PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _until(holds, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _start_ticks(pid: int) -> int | None:
    """Field 22 of /proc/PID/stat; None for a process that is gone, or dead and not yet reaped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat[stat.rindex(")") + 2:].split()
    return None if fields[0] in "ZX" else int(fields[19])


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 0
