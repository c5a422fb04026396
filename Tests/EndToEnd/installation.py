"""A Postrider of its own for a test: a database, a shard of the queue, a key ring, and its roles' processes.

The servers are those that POSTRIDER_TEST_… names (scripts/test starts them); without them, a set is started for the
run and stopped at its end. The program is the release build, or what POSTRIDER names.
"""

import atexit
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "scripts/support"
sys.path.insert(0, str(SUPPORT))

import trial  # noqa: E402  pylint: disable=wrong-import-position

POSTRIDER = os.environ.get("POSTRIDER", str(ROOT / ".build/release/postrider"))
KEY_RING = "first:" + "QUFB" * 10 + "QUE=\n"


@cache
def scratch() -> Path:
    """A folder for the run, which the servers' system users can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="postrider-end-to-end."))
    folder.chmod(0o711)
    atexit.register(shutil.rmtree, folder, True)
    return folder


@cache
def dovecot() -> dict:
    """What the private Dovecot is like; starts the servers where nobody has."""
    if "POSTRIDER_TEST_DOVECOT" in os.environ:
        return json.loads(Path(os.environ["POSTRIDER_TEST_DOVECOT"]).read_text())
    folder = scratch()
    stack = ExitStack()
    about = stack.enter_context(trial.servers(folder / "servers"))
    atexit.register(stack.close)
    return about


def administer(statement: str) -> None:
    """Runs one statement as the database server's superuser, outside of any test's database."""
    dovecot()
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", os.environ["POSTRIDER_TEST_DATABASE_URL"],
                           "-c", statement], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{statement}: {done.stderr.strip()}")


def wait_until(holds, what: str, seconds: float = 30):
    """Polls until `holds` returns something true, which is returned; `what` says in the failure what never came."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s still not so: {what() if callable(what) else what}")
        time.sleep(0.02)
    return found


