"""Replies to and forwards of old mail: what is pulled, what is only looked for where one may look, and what is said."""

import time
import unittest
from datetime import datetime, timezone

from installation import Installation, dovecot
from live_account import LiveAccount, grounds
from mail import DAY, compose, letter

OLD = 40 * DAY


class TrackedActionTests(unittest.TestCase):
    """One account for all, with INBOX and Projects chosen; each test has a conversation of its own."""

    @classmethod
    def setUpClass(cls) -> None:
        dovecot()
        cls.grounds = grounds()
        cls.addClassCleanup(cls.grounds.close)
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)
        for role in ("scheduler", "worker"):
            cls.installation.start(role)
        cls.account = LiveAccount(cls.installation, cls.grounds)
        cls.addClassCleanup(cls.account.close)
        # What is answered before the first sync is tracked by it.
        cls.account.append(letter("Before", message_id="before@x", age=OLD), "Archive", OLD)
        cls.account.append(letter("Re: Before", message_id="early@x", sender=cls.account.address, reply_to="before@x"), "Sent")
        cls.account.start("--folders", "INBOX,Projects")

    def old(self, message_id: str, folder: str, age: float = OLD, **how: object) -> None:
        """A message that is older than the window."""
        how.setdefault("subject", f"About {message_id}")
        self.account.append(letter(message_id=message_id, age=age, **how), folder, age)

    def own(self, message_id: str, subject: str, folder: str = "Sent", **how: object) -> None:
        """What the user writes with another mail program."""
        self.account.append(letter(subject, message_id=message_id, sender=self.account.address, **how), folder)

    def theirs(self, message_id: str, subject: str, **how: object) -> None:
        """What a correspondent writes."""
        self.account.append(letter(subject, message_id=message_id, **how))

    def action(self, message_id: str) -> dict:
        """The one action that a message raised, once it is done."""
        def done() -> dict | None:
            message = self.account.message(message_id)
            found = [each for each in self.account.actions() if message and each["message_id"] == message["id"]]
            self.assertLessEqual(len(found), 1)
            return found[0] if found and found[0]["state"] == "done" else None
        return self.account.wait_for(done, f"a finished action for {message_id}")

    def assert_no_action(self, message_id: str) -> None:
        message = self.account.wait_for(lambda: self.account.message(message_id), message_id)
        self.assertEqual([each for each in self.account.actions() if each["message_id"] == message["id"]], [])

    def assert_joined(self, *message_ids: str) -> None:
        """All of them are stored, in one thread."""
        found = [self.account.message(message_id) for message_id in message_ids]
        self.assertNotIn(None, found)
        self.assertEqual(len({each["thread"] for each in found}), 1)

    # Replies -------------------------------------------------------------------------------------------------------------

    def test_answered_before_the_first_sync(self) -> None:
        """A recent reply that the first sync finds pulls what it answers as well."""
        action = self.action("early@x")
        self.assertEqual((action["kind"], action["origin"]), ("reply", "user"))
        self.assert_joined("before@x", "early@x")

    def test_correspondent_in_chosen_folder(self) -> None:
        """A correspondent's reply to old mail in a chosen folder pulls the whole old thread, and nothing of that raises more."""
        self.old("a1@x", "Projects", OLD + DAY, reply_to="a0-never@x")
        self.old("a2@x", "INBOX", sender=self.account.address, reply_to="a1@x")
        self.old("a3@x", "Sent", OLD - DAY, reply_to="a2@x", references=("a1@x",))
        self.account.visit()
        self.assertIsNone(self.account.message("a1@x"))
        self.theirs("a4@x", "Re: About a1@x", reply_to="a2@x", references=("a1@x",))
        action = self.action("a4@x")
        self.assertEqual((action["kind"], action["origin"]), ("reply", "correspondent"))
        self.assert_joined("a1@x", "a2@x", "a3@x", "a4@x")
        for pulled in ("a1@x", "a2@x", "a3@x"):
            self.assert_no_action(pulled)
        self.account.settled(chose_all=False)

    def test_correspondent_elsewhere(self) -> None:
        """A correspondent's reply pulls nothing out of a folder that wasn't chosen: the ancestor is missing, and that is said."""
        self.old("b1@x", "Archive")
        self.theirs("b2@x", "Re: About b1@x", reply_to="b1@x")
        self.assertEqual(self.action("b2@x")["result"]["ancestor"], "missing")
        self.assertIsNone(self.account.message("b1@x"))

    def test_user_elsewhere(self) -> None:
        """The user's own reply is consent: the original is pulled from any folder, and stays out of scope there."""
        self.old("c1@x", "Archive")
        self.own("c2@x", "Re: About c1@x", reply_to="c1@x")
        self.assertEqual(self.action("c2@x")["origin"], "user")
        self.assert_joined("c1@x", "c2@x")
        original = self.account.message("c1@x")
        self.assertEqual((original["folders"], original["in_scope"]), (["Archive"], False))
        self.account.settled(chose_all=False)

    def test_never_in_trash(self) -> None:
        """Trash isn't searched, not even for the user's own reply."""
        self.old("d1@x", "Trash")
        self.own("d2@x", "Re: About d1@x", reply_to="d1@x")
        self.assertEqual(self.action("d2@x")["result"]["ancestor"], "missing")

    def test_missing(self) -> None:
        """A reply to what is nowhere ends done, says so, and stays by itself."""
        self.own("e2@x", "Re: Gone", reply_to="e1-gone@x")
        self.assertEqual(self.action("e2@x")["result"]["ancestor"], "missing")
        self.assertIsNone(self.account.message("e1-gone@x"))

    def test_substring(self) -> None:
        """HEADER finds substrings: a message whose id only contains the wanted one is not taken for it."""
        self.old("prefixed-f1@x", "Projects")
        self.own("f2@x", "Re: Something", reply_to="f1@x")
        self.assertEqual(self.action("f2@x")["result"]["ancestor"], "missing")
        self.assertIsNone(self.account.message("prefixed-f1@x"))

    def test_late_ancestor(self) -> None:
        """An ancestor that comes after its reply joins it, and so do two threads that it ties together."""
        self.own("g2@x", "Re: Late", reply_to="g1@x")
        self.theirs("g3@x", "Re: Late too", reply_to="g1@x")
        self.action("g2@x")
        self.action("g3@x")
        self.old("g1@x", "Projects")
        self.account.wait_for(lambda: self.account.message("g1@x"), "the late ancestor")
        self.assert_joined("g1@x", "g2@x", "g3@x")

    def test_original_arrives_with_its_answer(self) -> None:
        """Where the old original is moved in together with a reply to it, the rest of its thread is pulled as well."""
        self.old("s1@x", "Projects", OLD, reply_to="s0@x")
        self.account.visit()
        self.assertIsNone(self.account.message("s1@x"))
        self.old("s0@x", "INBOX", OLD + DAY)
        self.theirs("s2@x", "Re: About s0@x", reply_to="s0@x")
        self.assertEqual(self.action("s2@x")["result"]["ancestor"], "found")
        self.assert_joined("s0@x", "s1@x", "s2@x")
        self.account.settled(chose_all=False)

    def test_known_parent(self) -> None:
        """A reply to what is stored raises nothing."""
        self.theirs("h1@x", "New")
        self.account.visit()
        self.theirs("h2@x", "Re: New", reply_to="h1@x")
        self.account.visit()
        self.assert_no_action("h2@x")
        self.assert_joined("h1@x", "h2@x")

    # Forwards ------------------------------------------------------------------------------------------------------------

    def test_forward_by_reference(self) -> None:
        """A forward that names its original is a forward."""
        self.old("i1@x", "Archive")
        self.own("i2@x", "Fwd: About i1@x", reply_to="i1@x", to="carl@example.net")
        self.assertEqual(self.action("i2@x")["kind"], "forward")
        self.assert_joined("i1@x", "i2@x")

    def test_forward_by_header(self) -> None:
        """So is one by X-Forwarded-Message-Id, which Thunderbird writes."""
        self.old("j1@x", "Archive")
        self.own("j2@x", "Fwd: About j1@x", headers=("X-Forwarded-Message-Id: <j1@x>",))
        self.assertEqual(self.action("j2@x")["kind"], "forward")
        self.assert_joined("j1@x", "j2@x")

    def test_forward_by_attachment(self) -> None:
        """The user's forward of a message as an attachment pulls it; a correspondent's raises nothing."""
        original = letter("About k1@x", message_id="k1@x", age=OLD)
        self.account.append(original, "Archive", OLD)
        self.own("k2@x", "Fwd: About k1@x", attached=original)
        self.assertEqual(self.action("k2@x")["kind"], "forward")
        self.assert_joined("k1@x", "k2@x")
        self.theirs("k3@x", "Fwd: something", attached=letter("Other", message_id="k4@x", age=OLD))
        self.account.visit()
        self.assert_no_action("k3@x")

    def block(self, age: float, subject: str, sender: str = "Bea <bea@example.com>") -> str:
        """A forwarded message's header block as Gmail writes it."""
        sent = datetime.fromtimestamp(time.time() - age, timezone.utc)
        return ("FYI\r\n\r\n---------- Forwarded message ---------\r\n"
                f"From: {sender}\r\nDate: {sent:%a, %b} {sent.day}, {sent.year} at {int(sent.strftime('%I'))}:{sent:%M %p}\r\n"
                f"Subject: {subject}\r\nTo: <ann@example.org>\r\n\r\n\r\nHello.\r\n")

    def test_forward_by_block(self) -> None:
        """A header block in the user's mail is enough where one message fits it, and that is marked as a guess."""
        self.old("l1@x", "Archive", OLD + 7_000, subject="Quarterly plan")
        self.old("l0@x", "Archive", OLD + 3_000, subject="Quarterly plan")
        self.own("l2@x", "Fwd: Quarterly plan", text=self.block(OLD + 7_000, "Quarterly plan"))
        self.assertEqual(self.action("l2@x")["kind"], "forward")
        self.assert_joined("l1@x", "l2@x")
        self.assertIsNone(self.account.message("l0@x"))
        self.assertEqual(self.installation.query(
            f"SELECT bool_or(thread_guessed) FROM messages WHERE account_id = '{self.account.id}' "
            "AND header_message_id LIKE '%l_@x%'"), "t")

    def test_ambiguous_block(self) -> None:
        """Where two fit, neither is taken."""
        for number in (1, 3):
            self.old(f"m{number}@x", "Archive", OLD + 9_000, subject="Twice")
        self.own("m2@x", "Fwd: Twice", text=self.block(OLD + 9_000, "Twice"))
        self.assertEqual(self.action("m2@x")["result"]["ancestor"], "ambiguous")
        self.assertEqual([self.account.message(each) for each in ("m1@x", "m3@x")], [None, None])

    def test_correspondents_block(self) -> None:
        """A correspondent's block raises nothing: anybody can write one."""
        self.old("n1@x", "Projects", OLD + 11_000, subject="Bait")
        self.theirs("n2@x", "Fwd: Bait", text=self.block(OLD + 11_000, "Bait"))
        self.account.visit()
        self.assert_no_action("n2@x")
        self.assertIsNone(self.account.message("n1@x"))

    def test_korean_block(self) -> None:
        """A forward by a Korean Outlook, whose block and prefix are Korean."""
        self.old("o1@x", "Archive", OLD + 13_000, subject="계약서 수정본 송부")
        sent = datetime.fromtimestamp(time.time() - OLD - 13_000, timezone.utc)
        day = "월화수목금토일"[sent.weekday()]
        text = "\r\n".join((
            "참고하세요.", "", "-----Original Message-----", "보낸 사람: Bea <bea@example.com>",
            f"보낸 날짜: {sent.year}년 {sent.month}월 {sent.day}일 {day}요일 {'오전' if sent.hour < 12 else '오후'} "
            f"{(sent.hour - 1) % 12 + 1}:{sent:%M}",
            "받는 사람: Ann <ann@example.org>", "제목: 계약서 수정본 송부", "", "안녕하세요.", ""))
        self.own("o2@x", "전달: 계약서 수정본 송부", text=text)
        self.assertEqual(self.action("o2@x")["kind"], "forward")
        self.assert_joined("o1@x", "o2@x")

    # What is shown ---------------------------------------------------------------------------------------------------------

    def test_listing(self) -> None:
        """Actions are listed by kind and state, and shown by id."""
        self.own("p2@x", "Re: Nothing", reply_to="p1-gone@x")
        action = self.action("p2@x")
        listed = self.installation.objects("action", "list", "--account", self.account.id, "--kind", "reply", "--state", "done")
        self.assertIn(action["id"], [each["id"] for each in listed])
        self.assertEqual(self.installation.objects("action", "list", "--account", self.account.id, "--state", "failed"), [])
        shown = self.installation.object("action", "show", action["id"])
        self.assertEqual((shown["id"], shown["result"]["ancestor"]), (action["id"], "missing"))

    def test_mail_program_without_threads(self) -> None:
        """Plain new mail raises nothing, not even with a reply's prefix in its subject."""
        self.account.append(compose("Re: never said", message_id="q1@x"))
        self.account.visit()
        self.assert_no_action("q1@x")


if __name__ == "__main__":
    unittest.main()
