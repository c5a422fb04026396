"""Many processes at once: Redis servers and sentinels of a test's own, accounts in numbers, and workers that only visit."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

from installation import ROOT, Installation, scratch, wait_until

BENCH = os.environ.get("QUEUE_BENCH", str(ROOT / ".build/release/QueueBench"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class RedisServer:
    """A Redis, or with `sentinel` a Sentinel, that the test may flush, freeze and kill."""

    def __init__(self, *settings: str, sentinel: bool = False):
        # Between finding a free port and listening on it another process may take it: then it is tried again.
        for _ in range(3):
            self.port = free_port()
            self._folder = scratch() / f"redis-{self.port}"
            self._folder.mkdir(exist_ok=True)
            self._configuration = self._folder / "redis.conf"
            self._configuration.write_text("\n".join([
                "bind 127.0.0.1", f"port {self.port}", f"dir {self._folder}", "maxmemory-policy noeviction", 'save ""',
                "repl-diskless-sync-delay 0", "repl-ping-replica-period 1"]
                if not sentinel else ["bind 127.0.0.1", f"port {self.port}", f"dir {self._folder}"]))
            with open(self._configuration, "a", encoding="utf-8") as more:
                more.write("\n" + "\n".join(settings) + "\n")
            self._arguments = ["redis-server", str(self._configuration)] + (["--sentinel"] if sentinel else [])
            self.start()
            wait_until(lambda: self._answers() or self.process.poll() is not None, "an answer of Redis", 10)
            if self.process.poll() is None:
                return
        raise AssertionError(f"redis-server ended at once: {(self._folder / 'log').read_text()[-2000:]}")

    def start(self) -> None:
        with open(self._folder / "log", "ab") as log:
            self.process = subprocess.Popen(self._arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"redis://{self.address}"

    def call(self, *command: str) -> str:
        return subprocess.run(["redis-cli", "-p", str(self.port), *command], stdout=subprocess.PIPE, text=True, check=True,
                              stderr=subprocess.DEVNULL, timeout=20).stdout.strip()

    def info(self, section: str) -> dict[str, str]:
        return dict(line.split(":", 1) for line in self.call("INFO", section).splitlines() if ":" in line)

    def send(self, kind: signal.Signals) -> None:
        self.process.send_signal(kind)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            return self.call("PING") == "PONG"
        except subprocess.SubprocessError:
            return False

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Visitors:
    """An installation with accounts that never change, and processes of QueueBench that visit them and do nothing else.

    They take the queue's jobs as `postrider worker` does, take each account's lease, complete, and mark its actions done.
    """

    def __init__(self, installation: Installation, accounts: int, interval: int):
        self._installation = installation
        self._interval = interval
        installation.query(f"""
            INSERT INTO organizations (id, name, plan)
                SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'o' || n, 'gold'
                  FROM generate_series(1, 20) n;
            INSERT INTO users (organization_id, id, email, name, role)
                SELECT id, id, 'a@' || name || '.example', name, 'admin' FROM organizations;
            INSERT INTO accounts (organization_id, id, owner_id, address, state, auth_kind, username, imap_host, imap_port,
                                  imap_security, started_at, interval_seconds, first_sync_completed_at)
                SELECT o.id, ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, o.id, n || '@example.org',
                       'live', 'password', 'u', 'imap.example.org', 993, 'tls', now(), {interval}, now()
                  FROM generate_series(1, {accounts}) n
                  JOIN organizations o ON o.id = ('00000000-0000-7000-8000-' || lpad(to_hex(n % 20 + 1), 12, '0'))::uuid;
            INSERT INTO account_dispatch (organization_id, account_id, next_due_at)
                SELECT organization_id, id, now() + random() * interval '{interval} s' FROM accounts;""")

    def start(self, concurrency: int = 50) -> subprocess.Popen:
        """Another visiting process, which ends with the installation at the latest."""
        environment = self._installation.environment
        return self._installation.spawn([
            BENCH, "visits", "--redis", environment["POSTRIDER_REDIS_URL"], "--database", self._installation.database_url,
            "--interval", str(self._interval), "--concurrency", str(concurrency), "--shard",
            f"{self._installation.name}0"])

    def act(self, count: int) -> None:
        """Asks for so many actions: rows, and their wake-ups in the outbox."""
        self._installation.query(f"""
            WITH made AS (
                INSERT INTO actions (organization_id, account_id, id, kind, state, origin)
                    SELECT organization_id, id, gen_random_uuid(), 'send', 'pending', 'user' FROM accounts
                     ORDER BY random() LIMIT {count}
                RETURNING organization_id, account_id
            )
            INSERT INTO outbox (organization_id, queue, kind, resource, priority)
                SELECT organization_id, 'actions', 'action', 'write:' || account_id, 0 FROM made""")

    def left(self, since: str) -> str:
        """Accounts not visited since a moment of the database's clock, and actions that aren't done: `0|0` in the end."""
        return self._installation.query(
            f"SELECT (SELECT count(*) FROM account_dispatch WHERE visited_at IS NULL OR visited_at <= '{since}'), "
            "(SELECT count(*) FROM actions WHERE state <> 'done')")

    def wait_until_all_ran(self, seconds: float) -> None:
        """Waits until every account was visited by a job that ended after this call, and every action is done."""
        since = self._installation.query("SELECT clock_timestamp()")
        wait_until(lambda: self.left(since) == "0|0",
                   lambda: f"accounts to visit and actions to do: {self.left(since)}\n{self._installation.logged()[-3000:]}",
                   seconds)


def processes(*words: str) -> list[int]:
    """The processes whose arguments hold all of `words`."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                arguments = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if all(word in arguments for word in words):
                found.append(int(folder.name))
    return found


def metrics(port: int) -> dict[str, float]:
    """What a role tells of itself, by series, such as `postrider_queue_depth{state="ready"}`."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    if not answer.startswith(b"HTTP/1.1 200"):
        raise AssertionError(answer[:200])
    lines = re.findall(r"^([a-z_]+(?:\{[^}]*\})?) ([-+0-9.eEInfa]+)$", answer.decode(), re.MULTILINE)
    return {name: float(value) for name, value in lines}
