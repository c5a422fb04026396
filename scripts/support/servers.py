#!/usr/bin/env python3
"""Private PostgreSQL, Redis and Dovecot in one data folder, on free ports of the loopback.

    servers.py start  --data DIR [--postgres] [--redis] [--dovecot] [--durable]
    servers.py stop   --data DIR [--delete]
    servers.py status --data DIR

`start` starts what is named (all three when nothing is), waits until each answers, and prints `export` lines, which
it also writes to DIR/env. A second start on the same folder reuses the data, and the ports where they are free; a
server that still runs is left as it is. `--durable` keeps what was committed and asks for passwords; without it fsync
is off, for tests and benches. `stop` ends the processes that `start` began, and nothing else. `--delete` removes the
data folder as well.

Root can't run PostgreSQL or Dovecot: they then run as their packages' system users, in DIR where those can reach it
and else in a folder of /var/lib/postrider.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from private_servers import dovecot, postgres, process, redis
from private_servers.process import Process, ServerError

KINDS = {kind.NAME: kind for kind in (postgres, redis, dovecot)}
ATTEMPTS = 3


class DataFolder:
    """The data folder: `servers.json` says what runs and how to reach it, `env` says it for a shell."""

    def __init__(self, path: Path):
        self.path = path
        self.record = path / "servers.json"
        self.servers: dict[str, dict] = json.loads(self.record.read_text()) if self.record.exists() else {}

    def running(self, name: str) -> Process | None:
        entry = self.servers.get(name, {}).get("process")
        server = Process(**entry) if entry else None
        return server if server and server.is_running() else None

    def home(self, name: str) -> Path:
        """The folder of one server, which the user that it runs as owns and can reach."""
        kept = self.servers.get(name, {}).get("home")
        if kept:
            return Path(kept)
        user = process.service_user(KINDS[name].SYSTEM_USER)
        home = self.path / name
        if os.geteuid() == 0 and not _can_reach(self.path, user):
            home = Path("/var/lib/postrider") / hashlib.sha256(str(self.path).encode()).hexdigest()[:16] / name
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        os.chown(home, user.pw_uid, user.pw_gid)
        return home

    def remember(self, name: str, home: Path, server: Process | None, state: dict) -> None:
        self.servers[name] = {"home": str(home), "process": vars(server) if server else None, "state": state}
        process.write_private(self.record, json.dumps(self.servers, indent=2) + "\n")

    def environment(self) -> dict[str, str]:
        variables: dict[str, str] = {}
        for name, entry in self.servers.items():
            if self.running(name):
                variables |= KINDS[name].environment(entry["state"], self.path)
        return variables


def start(folder: DataFolder, names: list[str], durable: bool) -> None:
    for name in names:
        if folder.running(name):
            continue
        home, state = folder.home(name), folder.servers.get(name, {}).get("state", {})
        server, state = _start(name, home, state, durable)
        folder.remember(name, home, server, state)
        print(f"{name} listens on 127.0.0.1:{state.get('port') or state.get('plain_port')}", file=sys.stderr)
    lines = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in folder.environment().items())
    process.write_private(folder.path / "env", lines)
    print(lines, end="")


def stop(folder: DataFolder, delete: bool) -> None:
    for name, entry in reversed(list(folder.servers.items())):
        server = folder.running(name)
        if server:
            KINDS[name].stop(server)
            print(f"{name} stopped", file=sys.stderr)
        folder.remember(name, Path(entry["home"]), None, entry["state"])
    for described in ("env", "dovecot.json"):
        (folder.path / described).unlink(missing_ok=True)
    if delete:
        for entry in folder.servers.values():
            shutil.rmtree(entry["home"], ignore_errors=True)
            if base := entry["state"].get("base"):
                shutil.rmtree(base, ignore_errors=True)
        shutil.rmtree(folder.path)


def status(folder: DataFolder) -> int:
    """Prints a line a server; 1 unless all that was ever started here runs."""
    healthy = bool(folder.servers)
    for name, entry in folder.servers.items():
        server = folder.running(name)
        healthy = healthy and server is not None
        print(f"{name}: {f'runs as process {server.pid}' if server else 'stopped'}, {entry['home']}")
    return 0 if healthy else 1


def _start(name: str, home: Path, state: dict, durable: bool) -> tuple[Process, dict]:
    """Between choosing a free port and listening on it another process may take it: hence more than one attempt."""
    for attempt in range(ATTEMPTS):
        try:
            return KINDS[name].start(home, state, durable)
        except ServerError as error:
            if "in use" not in str(error) or attempt == ATTEMPTS - 1:
                raise
            state = {key: value for key, value in state.items() if not key.endswith("port")}
    raise AssertionError("unreachable")


def _can_reach(folder: Path, user) -> bool:
    return subprocess.run(["test", "-x", folder], check=False, cwd="/", **process.as_user(user)).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "stop", "status"):
        command = commands.add_parser(name)
        command.add_argument("--data", required=True, type=Path, metavar="DIR")
        if name == "start":
            for kind in KINDS:
                command.add_argument(f"--{kind}", action="store_true")
            command.add_argument("--durable", action="store_true", help="fsync and passwords, for data to keep")
        if name == "stop":
            command.add_argument("--delete", action="store_true", help="remove the data folder as well")
    options = parser.parse_args()

    path = options.data.resolve()
    if options.command == "start":
        path.mkdir(mode=0o711, parents=True, exist_ok=True)
    elif not path.exists():
        print(f"{path}: nothing was started here", file=sys.stderr)
        return 0 if options.command == "stop" else 1
    with open(path / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = DataFolder(path)
        try:
            if options.command == "start":
                named = [kind for kind in KINDS if getattr(options, kind)]
                start(folder, named or list(KINDS), options.durable)
            elif options.command == "stop":
                stop(folder, options.delete)
            else:
                return status(folder)
        except ServerError as error:
            print(f"servers.py: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
