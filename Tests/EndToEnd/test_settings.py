"""Missing and wrong settings are named, with the way out, before anything else happens."""

import unittest

from installation import KEY_RING, Installation, wait_until
from mail import DovecotMailbox, compose

NOBODY = "01890000-0000-7000-8000-000000000000"


class SettingsTests(unittest.TestCase):
    """One database for all: none of these tests writes to it."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)

    def given(self, **settings: str | None) -> Installation:
        before = {name: self.installation.environment.get(name) for name in settings}
        self.addCleanup(self.installation.set, **before)
        self.installation.set(**settings)
        return self.installation

    def test_missing_settings(self) -> None:
        """A setting that is needed and not given is named in its environment's spelling; the exit code is 1."""
        for setting, commands in {
            "POSTRIDER_DATABASE_URL": (["migrate"], ["scheduler"], ["worker"], ["all"], ["organization", "list"]),
            "POSTRIDER_REDIS_URL": (["scheduler"], ["worker"], ["all"]),
            "POSTRIDER_MASTER_KEYS_FILE": (["worker"], ["all"], ["account", "preview", NOBODY]),
        }.items():
            value = self.installation.environment[setting]
            self.installation.set(**{setting: None})
            try:
                for command in commands:
                    with self.subTest(setting=setting, command=command):
                        self.assertIn(f"{setting} is not set", self.installation.refused(*command))
            finally:
                self.installation.set(**{setting: value})

    def test_wrong_usage(self) -> None:
        """Wrong usage ends with 2 and shows how it is used; help ends with 0."""
        for command in (["nonsense"], ["account"], ["account", "status"], ["account", "status", "no-uuid"],
                        ["organization", "create", "--name", "Acme", "--plan", "copper"],
                        ["organization", "create", "--name", "Acme", "--plan", "gold", "--seats", "0"],
                        ["account", "choose", NOBODY], ["worker", "--nonsense"],
                        ["account", "connect", "--user", NOBODY, "--address", "nobody", "--imap", "localhost:143"],
                        ["account", "connect", "--user", NOBODY, "--address", "a@b.c", "--imap", "localhost"]):
            with self.subTest(command=command):
                status = 0 if command == ["account"] else 2
                printed = self.installation.refused(*command, status=status)
                self.assertRegex(printed, "(?i)usage")
        self.assertIn("migrate", self.installation.call("--help"))

    def test_wrong_values(self) -> None:
        """A value that can't be is named with what it could be."""
        for settings, saying in (({"POSTRIDER_LEASE_SECONDS": "soon"}, "POSTRIDER_LEASE_SECONDS is soon"),
                                 ({"POSTRIDER_LOG_LEVEL": "loud"}, "POSTRIDER_LOG_LEVEL is loud"),
                                 ({"POSTRIDER_REDIS_URL": "http://localhost"}, "redis")):
            with self.subTest(settings=settings):
                self.assertIn(saying, self.given(**settings).refused("worker"))
                self.doCleanups()

    def test_key_ring(self) -> None:
        """A key ring that is missing, open to others, or no key ring is refused by every part that needs it."""
        keys = self.installation.folder / "other-keys"
        keys.write_text(KEY_RING)
        keys.chmod(0o644)
        self.given(POSTRIDER_MASTER_KEYS_FILE=str(keys))
        for command in (["worker"], ["all"], ["account", "preview", NOBODY]):
            with self.subTest("open to others", command=command):
                self.assertIn(f"chmod 600 {keys}", self.installation.refused(*command))
        keys.chmod(0o600)
        keys.write_text("first:c2hvcnQ=\n")
        printed = self.installation.refused("worker")
        self.assertIn("line 1", printed)
        self.assertNotIn("c2hvcnQ=", printed)
        keys.unlink()
        printed = self.installation.refused("worker")
        self.assertIn(str(keys), printed)
        self.assertIn("No such file", printed)

    def test_config_check(self) -> None:
        """`config check` shows each value with its secrets masked; it ends with 0 when all is right and 1 when not."""
        # given a database URL with a password, when all is right
        with_password = self.installation.database_url.replace("postgres@", "postgres:my-database-password@")
        self.given(POSTRIDER_DATABASE_URL=with_password)
        shown = self.installation.call("config", "check")
        # then
        self.assertNotIn("my-database-password", shown)
        self.assertIn(self.installation.name, shown)
        self.assertTrue(all(each.get("problem") is None for each in self.installation.objects("config", "check")))
        # given a Redis that isn't there and a lease that can't be, when, then
        self.given(POSTRIDER_REDIS_URL="redis://:my-redis-password@127.0.0.1:1", POSTRIDER_LEASE_SECONDS="0")
        printed = self.installation.refused("config", "check")
        self.assertNotIn("my-redis-password", printed)
        self.assertIn("POSTRIDER_LEASE_SECONDS is 0", printed)


class UnmigratedTests(unittest.TestCase):
    """A database without the schema is never worked on, and the way out is named."""

    def test_every_role_and_command(self) -> None:
        """Each role and each command that reads the database ends with 1 and names `postrider migrate`."""
        with Installation(migrated=False) as installation:
            for command in (["scheduler"], ["worker"], ["all"], ["organization", "list"],
                            ["organization", "create", "--name", "Acme", "--plan", "gold"],
                            ["user", "create", "--organization", NOBODY, "--email", "a@b.c", "--name", "A", "--role",
                             "admin"],
                            installation.connecting("ann", "localhost:143", owner=NOBODY),
                            ["account", "list"], ["account", "status", NOBODY], ["account", "folders", NOBODY],
                            ["account", "choose", NOBODY, "--all"], ["account", "preview", NOBODY],
                            ["account", "start", NOBODY], ["account", "sync", NOBODY], ["account", "remove", NOBODY],
                            ["thread", "list", "--account", NOBODY], ["thread", "show", NOBODY],
                            ["message", "list", "--account", NOBODY], ["message", "show", NOBODY],
                            ["message", "raw", NOBODY], ["config", "check"]):
                with self.subTest(command=command):
                    self.assertIn("postrider migrate", installation.refused(*command))
            # and afterwards nothing was made
            self.assertEqual(installation.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0")
            # and the way out leads out
            installation.call("migrate")
            self.assertIn("up to date", installation.call("migrate"))
            self.assertEqual(installation.objects("account", "list"), [])


class OtherKeyTests(unittest.TestCase):
    """Secrets that were sealed under a key which the ring no longer holds."""

    def test_worker_with_another_key(self) -> None:
        """A worker with another key ring says which key it misses; with the right one the account goes on."""
        with Installation() as installation, DovecotMailbox() as mailbox:
            mailbox.append(compose("Sealed"))
            account = installation.connect(mailbox.user)
            # given a ring with another key
            installation.keys.write_text("second:" + "QkJC" * 10 + "QkI=\n")
            printed = installation.refused("account", "preview", account)
            self.assertIn("first", printed)
            installation.start("scheduler")
            worker = installation.start("worker")
            # when
            installation.call("account", "start", account)
            # then the log names the missing key, and the account isn't called wrong
            wait_until(lambda: "first" in installation.logged(), "a log line that names the key")
            self.assertEqual(installation.object("account", "status", account)["state"], "initial_sync")
            # when the old key is back
            self.assertEqual(installation.stop(worker), 0)
            installation.keys.write_text("second:" + "QkJC" * 10 + "QkI=\n" + KEY_RING)
            installation.start("worker")
            # then
            installation.wait_for_state(account, "live")
            self.assertEqual(len(installation.stored(account)), 1)


if __name__ == "__main__":
    unittest.main()
