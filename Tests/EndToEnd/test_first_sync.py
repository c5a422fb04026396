"""First syncs of mailboxes and over connections that are not as they should be: everything arrives, once."""

import hashlib
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

# First of these: it leads to the modules of scripts/support.
from installation import POSTRIDER, SUPPORT, Installation, dovecot, scratch, wait_until
import verify
from mail import DovecotMailbox, compose, scripted
from sample_mail.maildir import MaildirWriter
from scripted_imap import PASSWORD, ScriptedServer


class OddMailTests(unittest.TestCase):
    """What is in the mailbox is kept as it is, however odd."""

    def assert_kept(self, installation: Installation, account: str, expected: dict[str, set[str]]) -> None:
        """Each message is stored with its raw bytes, and bears at least the marks named; `expected` is by SHA-256."""
        stored = {each["sha256"]: each for each in installation.stored(account)}
        self.assertEqual(stored.keys(), expected.keys())
        for sha256, marks in expected.items():
            self.assertLessEqual(marks, set(stored[sha256]["marks"]))
            raw = subprocess.run([POSTRIDER, "message", "raw", stored[sha256]["id"]], env=installation.environment,
                                 stdout=subprocess.PIPE, check=True).stdout
            self.assertEqual(hashlib.sha256(raw).hexdigest(), sha256)
            installation.object("message", "show", stored[sha256]["id"])
        self.assertEqual(len(installation.objects("thread", "list", "--account", account)), len(expected))

    odd = {
        "no headers": (b"just a line of text\nand another\n", {"no_headers"}),
        "too many headers": (b"".join(b"X-%d: y\n" % number for number in range(20_000)) + b"\nbody\n",
                             {"headers_exceeded"}),
        "boundary that never comes": (b"Subject: broken\nContent-Type: multipart/mixed; boundary=\"never\"\n\n"
                                      b"--other\n\ntext\n", {"broken_boundary"}),
        "a header that never ends": (b"Subject: " + b"x" * 200_000, set()),
        "base64 that is none": (b"Subject: b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n%%%%\n",
                                {"invalid_base64"}),
    }
    nul = b"Subject: nul \0 here\r\nMessage-ID: <a\0b@example.com>\r\n\r\nbefore\0after\r\n"

    def test_malformed_mail_in_dovecot(self) -> None:
        """Malformed messages are stored byte by byte, marked, and don't keep the account from being live."""
        about = dovecot()
        user = f"odd{os.getpid()}"
        # given a Maildir into which a careless delivery agent has written
        writer = MaildirWriter(Path(about["mail_root"]) / user, (about["uid"], about["gid"]))
        now = int(time.time())
        expected = {}
        for raw, marks in self.odd.values():
            wire = raw.replace(b"\n", b"\r\n")
            writer.deliver("INBOX", raw, len(wire), now, frozenset())
            expected[hashlib.sha256(wire).hexdigest()] = marks
        with Installation() as installation:
            account = installation.connect(user)
            installation.start("all")
            # when
            installation.sync_first(account)
            # then, by a reader that shares no code
            served = verify.read_server(about, user)
            self.assertEqual({each.sha256 for each in served.values()}, expected.keys())
            self.assert_kept(installation, account, expected)

    def test_nul_and_nothing(self) -> None:
        """A message with NUL bytes and one of no bytes at all, which few servers would hand out, are kept too."""
        raw = (self.nul, b"", compose("Between them"))
        with Installation() as installation, ScriptedServer(scripted(*raw)) as server:
            account = installation.connect("ann", server.address, PASSWORD)
            installation.start("all")
            installation.sync_first(account)
            marks = ({"nul_bytes"}, {"no_headers"}, set())
            self.assert_kept(installation, account,
                             {hashlib.sha256(each).hexdigest(): mark for each, mark in zip(raw, marks)})

    def test_folder_names(self) -> None:
        """Folders of any name can be chosen by their path, and are synced under it."""
        names = ['say "hi"', "back\\slash", "party 🎉", "받은 편지함", "A & B", "100%", "*", "a, b", "  inner  space",
                 "Projects/베타", "n" * 200]
        with Installation() as installation, DovecotMailbox() as mailbox:
            # given a message in each
            for name in names:
                mailbox.create(name)
                mailbox.append(compose(f"in {name[:40]}"), folder=name)
            choice = [argument for name in names for argument in ("--folder", name)]
            account = installation.connect(mailbox.user, choose=tuple(choice))
            chosen = {each["path"] for each in installation.objects("account", "folders", account) if each["chosen"]}
            self.assertEqual(chosen, set(names))
            # when
            installation.start("all")
            installation.sync_first(account)
            # then
            found = {place["path"]: each["subject"]
                     for each in installation.stored(account) for place in each["folders"]}
            self.assertEqual(found, {name: f"in {name[:40]}" for name in names})

    def test_unknown_folder(self) -> None:
        """A folder that doesn't exist is named, with those that do; the choice before stands."""
        with Installation() as installation, DovecotMailbox() as mailbox:
            account = installation.connect(mailbox.user, choose=("--folders", "INBOX"))
            printed = installation.refused("account", "choose", account, "--folders", "INBOX,Projects/Gamma")
            self.assertIn("Projects/Gamma", printed)
            self.assertIn("INBOX", printed)
            chosen = [each["path"] for each in installation.objects("account", "folders", account) if each["chosen"]]
            self.assertEqual(chosen, ["INBOX"])


