"""A full disk at PostgreSQL: nothing is half written, and the sync goes on when there is room again."""

import hashlib
import os
import random
import subprocess
import unittest
from base64 import b64encode
from secrets import token_hex

from installation import Installation, administer, scratch, wait_until
from mail import compose, scripted
from scripted_imap import PASSWORD, ScriptedServer
from sync_bench.watching import Rows

SMALL, LARGE = "24m", "160m"


class FullDiskTests(unittest.TestCase):
    """The test's database lies in a tablespace on a small file system in memory, which only root can mount."""

    def setUp(self) -> None:
        self.tablespace = f"small_{token_hex(4)}"
        self.folder = scratch() / self.tablespace
        self.folder.mkdir(mode=0o711)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "postrider-test", self.folder],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            why = f"a full disk needs a file system of its own, and none can be mounted here: {mounted.stderr.strip()}"
            if os.environ.get("CI") == "true":
                self.fail(why)
            self.skipTest(why)
        self.addCleanup(subprocess.run, ["umount", self.folder], check=True)
        if os.geteuid() == 0:
            subprocess.run(["chown", "postgres:", self.folder], check=True)
        administer(f"CREATE TABLESPACE {self.tablespace} LOCATION '{self.folder}'")
        self.addCleanup(administer, f"DROP TABLESPACE {self.tablespace}")

    def test_full_disk(self) -> None:
        """The worker survives, says what is wrong, keeps whole checkpoints only, and finishes when there is room."""
        # given more mail than fits, of a kind that doesn't compress
        chance = random.Random(1)
        raw = [compose(f"Number {number}", text=b64encode(chance.randbytes(150_000)).decode()) for number in range(200)]
        with (Installation(tablespace=self.tablespace) as installation, ScriptedServer(scripted(*raw)) as server):
            account = installation.connect("ann", server.address, PASSWORD)
            # Made while there is room: PostgreSQL may have to write a file for a new connection.
            rows = Rows(installation.database_url)
            installation.start("scheduler")
            worker = installation.start("worker")
            # when
            installation.call("account", "start", account)
            # then the log says what is wrong
            wait_until(lambda: "No space left on device" in installation.logged(), installation.logged, 30)
            self.assertIsNone(worker.poll())
            # and what is there is whole: every message has its placement and its bytes
            self.assertEqual(rows.ask(
                "SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT FROM blobs b "
                "WHERE b.account_id = m.account_id AND b.sha256 = m.sha256) "
                "OR NOT EXISTS (SELECT FROM message_placements p "
                "WHERE p.account_id = m.account_id AND p.message_id = m.id)"), "0")
            self.assertEqual(rows.ask(f"SELECT state FROM accounts WHERE id = '{account}'"), "initial_sync")
            rows.close()
            # when there is room
            subprocess.run(["mount", "-o", f"remount,size={LARGE}", self.folder], check=True)
            # then
            installation.wait_for_state(account, "live", 45)
            self.assertIsNone(worker.poll())
            self.assertEqual(sorted(each["sha256"] for each in installation.stored(account)),
                             sorted(hashlib.sha256(each).hexdigest() for each in raw))


if __name__ == "__main__":
    unittest.main()
