"""A table's notation: what lies in a mailbox, what is stored of it, and what both agree on, each as literal text.

A state names by folder what is there, as a triple of server, stored and agreed:

    "INBOX": ("1a:S 2b", "1a:S", "<3 2:old_arrival")

On the server, UID 1 is the message a, seen, and UID 2 the message b, without flags. Stored are the places of messages,
with the flags as they are stored. Agreed is the folder's cursor: `<3` says that all UIDs below 3 are accounted for, and
those that follow are the skipped ones, with the reason; `~3` is the cursor of a folder that is followed only, where
nothing has to be accounted for; nothing at all is agreed on a folder that nobody looks at. Folders where neither side
has a message are left out.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from installation import Installation, dovecot
from live_account import LiveAccount
from mail import DAY, letter
from mail_servers.fault_proxy import FaultProxy
from random_sync import comparison, reader
from random_sync.grounds import WITHOUT, Grounds
from random_sync.reader import ServerFolder
from random_sync.stored import Stored

OLD = 40 * DAY
FLAGS = {"A": "\\Answered", "D": "\\Deleted", "F": "\\Flagged", "S": "\\Seen"}
Folders = dict[str, tuple[str, str, str]]


@dataclass(frozen=True)
class Letter:
    """A message of a case; unless told otherwise it is new, comes from a correspondent and answers nothing."""

    answers: str = ""
    own: bool = False
    """Written by the mailbox's owner."""
    age: float = 0


@dataclass(frozen=True)
class State:
    """What is true once nothing is left to do."""

    folders: Folders
    threads: tuple[str, ...] = ()
    """Those of several stored messages, each as its messages' names."""
    kept: dict[str, str] = field(default_factory=dict)
    """Stored messages that are more than just placed in a folder that is watched."""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """Before, what another mail program does, and after; `given` is done to a synced mailbox to make it `before`."""

    before: State
    change: tuple["Deed", ...]
    after: State
    letters: dict[str, Letter] = field(default_factory=dict)
    furnished: dict[str, str] | None = None
    """What lies in the mailbox at the first sync, where that isn't what `before` says."""
    given: tuple["Deed", ...] = ()
    choose: tuple[str, ...] = ("--folders", "INBOX,Projects")


class Listening(FaultProxy):
    """Counts the fetches of messages' bytes, headers included."""

    bodies = 0

    def command(self, data: bytes) -> None:
        self.bodies += data.count(b"BODY.PEEK[")


class Stage:
    """A mailbox of its own in which a case is played, and its account."""

    def __init__(self, case: Case, installation: Installation, grounds: Grounds, kind: str):
        self.case, self._installation, self._grounds, self._kind = case, installation, grounds, kind
        self.account = LiveAccount(installation, grounds, kind)
        self.account.proxy.close()
        self.proxy = self.account.proxy = Listening(grounds.address(kind), WITHOUT.get(kind, frozenset())).start()
        for folder, text in (case.furnished or {name: on_server for name, (on_server, _, _) in
                                                case.before.folders.items()}).items():
            for _, name, flags in parsed(text):
                self.append(name, folder, flags)

    def start(self, owner: str) -> None:
        """Connects the account and accepts Start; doesn't wait for its first sync."""
        self.account.id = self._installation.connect(self.account.user, self.proxy.address, dovecot()["password"],
                                                     choose=self.case.choose, owner=owner)
        self._installation.call("account", "start", self.account.id)

    def do(self, deeds: tuple["Deed", ...]) -> None:
        for deed in deeds:
            deed(self)

    def append(self, name: str, folder: str, flags: str = "") -> None:
        how = self.case.letters.get(name, Letter())
        raw = letter(f"{'Re: ' if how.answers else ''}About {name}", message_id=f"{name}@x", age=how.age,
                     sender=self.account.address if how.own else "bea@example.com",
                     reply_to=f"{how.answers}@x" if how.answers else None)
        self.account.append(raw, folder, how.age, " ".join(FLAGS[each] for each in flags))

    def choose(self, *choice: str) -> None:
        self._installation.call("account", "choose", self.account.id, *choice)

    # What is so ------------------------------------------------------------------------------------------------------

    def state(self) -> tuple[State, list[str]]:
        """What is so now, and what else differs between the mailbox and the database."""
        address = self._grounds.address(self._kind)
        server = reader.read(address, self.account.user, self._grounds.password(self._kind))
        stored = self.account.stored()
        differences = [each for each in comparison.differences(server, stored, chose_all="--all" in self.case.choose)
                       if not each.startswith("a thread holds the conversations")]
        return State(self._folders(server, stored), threads(stored), kept(stored), actions(stored)), differences

    def _folders(self, server: dict[str, ServerFolder], stored: Stored) -> Folders:
        rows = self._installation.query(
            "SELECT path, uidnext, proven_uid, exists_count FROM folders WHERE uidvalidity IS NOT NULL "
            f"AND gone_at IS NULL AND account_id = '{self.account.id}'").splitlines()
        cursors = {path: [int(each) for each in numbers] for path, *numbers in (row.split("|") for row in rows)}
        found: Folders = {}
        for name in sorted(server.keys() | stored.folders.keys()):
            messages = server[name].messages if name in server else {}
            there = {uid: (message.message_id, message.flags) for uid, message in messages.items()}
            here = {each.uid: (each.message["message_id"], each.flags)
                    for each in stored.placements if each.folder == name}
            skipped = stored.skipped.get(name, {})
            if there or here or skipped:
                found[name] = (told(there), told(here), agreed(cursors.get(name), len(there), skipped))
        return found

    def close(self) -> None:
        self.account.close()