class Installation:
    """A database that is migrated (unless told otherwise), and the environment that leads the program to it.

    `settings` are further POSTRIDER_ variables; None takes one out.
    """

    def __init__(self, migrated: bool = True, tablespace: str | None = None, **settings: str | None):
        about = dovecot()
        self.name = f"e2e_{secrets.token_hex(4)}"
        self.folder = scratch() / self.name
        self.folder.mkdir()
        self.log = self.folder / "log"
        self._running: list[subprocess.Popen] = []
        administer(f"CREATE DATABASE {self.name}" + (f" TABLESPACE {tablespace}" if tablespace else ""))
        self.database_url = os.environ["POSTRIDER_TEST_DATABASE_URL"].rsplit("/", 1)[0] + "/" + self.name
        self.keys = self.folder / "master-keys"
        self.keys.touch(mode=0o600)
        self.keys.write_text(KEY_RING)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("POSTRIDER_")}
        self.environment = {
            **inherited, "POSTRIDER_DATABASE_URL": self.database_url,
            "POSTRIDER_REDIS_URL": os.environ["POSTRIDER_TEST_REDIS_URL"], "POSTRIDER_QUEUE_NAME": self.name,
            "POSTRIDER_MASTER_KEYS_FILE": str(self.keys), "POSTRIDER_ALLOW_PRIVATE_MAIL_HOSTS": "true",
            "POSTRIDER_MAIL_TRUST_ROOTS_FILE": about["ca_file"], "POSTRIDER_LEASE_SECONDS": "2"}
        self.set(**settings)
        self._owner: str | None = None
        if migrated:
            self.call("migrate")

    def set(self, **settings: str | None) -> None:
        """Changes the environment of what is run from now on."""
        for name, value in settings.items():
            if value is None:
                self.environment.pop(name, None)
            else:
                self.environment[name] = value

    # The command line -----------------------------------------------------------------------------------------------

    def run(self, *arguments: str, given: str | None = None, timeout: float = 100) -> subprocess.CompletedProcess:
        """Runs one command to its end, however it ends."""
        return subprocess.run([POSTRIDER, *arguments], input=given or "", capture_output=True, text=True,
                              encoding="utf-8", env=self.environment, timeout=timeout, check=False)

    def call(self, *arguments: str, given: str | None = None) -> str:
        """Runs one command that must succeed; its standard output."""
        done = self.run(*arguments, given=given)
        if done.returncode != 0:
            raise AssertionError(f"postrider {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def object(self, *arguments: str, given: str | None = None) -> dict:
        """The one JSON object that a command prints."""
        return json.loads(self.call(*arguments, "--json", given=given))

    def objects(self, *arguments: str) -> list[dict]:
        """The JSON Lines that a command prints."""
        return [json.loads(line) for line in self.call(*arguments, "--json").splitlines()]

    def refused(self, *arguments: str, given: str | None = None, status: int = 1) -> str:
        """Runs one command that must fail with `status`; all that it printed."""
        done = self.run(*arguments, given=given)
        if done.returncode != status:
            raise AssertionError(f"postrider {' '.join(arguments)} ended with {done.returncode}, not {status}:\n"
                                 f"{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    # People and accounts ---------------------------------------------------------------------------------------------

    def user(self, plan: str = "gold") -> str:
        """The id of a new user of a new organization."""
        organization = self.object("organization", "create", "--name", "Acme", "--plan", plan)["id"]
        return self.object("user", "create", "--organization", organization, "--email",
                           f"{secrets.token_hex(3)}@example.org", "--name", "Ann", "--role", "admin")["id"]

    def owner(self) -> str:
        """The id of the user who owns what is connected without naming one."""
        self._owner = self._owner or self.user()
        return self._owner

    def connecting(self, user: str, imap: str, security: str = "none", owner: str | None = None) -> list[str]:
        """The arguments of `account connect`."""
        return ["account", "connect", "--user", owner or self.owner(), "--address", f"{user}@example.org", "--username",
                user, "--password-stdin", "--imap", imap, "--imap-security", security]

    def connect(self, user: str, imap: str | None = None, password: str | None = None, security: str = "none",
                choose: tuple[str, ...] = ("--all",), owner: str | None = None) -> str:
        """Connects a mailbox, Dovecot's where no other is named, and chooses its folders; the account's id."""
        about = dovecot()
        imap = imap or f"{about['host']}:{about['plain_port']}"
        account = self.object(*self.connecting(user, imap, security, owner), given=password or about["password"])["id"]
        self.call("account", "choose", account, *choose)
        return account

    # Roles -----------------------------------------------------------------------------------------------------------

    def start(self, role: str = "all") -> subprocess.Popen:
        """Starts a role as a process of its own, which ends with the installation at the latest."""
        return self.spawn([POSTRIDER, role])

    def spawn(self, arguments: list[str]) -> subprocess.Popen:
        """Starts any program with this environment, which writes to the same log."""
        with open(self.log, "ab") as log:
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        self._running.append(process)
        return process

    def forget(self, process: subprocess.Popen) -> None:
        """Takes note that a role has ended, as the test expects."""
        process.wait()
        self._running.remove(process)

    def stop(self, process: subprocess.Popen, seconds: float = 15) -> int:
        """Asks a role to end; its exit code, or a failure when it is still there after so long."""
        self._running.remove(process)
        process.terminate()
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{process.args[1]} didn't end within {seconds:.0f} s of SIGTERM:\n"
                                 f"{self.logged()[-2000:]}") from None

    def forget_queue(self) -> None:
        """Takes all that this installation has in Redis away, as a Redis that starts empty does."""
        redis = ["redis-cli", "-p", os.environ["POSTRIDER_TEST_REDIS_URL"].rsplit(":", 1)[1]]
        keys = subprocess.check_output([*redis, "KEYS", f"*{self.name}*"], text=True).split()
        if not keys:
            raise AssertionError("the queue had no keys of this shard")
        subprocess.run([*redis, "DEL", *keys], check=True, stdout=subprocess.DEVNULL)

    def logged(self) -> str:
        """What the roles have written so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def sync_first(self, account: str, seconds: float = 30) -> None:
        """Accepts Start and waits for the end of the first sync; a role must be running."""
        self.call("account", "start", account)
        self.wait_for_state(account, "live", seconds)

    def sync_again(self, account: str, seconds: float = 30) -> None:
        """Makes the account due and waits until a visit that began after this call was carried through."""
        before = self.query(f"SELECT read_token FROM account_dispatch WHERE account_id = '{account}'")
        self.call("account", "sync", account)

        def visited() -> bool:
            return self.query(f"SELECT read_token > {before} AND next_due_at > now() AND dispatched_until IS NULL "
                              f"FROM account_dispatch WHERE account_id = '{account}'") == "t"
        wait_until(visited, "the account's visit", seconds)

    def wait_for_state(self, account: str, state: str, seconds: float = 30) -> None:
        """Waits until the account's row says `state`; a role that ends meanwhile fails the wait."""
        def reached() -> bool:
            for process in self._running:
                if process.poll() not in (None, -signal.SIGKILL):
                    raise AssertionError(f"a role ended by itself with {process.returncode}:\n{self.logged()[-2000:]}")
            return self.query(f"SELECT state FROM accounts WHERE id = '{account}'") == state
        row = f"SELECT state, error_code, error_text FROM accounts WHERE id = '{account}'"
        wait_until(reached, lambda: f"state {state}; it is {self.query(row)}\n{self.logged()[-2000:]}", seconds)

    # What is stored --------------------------------------------------------------------------------------------------

    def query(self, sql: str) -> str:
        """What `sql` selects, a line a row, columns parted by |."""
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.database_url, "-c", sql],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{sql}: {done.stderr.strip()}")
        return done.stdout.strip()

    def stored(self, account: str) -> list[dict]:
        """All messages of an account, as `message list` gives them."""
        return self.objects("message", "list", "--account", account)

    def close(self) -> None:
        """Ends the roles, politely and then by force, and drops the database."""
        for process in self._running:
            if process.poll() is None:
                process.terminate()
        for process in self._running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        administer(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def __enter__(self) -> "Installation":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