class BrokenSyncTests(unittest.TestCase):
    """A first sync that is cut off goes on where it stopped."""

    def test_close_inside_a_literal(self) -> None:
        """A server that closes in the middle of a message costs nothing: each message is stored, once and whole."""
        raw = [compose(f"Number {number}", text="word " * 2_000) for number in range(40)]
        with Installation() as installation, ScriptedServer(scripted(*raw), closes_inside_literal_of=23) as server:
            account = installation.connect("ann", server.address, PASSWORD)
            installation.start("all")
            # when
            installation.sync_first(account)
            # then
            self.assertEqual(server.faults, 1)
            stored = installation.stored(account)
            self.assertEqual(sorted(each["sha256"] for each in stored),
                             sorted(hashlib.sha256(each).hexdigest() for each in raw))
            self.assertEqual(sorted(place["uid"] for each in stored for place in each["folders"]), list(range(1, 41)))
            self.assertEqual(installation.query("SELECT count(*) FROM blobs WHERE encode(sha256, 'hex') <> "
                                                "encode(pg_catalog.sha256(content), 'hex')"), "0")
            self.assertIsNone(installation.object("account", "status", account).get("error"))

    def test_everything_is_killed_at_once(self) -> None:
        """Scheduler and worker killed and the queue emptied in mid-sync: new ones finish, as if nothing had been."""
        user = f"kill{os.getpid()}"
        truth = scratch() / "truth.jsonl"
        about = os.environ.get("POSTRIDER_TEST_DOVECOT") or (dovecot() and os.environ["POSTRIDER_TEST_DOVECOT"])
        subprocess.run([sys.executable, SUPPORT / "mailbox.py", "--dovecot", about, "--user", user, "--truth", truth,
                        "--profile", "mixed", "--recent", "steady"], check=True, stderr=subprocess.DEVNULL)
        with Installation() as installation:
            account = installation.connect(user)
            scheduler, worker = installation.start("scheduler"), installation.start("worker")
            # given a first sync that has come to its first checkpoint, and can't pass another one
            installation.call("account", "start", account)
            wait_until(lambda: installation.query("SELECT EXISTS (SELECT FROM messages)") == "t", "a first checkpoint")
            with subprocess.Popen(["psql", "-XAtq", "-d", installation.database_url], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True) as hold:
                hold.stdin.write("BEGIN; LOCK TABLE message_placements IN SHARE MODE; SELECT state FROM accounts;\n")
                hold.stdin.flush()
                self.assertEqual(hold.stdout.readline().strip(), "initial_sync", "the first sync was over too soon")
                # when both roles die without a word, and all that Redis knew is lost
                for process in (scheduler, worker):
                    process.kill()
                    process.wait()
                installation.forget_queue()
                hold.stdin.close()
            cut = int(installation.query("SELECT count(*) FROM messages"))
            installation.start("scheduler")
            installation.start("worker")
            installation.wait_for_state(account, "live", 60)
            # then
            self.assertLess(cut, int(installation.query("SELECT count(*) FROM messages")))
            verified = subprocess.run(
                [sys.executable, SUPPORT / "verify.py", "--dovecot", about, "--user", user, "--truth", truth,
                 "--account", account, "--postrider", POSTRIDER],
                env=installation.environment, capture_output=True, text=True, check=False)
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
            self.assertEqual(self._emptied_threads(installation), "0")

    @staticmethod
    def _emptied_threads(installation: Installation) -> str:
        return installation.query("SELECT count(*) FROM threads t WHERE NOT EXISTS (SELECT FROM messages m "
                                  "WHERE m.account_id = t.account_id AND m.thread_id = t.id)")


if __name__ == "__main__":
    unittest.main()