# The notation ------------------------------------------------------------------------------------------------------

def parsed(text: str) -> list[tuple[int, str, str]]:
    """UID, name and letters of flags of each message."""
    return [(int(uid), name, flags or "") for uid, name, flags in
            (re.fullmatch(r"(\d+)([a-z]+)(?::([A-Z]+))?", word).groups() for word in text.split())]


def short(message_id: str | None) -> str:
    return (message_id or "").strip("<>").removesuffix("@x")


def told(messages: dict[int, tuple[str, frozenset[str]]]) -> str:
    names = {flag: letter for letter, flag in FLAGS.items()}
    words = []
    for uid, (message_id, flags) in sorted(messages.items()):
        letters = "".join(sorted(names.get(flag, f"[{flag}]") for flag in flags))
        words.append(f"{uid}{short(message_id)}" + (f":{letters}" if letters else ""))
    return " ".join(words)


def agreed(cursor: list[int] | None, on_server: int, skipped: dict[int, str]) -> str:
    words = []
    if cursor:
        uid_next, proven, exists = cursor
        # An empty folder is proven too, up to the first UID.
        words.append(f"~{uid_next}" if not proven else f"<{max(uid_next, 1) if proven >= uid_next - 1 else proven + 1}")
        words += [f"counts {exists}"] if exists != on_server else []
    return " ".join(words + [f"{uid}:{reason}" for uid, reason in sorted(skipped.items())])


def threads(stored: Stored) -> tuple[str, ...]:
    members = defaultdict(list)
    for each in stored.messages:
        members[each["thread"]].append(short(each["message_id"]))
    return tuple(sorted(" ".join(sorted(each)) for each in members.values() if len(each) > 1))


def kept(stored: Stored) -> dict[str, str]:
    found = {}
    for each in stored.messages:
        # Of one that is deleted it no longer matters where it lay.
        traits = ["trashed"] * each["trashed"] + ["out of scope"] * (not each["in_scope"])
        if each["deleted"]:
            traits = ["deleted"]
        if traits:
            found[short(each["message_id"])] = ", ".join(traits)
    return found


def actions(stored: Stored) -> tuple[str, ...]:
    return tuple(sorted(f"{each['kind']} by the {each['origin']}, {each['state']}: "
                        f"{(each['result'] or {}).get('ancestor')}" for each in stored.actions))


# What another mail program does ------------------------------------------------------------------------------------

Deed = Callable[[Stage], None]


def comes(name: str, folder: str = "INBOX", flags: str = "") -> Deed:
    return lambda stage: stage.append(name, folder, flags)


def flagged(name: str, change: str, folder: str = "INBOX") -> Deed:
    """`change` is + or -, and letters of flags."""
    flags = " ".join(FLAGS[each] for each in change[1:])
    return lambda stage: stage.account.client.store([stage.account.uid(f"{name}@x", folder)],
                                                    f"{change[0]}FLAGS ({flags})")


def expunged(name: str, folder: str = "INBOX") -> Deed:
    return lambda stage: stage.account.expunge(f"{name}@x", folder)


def moved(name: str, folder: str, to: str) -> Deed:
    return lambda stage: stage.account.move(f"{name}@x", folder, to)


def copied(name: str, folder: str, to: str) -> Deed:
    return lambda stage: stage.account.client.transfer([stage.account.uid(f"{name}@x", folder)], to, moves=False)


def made(folder: str) -> Deed:
    return lambda stage: stage.account.client.create(folder)


def renamed(folder: str, to: str) -> Deed:
    return lambda stage: stage.account.client.rename(folder, to)


def removed(folder: str) -> Deed:
    return lambda stage: stage.account.client.delete(folder)


def numbered_anew(folder: str) -> Deed:
    return lambda stage: stage.account.renumber(folder)


def chosen(*choice: str) -> Deed:
    """The account's folders are chosen anew, by Postrider's owner."""
    return lambda stage: stage.choose(*choice)
