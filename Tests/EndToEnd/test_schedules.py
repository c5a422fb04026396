"""Schedules that tick while roles run, by the real program."""

import unittest
from datetime import datetime, timedelta, timezone

from installation import Installation, wait_until
from mail import DovecotMailbox, compose

NOBODY = "01890000-0000-7000-8000-000000000000"


class TickingTests(unittest.TestCase):
    """One installation with roles for all; each test has a schedule and an account of its own, due in a day."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)
        cls.installation.start("scheduler")
        cls.installation.start("worker")
        wait_until(lambda: cls.installation.run("queue", "list").returncode == 0, "a queue with an epoch")

    def account(self) -> tuple[str, str, DovecotMailbox]:
        """A live account that only a schedule visits again, and its organization."""
        mailbox = DovecotMailbox()
        self.addCleanup(mailbox.close)
        mailbox.append(compose("The first"))
        owner = self.installation.user()
        account = self.installation.connect(mailbox.user, owner=owner)
        self.installation.query(f"UPDATE accounts SET interval_seconds = 86400 WHERE id = '{account}'")
        self.installation.sync_first(account)
        # A first sync is followed by a look for what came meanwhile: later ones are the schedules'.
        self.installation.sync_again(account)
        return account, self.installation.query(f"SELECT organization_id FROM users WHERE id = '{owner}'"), mailbox

    def history(self, name: str) -> list[dict]:
        return self.installation.objects("schedule", "history", name)

    def finished(self, name: str, count: int) -> list[dict]:
        """The ticks once so many have come to a good end."""
        def ticks() -> list[dict]:
            found = self.history(name)
            return found if sum(tick.get("outcome") == "done" for tick in found) >= count else []
        return wait_until(ticks, lambda: f"{count} ticks: {self.history(name)}\n{self.installation.logged()[-2000:]}", 30)

    def test_account(self) -> None:
        """An account's schedule visits it at each tick; paused it doesn't, by hand and resumed it does, removed it is gone."""
        # given
        account, _, mailbox = self.account()
        mailbox.append(compose("By a tick"))
        # when
        self.installation.call("schedule", "add", "--name", "often", "--cron", "@every 2s", "--account", account)
        # then
        ticks = self.finished("often", 2)
        wait_until(lambda: len(self.installation.stored(account)) == 2, "the mail that a tick's visit found")
        self.assertEqual({tick["decision"] for tick in ticks} - {"skipped"}, {"fired"})
        times = [datetime.fromisoformat(tick["tick_at"]) for tick in reversed(ticks)]
        self.assertEqual({later - earlier for earlier, later in zip(times, times[1:])}, {timedelta(seconds=2)})
        # when it is paused, then no tick comes, though one can be fired by hand
        self.installation.call("schedule", "pause", "often")
        before = len(self.history("often"))
        mailbox.append(compose("By hand"))
        self.installation.call("schedule", "run", "often")
        wait_until(lambda: len(self.installation.stored(account)) == 3, "the mail of the tick by hand")
        self.assertEqual(len(self.history("often")), before + 1)
        # when it goes on, less often
        self.installation.call("schedule", "edit", "often", "--cron", "@every 3s", "--overlap", "queue-one")
        self.installation.call("schedule", "resume", "often")
        # then
        wait_until(lambda: len(self.history("often")) > before + 2, "ticks after the pause")
        times = [datetime.fromisoformat(tick["tick_at"]) for tick in self.history("often")]
        self.assertEqual(times[0] - times[1], timedelta(seconds=3))
        [listed] = [each for each in self.installation.objects("schedule", "list") if each["name"] == "often"]
        self.assertEqual((listed["recent"]["missed"], listed["recent"]["failed"]), (0, 0))
        # when
        self.installation.call("schedule", "remove", "often", "--yes")
        # then
        self.assertIn("there is no schedule", self.installation.refused("schedule", "history", "often"))
        self.installation.sync_again(account)

    def test_selection(self) -> None:
        """A schedule of an organization visits its accounts at each tick, and nobody else's."""
        account, organization, mailbox = self.account()
        other, _, mailbox_of_other = self.account()
        mailbox.append(compose("Ours"))
        mailbox_of_other.append(compose("Another's"))
        # when
        self.installation.call("schedule", "add", "--name", "ours", "--cron", "@every 2s", "--organization", organization)
        # then
        self.finished("ours", 1)
        wait_until(lambda: len(self.installation.stored(account)) == 2, "the mail that a tick's visit found")
        self.assertEqual(len(self.installation.stored(other)), 1)
        self.installation.call("schedule", "remove", "ours", "--yes")

    def test_task_at_a_minute(self) -> None:
        """A task's schedule in five fields, in a zone of its own, ticks at the minute that it names, and says when that was."""
        # given the coming minute, or the one after it where that is too near
        moment = datetime.now(timezone.utc).replace(second=0, microsecond=0) + timedelta(minutes=1)
        # when a tick is 20 s late or less it counts as on time: so one of the minute that has just passed is fired by hand
        made = self.installation.object(
            "schedule", "add", "--name", "minutely", "--cron", "* * * * *", "--zone", "Asia/Kathmandu", "--task", "retention")
        self.assertIn(datetime.fromisoformat(made["next_ticks"][0]), (moment, moment + timedelta(minutes=1)))
        self.installation.call("schedule", "run", "minutely")
        # then
        [tick] = self.finished("minutely", 1)[-1:]
        self.assertEqual((tick["decision"], tick["outcome"]), ("fired", "done"))
        # and if the minute is near enough to be waited for, it ticks by itself
        if (datetime.fromisoformat(made["next_ticks"][0]) - datetime.now(timezone.utc)).total_seconds() < 20:
            ticks = self.finished("minutely", 2)
            self.assertEqual(ticks[0]["tick_at"], made["next_ticks"][0])
        self.installation.call("schedule", "remove", "minutely", "--yes")

    def test_task_often(self) -> None:
        """A task's schedule ticks and makes up for nothing that a pause of the scheduler's left out of its grace."""
        self.installation.call("schedule", "add", "--name", "parts", "--cron", "@every 1s", "--task", "partitions")
        ticks = self.finished("parts", 3)
        self.assertEqual({tick["resource"].rpartition(":")[0] for tick in ticks if tick["decision"] == "fired"},
                         {f"tick:{ticks[0]['schedule_id']}"})
        self.installation.call("schedule", "remove", "parts", "--yes")

    def test_account_that_is_gone(self) -> None:
        """An account that is removed takes its schedules along, and the others tick on."""
        account, _, _ = self.account()
        self.installation.call("schedule", "add", "--name", "gone", "--cron", "@every 1s", "--account", account)
        self.finished("gone", 1)
        # when
        self.installation.call("account", "remove", account)
        # then
        wait_until(lambda: self.installation.query(
            "SELECT count(*) FROM outbox") == "0", "an outbox that is empty again")
        self.assertNotIn("gone", [each["name"] for each in self.installation.objects("schedule", "list")])
        self.installation.call("schedule", "add", "--name", "on", "--cron", "@every 1s", "--task", "partitions")
        self.finished("on", 1)
        self.installation.call("schedule", "remove", "on", "--yes")

    def test_what_is_wrong(self) -> None:
        """What can't be is refused with what and where, exit code 1; what can't be said, with 2."""
        add = ["schedule", "add", "--name", "wrong", "--cron"]
        for more, saying in ((["* * 31-2 * *", "--task", "retention"], "day-of-month, character 5"),
                             (["* * * * FOO", "--task", "retention"], "day-of-week, character 9"),
                             (["@every soon", "--task", "retention"], "character 8"),
                             (["* * * * *", "--task", "retention", "--zone", "Asia/Katmandoo"], "Asia/Katmandu"),
                             (["* * * * *", "--account", NOBODY], f"there is no account {NOBODY}")):
            with self.subTest(more=more):
                self.assertIn(saying, self.installation.refused(*add, *more))
        for arguments in (["add", "--name", "a", "--cron", "* * * * *"], ["add", "--cron", "@daily", "--task", "retention"],
                          ["add", "--name", "a", "--cron", "@daily", "--task", "retention", "--overlap", "maybe"],
                          ["add", "--name", "a", "--cron", "@daily", "--task", "retention", "--account", NOBODY],
                          ["add", "--name", "a", "--cron", "@daily", "--account", "nobody"], ["edit", "a"], ["pause"],
                          ["history", "a", "--limit", "0"], ["remove", "a"]):
            with self.subTest(arguments=arguments):
                self.installation.refused("schedule", *arguments, status=2)
        for command in ("pause", "resume", "run", "history"):
            with self.subTest(command=command):
                self.assertIn("there is no schedule nonsense", self.installation.refused("schedule", command, "nonsense"))


if __name__ == "__main__":
    unittest.main()
