"""A message that crashes or stalls whoever parses it is found, and set aside with its bytes; all else goes on."""

import shutil
import subprocess
import unittest
from pathlib import Path

from installation import Installation, dovecot, scratch, wait_until
from live_account import LiveAccount, grounds
from mail import compose

POISON = Path(__file__).with_name("poison.c")


def preloaded() -> str:
    """The library that poisons GMime (see poison.c), compiled."""
    compiler = next(filter(None, map(shutil.which, ("clang", "gcc", "cc"))), None)
    if compiler is None:
        raise AssertionError("a C compiler is missing: swift's own clang, gcc or cc")
    library = scratch() / "poison.so"
    if not library.exists():
        subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(POISON), "-ldl"], check=True)
    return str(library)


class PoisonTests(unittest.TestCase):
    """One message of each kind among others."""

    def setUp(self) -> None:
        dovecot()
        self.grounds = grounds()
        self.addCleanup(self.grounds.close)
        self.installation = Installation()
        self.addCleanup(self.installation.close)
        self.installation.start("scheduler")

    def start_worker(self, poisoned: bool) -> subprocess.Popen:
        # Swift's own report of a crash takes longer than all else here.
        self.installation.set(LD_PRELOAD=preloaded() if poisoned else None, SWIFT_BACKTRACE="enable=no")
        worker = self.installation.start("worker")
        # Only the worker is to have it.
        self.installation.set(LD_PRELOAD=None)
        return worker

    def quarantined(self, account: LiveAccount) -> list[dict]:
        return self.installation.objects("quarantine", "list", "--account", account.id)

    def assert_set_aside(self, poison: bytes) -> None:
        account = LiveAccount(self.installation, self.grounds)
        self.addCleanup(account.close)
        for number in range(9):
            sound = compose(f"Number {number}", message_id=f"n{number}@x")
            account.append(sound.replace(b"; charset", b"; x-poison=%s; charset" % poison) if number == 4 else sound)
        worker = self.start_worker(poisoned=True)
        account.id = self.installation.connect(account.user, account.proxy.address, dovecot()["password"])
        self.installation.call("account", "start", account.id)

        # then all but one are stored, though the worker may have died of it
        def stored() -> bool:
            nonlocal worker
            if worker.poll() is not None:
                self.installation.forget(worker)
                worker = self.start_worker(poisoned=True)
            self.installation.run("account", "sync", account.id)
            return len(account.stored().messages) == 8 and len(self.quarantined(account)) == 1
        wait_until(stored, lambda: f"eight messages and one set aside: {account.stored().messages} "
                                   f"{self.quarantined(account)}\n{self.installation.logged()[-3000:]}", 240)
        [held] = self.quarantined(account)
        self.assertEqual(account.stored().skipped["INBOX"], {account.uid("n4@x"): "quarantined"})
        raw = self.installation.query("SELECT encode(sha256(content), 'hex') = encode(q.sha256, 'hex') FROM quarantine q "
                                      "JOIN blobs b ON b.account_id = q.account_id AND b.sha256 = q.sha256")
        self.assertEqual(raw, "t")
        # and the account goes on: new mail comes
        account.append(compose("After it", message_id="after@x"))
        account.wait_for(lambda: account.message("after@x"), "what came after it", 60)
        # when a better parser has come, and it is replayed
        self.installation.stop(worker, 30)
        self.start_worker(poisoned=False)
        self.installation.call("quarantine", "replay", held["id"])
        # then
        account.wait_for(lambda: account.message("n4@x"), "the message that was set aside", 60)
        account.settled()

    def test_crash(self) -> None:
        """A message that crashes the parser."""
        self.assert_set_aside(b"crashes")

    def test_stall(self) -> None:
        """A message that the parser never finishes."""
        self.assert_set_aside(b"stalls")


if __name__ == "__main__":
    unittest.main()
