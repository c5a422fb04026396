"""What the other client does at random. All of it follows from the seed and from what the mailbox holds."""

import random
import time
from collections import Counter

from .client import Dropped, MailClient
from .grounds import Grounds
from .mail import Correspondence

DAY = 86_400
GMAIL_TRASH, GMAIL_ALL, GMAIL_SENT = "[Gmail]/Trash", "[Gmail]/All Mail", "[Gmail]/Sent Mail"


class Deeds:
    """One user's other mail program."""

    def __init__(self, grounds: Grounds, kind: str, user: str, chance: random.Random):
        self.kind, self.user = kind, user
        self._grounds, self._chance = grounds, chance
        self._client = MailClient(grounds.address(kind), user, grounds.password(kind))
        self._mail = Correspondence(user, chance)
        self._made = 0
        self._renumbered: Counter[str] = Counter()
        self._gmail = kind.startswith("gmail")
        self.done: list[str] = []

    def close(self) -> None:
        self._client.close()

    def furnish(self) -> None:
        """The mailbox as Postrider first sees it: some folders, old and recent mail."""
        wanted = ["Work", "Work/Alpha", "Later"]
        wanted += [] if self._gmail else ["Sent", "Trash", "Archive", "Drafts"]
        there = {name for name, _ in self._client.folders()}
        for name in wanted:
            if name not in there:
                self._client.create(name)
        for _ in range(self._chance.randint(4, 16)):
            self._append(self._place(), reply=self._chance.random() < 0.5)

    def act(self) -> None:
        """One deed; where it lost its connection in the middle, it is left at that."""
        deed = self._chance.choices(*zip(*self._weights()))[0]
        try:
            said = deed()
        except Dropped as dropped:
            said = f"dropped in {dropped}"
        if said:
            self.done.append(said)

    def _weights(self) -> list[tuple]:
        common = [(self._new, 20), (self._reply, 20), (self._old, 8), (self._flags, 18), (self._move, 14), (self._copy, 6),
                  (self._expunge, 9), (self._make, 3), (self._rename, 4), (self._remove, 2), (self._burst, 2),
                  (self._renumber, 5), (self._flood, 1), (self._empty, 1)]
        return common + ([(self._label, 8)] if self._gmail else [(self._swap, 1)])

    # Folders ---------------------------------------------------------------------------------------------------------

    def _folders(self) -> list[str]:
        return [name for name, _ in self._client.folders()]

    def _own_folders(self) -> list[str]:
        """Those that one makes, renames and removes; nothing lies below them."""
        names = self._folders()
        return [name for name in names if name.split("/")[0] in ("Work", "Later") or name.startswith("Made")
                if not any(other.startswith(name + "/") for other in names)]

    def _place(self) -> str:
        """Where new mail is put."""
        sent = GMAIL_SENT if self._gmail else "Sent"
        return self._chance.choice(["INBOX"] * 4 + [sent] * 2 + self._own_folders())

    def _filled(self) -> tuple[str, list[int]] | None:
        """A folder that holds mail, selected, and its UIDs."""
        names = [name for name in self._folders() if name != GMAIL_ALL]
        self._chance.shuffle(names)
        for name in names:
            if uids := self._client.uids(name):
                return name, uids
        return None

    def _some(self, most: int) -> tuple[str, list[int]] | None:
        filled = self._filled()
        return filled and (filled[0], sorted(self._chance.sample(filled[1], min(len(filled[1]), self._chance.randint(1, most)))))

    def _make(self) -> str:
        self._made += 1
        name = self._chance.choice(["", "Work/"]) + f"Made {self._made}" + self._chance.choice(["", " é", " 받은"])
        self._client.create(name)
        return f"made {name}"

    def _rename(self) -> str | None:
        names = self._own_folders()
        if not names:
            return None
        self._made += 1
        name, to = self._chance.choice(names), f"Made {self._made} renamed"
        self._client.rename(name, to)
        return f"renamed {name} to {to}"

    def _remove(self) -> str | None:
        names = [name for name in self._own_folders() if name.startswith("Made")]
        if not names:
            return None
        name = self._chance.choice(names)
        self._client.delete(name)
        return f"removed {name}"

    def _swap(self) -> str | None:
        names = self._own_folders()
        if len(names) < 2:
            return None
        one, other = self._chance.sample(names, 2)
        for name, to in ((one, "Made between"), (other, one), ("Made between", other)):
            self._client.rename(name, to)
        return f"swapped {one} and {other}"

    def _renumber(self) -> str | None:
        """Another UIDVALIDITY: by the server's own means, else by a folder that takes another's place and mail."""
        # More than five times an hour, and a folder is parked (mail-exactness.md).
        names = [name for name in ("INBOX", *self._own_folders()) if self._renumbered[name] < 4]
        if not names:
            return None
        name = self._chance.choice(names)
        self._renumbered[name] += 1
        validity = int(time.time()) + self._chance.randint(-1_000_000, 1_000_000)
        self._client.leave(name)
        if self._grounds.reset_uidvalidity(self.kind, self.user, name, validity):
            return f"numbered {name} anew"
        self._made += 1
        before = f"Made {self._made} before"
        self._client.rename(name, before)
        if name != "INBOX":
            self._client.create(name)
        if uids := self._client.uids(before):
            self._client.transfer(uids, name, moves=True)
        self._client.delete(before)
        return f"put {name} in its own place"

    # Messages --------------------------------------------------------------------------------------------------------

    def _append(self, folder: str, reply: bool, old: bool | None = None) -> str:
        old = self._chance.random() < 0.4 if old is None else old
        age = self._chance.uniform(20, 80) * DAY if old else self._chance.uniform(60, DAY)
        raw = self._mail.write(time.time() - age, reply)
        self._client.append(folder, raw, age, self._chance.choice(["", "\\Seen", "\\Flagged"]))
        return f"{'old' if old else 'new'} {'reply' if reply else 'mail'} in {folder}"

    def _new(self) -> str:
        return self._append(self._place(), reply=False, old=False)

    def _reply(self) -> str:
        return self._append(self._place(), reply=True, old=False)

    def _old(self) -> str:
        return self._append(self._place(), reply=self._chance.random() < 0.5, old=True)

    def _burst(self) -> str:
        folder = self._place()
        for _ in range(15):
            self._append(folder, reply=self._chance.random() < 0.3, old=False)
        return f"15 in {folder}"

    def _flood(self) -> str:
        """So many that taking them away again must be confirmed."""
        for _ in range(60):
            self._append("Later" if "Later" in self._folders() else "INBOX", reply=False, old=False)
        return "60 in Later"

    def _empty(self) -> str | None:
        if not (filled := self._filled()):
            return None
        self._client.store(filled[1], "+FLAGS (\\Deleted)")
        self._client.expunge()
        return f"emptied {filled[0]}"

    def _flags(self) -> str | None:
        if not (some := self._some(5)):
            return None
        # pymap keeps no keywords.
        keyword = "\\Draft" if self.kind == "pymap" else "$Forwarded"
        flag = self._chance.choice(["\\Seen", "\\Flagged", "\\Answered", "\\Seen \\Answered", keyword])
        change = f"{self._chance.choice('+-')}FLAGS ({flag})"
        self._client.store(some[1], change)
        return f"{change} in {some[0]} {some[1]}"

    def _label(self) -> str | None:
        if not (some := self._some(3)):
            return None
        label = self._chance.choice(self._own_folders() + ["\\Inbox", "\\Starred", "\\Important"])
        change = f'{self._chance.choice("+-")}X-GM-LABELS ("{label.replace(chr(92), chr(92) * 2)}")'
        if label.isascii():
            self._client.store(some[1], change)
        return f"{change} in {some[0]} {some[1]}"

    def _target(self, source: str) -> str:
        apart = [GMAIL_TRASH] if self._gmail else ["Trash", "Archive"]
        return self._chance.choice([name for name in ["INBOX", *apart, *self._own_folders()] if name != source])

    def _move(self) -> str | None:
        if not (some := self._some(4)):
            return None
        target = self._target(some[0])
        self._client.transfer(some[1], target, moves=True)
        return f"moved {some[1]} from {some[0]} to {target}"

    def _copy(self) -> str | None:
        if not (some := self._some(2)):
            return None
        target = self._target(some[0])
        self._client.transfer(some[1], target, moves=False)
        return f"copied {some[1]} from {some[0]} to {target}"

    def _expunge(self) -> str | None:
        if not (some := self._some(3)):
            return None
        self._client.store(some[1], "+FLAGS (\\Deleted)")
        if self._chance.random() < 0.75:
            self._client.expunge()
            return f"expunged {some[1]} from {some[0]}"
        return f"flagged {some[1]} in {some[0]} as deleted"
