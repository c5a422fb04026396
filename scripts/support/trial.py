"""Accounts against real servers, for benches and soaks: a fresh database, role processes, and the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

SUPPORT = Path(__file__).parent
ROOT = SUPPORT.parents[1]


class TrialError(Exception):
    """Something that a trial needs did not work, in words that say what."""


@contextmanager
def servers(data: Path):
    """PostgreSQL, Redis and Dovecot in `data`, stopped at the end; their data stay. Yields what Dovecot is like."""
    tool = [sys.executable, str(SUPPORT / "servers.py")]
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    try:
        try:
            exports = subprocess.run([*tool, "start", "--data", str(data)], stdout=subprocess.PIPE, text=True, check=True)
        except subprocess.CalledProcessError as error:
            raise TrialError(f"the servers did not start (exit status {error.returncode})") from None
        for line in exports.stdout.splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            os.environ[name] = value.strip("'")
        yield json.loads(Path(os.environ["POSTRIDER_TEST_DOVECOT"]).read_text())
    finally:
        subprocess.run([*tool, "stop", "--data", str(data)], check=False, stderr=subprocess.DEVNULL)


class Trial:
    """A fresh database and an empty Redis with one connected account in them, and the roles that were started for it.

    Without a `user` there is no account yet; `connect` makes any number. `settings` are further POSTRIDER_ variables of
    the roles and the command line.
    """

    def __init__(self, data: Path, dovecot: dict, user: str | None, security: str = "none", **settings: str):
        self._postrider = os.environ.get("POSTRIDER", str(ROOT / ".build/release/postrider"))
        self._log = open(data / "postrider.log", "ab")  # pylint: disable=consider-using-with
        self.running: list[subprocess.Popen] = []
        self.database_url = os.environ["POSTRIDER_TEST_DATABASE_URL"].rsplit("/", 1)[0] + "/trial"
        self._administer("DROP DATABASE IF EXISTS trial WITH (FORCE)", "CREATE DATABASE trial")
        self._forget_redis()
        keys = data / "master-keys"
        keys.touch(mode=0o600)
        keys.write_text("trial:" + "QUFB" * 10 + "QUE=\n")
        self._environment = {**os.environ, "POSTRIDER_DATABASE_URL": self.database_url,
                             "POSTRIDER_REDIS_URL": os.environ["POSTRIDER_TEST_REDIS_URL"],
                             "POSTRIDER_MASTER_KEYS_FILE": str(keys), "POSTRIDER_ALLOW_PRIVATE_MAIL_HOSTS": "true",
                             "POSTRIDER_MAIL_TRUST_ROOTS_FILE": dovecot["ca_file"], "POSTRIDER_LOG_LEVEL": "notice",
                             **settings}
        self.call("migrate")
        self.organization = self._created("organization", "create", "--name", "Trial", "--plan", "platinum")
        self.account = ""
        if user is not None:
            port = dovecot["tls_port" if security == "tls" else "plain_port"]
            self.account = self.connect(user, f"{dovecot['host']}:{port}", dovecot["password"], security=security)

    def call(self, *arguments: str, given: str | None = None) -> str:
        """Runs one command of the program to its end; its standard output."""
        done = subprocess.run([self._postrider, *arguments], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, env=self._environment, timeout=300, check=False)
        if done.returncode != 0:
            raise TrialError(f"postrider {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr.strip()}")
        return done.stdout

    def connect(self, user: str, imap: str, password: str, choose: tuple[str, ...] = ("--all",),
                security: str = "none", owner: str | None = None) -> str:
        """Connects a mailbox, of a person of its own unless told otherwise, and chooses its folders; the account's id."""
        owner = owner or self._created("user", "create", "--organization", self.organization, "--email",
                                       f"{user}@example.org", "--name", "Trial", "--role", "admin")
        account = self._created("account", "connect", "--user", owner, "--address", f"{user}@example.org", "--username",
                                user, "--password-stdin", "--imap", imap, "--imap-security", security, given=password)
        if choose:
            self.call("account", "choose", account, *choose)
        return account

    @property
    def log(self) -> Path:
        """What the roles write."""
        return Path(self._log.name)

    def start(self, role: str) -> subprocess.Popen:
        """Starts a role as a process of its own; it ends with the trial at the latest."""
        process = subprocess.Popen([self._postrider, role], stdin=subprocess.DEVNULL, stdout=self._log,
                                   stderr=self._log, env=self._environment)
        self.running.append(process)
        return process

    def wait_until_live(self, seconds: float) -> float:
        """Waits for the end of the first sync; the moment (monotonic) at which the account was seen to be live.

        It asks the database over one connection, so that watching costs the machine next to nothing.
        """
        question = f"SELECT state, coalesce(error_text, '') FROM accounts WHERE id = '{self.account}';\n"
        deadline = time.monotonic() + seconds
        with subprocess.Popen(["psql", "-XAtq", "-d", self.database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as psql:
            try:
                while True:
                    psql.stdin.write(question)
                    psql.stdin.flush()
                    state, _, error = psql.stdout.readline().strip().partition("|")
                    now = time.monotonic()
                    if state == "live":
                        return now
                    if state not in ("connected", "initial_sync", "unreachable"):
                        raise TrialError(f"the account became {state}: {error}; see {self._log.name}")
                    if now > deadline:
                        raise TrialError(f"still {state} after {seconds:.0f} s: {error}; see {self._log.name}")
                    for process in self.running:
                        if process.poll() not in (None, -signal.SIGKILL):
                            raise TrialError(f"{process.args[1]} ended by itself with {process.returncode}; "
                                             f"see {self._log.name}")
                    time.sleep(0.01)
            finally:
                psql.stdin.close()

    def query(self, sql: str) -> str:
        """The text of what `sql` selects; :'account' is the account's id."""
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-v", f"account={self.account}",
                               "-d", self.database_url], input=sql, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout

    def keep(self) -> None:
        """Remembers the database as it is, for `restore`; no role runs."""
        self._administer("DROP DATABASE IF EXISTS trial_kept WITH (FORCE)", "CREATE DATABASE trial_kept TEMPLATE trial")

    def restore(self) -> None:
        """Ends the roles, and makes the database what it was, and the queue empty."""
        self._end_roles()
        self._administer("DROP DATABASE trial WITH (FORCE)", "CREATE DATABASE trial TEMPLATE trial_kept")
        self._forget_redis()

    def close(self) -> None:
        """Ends the roles, politely and then by force."""
        self._end_roles()
        self._log.close()

    def _end_roles(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()

    def __enter__(self) -> "Trial":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _created(self, *arguments: str, given: str | None = None) -> str:
        return json.loads(self.call(*arguments, "--json", given=given))["id"]

    @staticmethod
    def _administer(*statements: str) -> None:
        """Runs statements as the database server's superuser, outside of the trial's database."""
        for statement in statements:
            subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", os.environ["POSTRIDER_TEST_DATABASE_URL"],
                            "-c", statement], check=True, stderr=subprocess.DEVNULL)

    def _forget_redis(self) -> None:
        port = os.environ["POSTRIDER_TEST_REDIS_URL"].rsplit(":", 1)[1]
        subprocess.run(["redis-cli", "-p", port, "FLUSHALL"], check=True, stdout=subprocess.DEVNULL)
