"""A mailbox as Gmail keeps one: messages have labels, and every folder but Trash and Spam is a view of a label."""

import itertools
import re
import time
from dataclasses import dataclass, field

INBOX, ALL, SENT, DRAFTS = "INBOX", "[Gmail]/All Mail", "[Gmail]/Sent Mail", "[Gmail]/Drafts"
SPAM, STARRED, IMPORTANT, TRASH = "[Gmail]/Spam", "[Gmail]/Starred", "[Gmail]/Important", "[Gmail]/Trash"

# Each system folder's attribute, and what X-GM-LABELS calls it.
SYSTEM = {
    INBOX: ("", "\\Inbox"), ALL: ("\\All", ""), DRAFTS: ("\\Drafts", "\\Draft"), IMPORTANT: ("\\Important", "\\Important"),
    SENT: ("\\Sent", "\\Sent"), SPAM: ("\\Junk", "\\Spam"), STARRED: ("\\Flagged", "\\Starred"), TRASH: ("\\Trash", "\\Trash"),
}
APART = (TRASH, SPAM)
"""What lies here lies nowhere else."""


@dataclass(eq=False)
class Message:
    raw: bytes
    gm_id: int
    thread: int
    moment: int
    """INTERNALDATE, seconds since the epoch."""
    flags: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    """The folders in which it is seen, without All Mail and Starred, which follow by themselves."""

    @property
    def folders(self) -> set[str]:
        if self.labels & set(APART):
            return self.labels & set(APART)
        return self.labels | {ALL} | ({STARRED} if "\\Flagged" in self.flags else set())


@dataclass(eq=False)
class Entry:
    """A message in one folder."""

    uid: int
    message: Message
    modseq: int
    deleted: bool = False

    @property
    def flags(self) -> set[str]:
        return self.message.flags | ({"\\Deleted"} if self.deleted else set())


@dataclass(eq=False)
class Folder:
    name: str
    uidvalidity: int
    uidnext: int = 1
    entries: dict[int, Entry] = field(default_factory=dict)
    """By UID, ascending."""

    by_message: dict[Message, Entry] = field(default_factory=dict)

    def of(self, message: Message) -> Entry | None:
        return self.by_message.get(message)


class Refused(Exception):
    """What the mailbox answers with NO; the text may begin with a response code."""


class GmailMailbox:
    """One user's mail. Its methods are what IMAP can do to it; `changed` is called after each that changed something."""

    def __init__(self, changed=lambda: None):
        self.modseq = 1
        self.folders: dict[str, Folder] = {}
        self.messages: list[Message] = []
        self._changed = changed
        self._validities = itertools.count(int(time.time()) % 1_000_000_000)
        self._ids = itertools.count(1_800_000_000_000_000_000)
        for name in SYSTEM:
            self.create(name)

    # Folders ---------------------------------------------------------------------------------------------------------

    def folder(self, name: str) -> Folder:
        if name.upper() == INBOX:
            name = INBOX
        if name not in self.folders:
            raise Refused(f"[NONEXISTENT] Unknown Mailbox: {name} (Failure)")
        return self.folders[name]

    def create(self, name: str) -> None:
        if name in self.folders:
            raise Refused("[ALREADYEXISTS] Duplicate folder name (Failure)")
        self.folders[name] = Folder(name, next(self._validities))
        self._changed()

    def delete(self, name: str) -> None:
        """Takes a label from all that bear it; the messages stay in All Mail."""
        self._own(name)
        for message in [entry.message for entry in self.folders[name].entries.values()]:
            self._relabel(message, message.labels - {name})
        del self.folders[name]
        self._changed()

    def rename(self, name: str, to: str) -> None:
        """The folder keeps its UIDs and their validity; so do those below it."""
        self._own(name)
        if to in self.folders:
            raise Refused("[ALREADYEXISTS] Duplicate folder name (Failure)")
        for each in [each for each in self.folders if each == name or each.startswith(name + "/")]:
            other = to + each[len(name):]
            folder = self.folders[other] = self.folders.pop(each)
            folder.name = other
            for entry in folder.entries.values():
                entry.message.labels = {other if label == each else label for label in entry.message.labels}
        self._changed()

    def reset_uidvalidity(self, name: str) -> None:
        """Numbers a folder anew, as after a repair of the server's."""
        folder = self.folder(name)
        entries = list(folder.entries.values())
        folder.uidvalidity = next(self._validities)
        folder.entries, folder.by_message, folder.uidnext = {}, {}, 1
        for entry in entries:
            self._enter(folder, entry.message).deleted = entry.deleted
        self._changed()

    # Messages --------------------------------------------------------------------------------------------------------

    def append(self, name: str, raw: bytes, flags: set[str], moment: int) -> int:
        """The UID. The very same bytes once more are no second message: the first gets the label."""
        folder = self.folder(name)
        message = next((each for each in self.messages if each.raw == raw and not each.labels & set(APART)), None)
        if message is None:
            gm_id = next(self._ids)
            message = Message(raw, gm_id, self._thread(raw) or gm_id, moment, {flag for flag in flags if flag != "\\Deleted"})
            self.messages.append(message)
        self._put(message, folder.name)
        self._changed()
        return folder.of(message).uid

    def copy(self, name: str, uids: list[int], to: str) -> list[tuple[int, int]]:
        """Labels messages; pairs of the UIDs there and here. What is copied to Trash or Spam leaves all else."""
        source, target = self.folder(name), self.folder(to)
        pairs = []
        for entry in [source.entries[uid] for uid in uids if uid in source.entries]:
            self._put(entry.message, target.name)
            pairs.append((entry.uid, target.of(entry.message).uid))
        self._changed()
        return pairs

    def move(self, name: str, uids: list[int], to: str) -> list[tuple[int, int]]:
        source = self.folder(name)
        entries = [source.entries[uid] for uid in uids if uid in source.entries]
        pairs = self.copy(name, uids, to)
        if to != source.name and source.name not in (ALL, STARRED):
            for entry in entries:
                self._relabel(entry.message, entry.message.labels - {source.name})
        self._changed()
        return pairs

    def expunge(self, name: str, uids: list[int] | None = None) -> None:
        """Takes the folder's label from what is flagged as deleted; in Trash and Spam that is the end of it."""
        folder = self.folder(name)
        for entry in [entry for entry in folder.entries.values() if entry.deleted and (uids is None or entry.uid in uids)]:
            message = entry.message
            entry.deleted = False
            if name in APART:
                self.messages.remove(message)
                for each in self.folders.values():
                    self._leave(each, message)
            elif name == ALL:
                self._relabel(message, {TRASH})
            elif name == STARRED:
                self._set_flags(message, message.flags - {"\\Flagged"})
            else:
                self._relabel(message, message.labels - {name})
        self._changed()

    def store(self, entry: Entry, mode: str, flags: set[str]) -> None:
        """`mode` is `+`, `-` or empty; flags are the message's, in all its folders, but for \\Deleted."""
        had = entry.flags
        now = had | flags if mode == "+" else had - flags if mode == "-" else flags
        if entry.deleted != ("\\Deleted" in now):
            entry.deleted = "\\Deleted" in now
            entry.modseq = self._step()
        if had - {"\\Deleted"} != now - {"\\Deleted"}:
            self._set_flags(entry.message, now - {"\\Deleted"})
        self._changed()

    def store_labels(self, entry: Entry, mode: str, labels: set[str]) -> None:
        """Labels as X-GM-LABELS spells them; one that isn't there yet is made."""
        names = {self._label_folder(label) for label in labels}
        for name in names - self.folders.keys():
            self.create(name)
        had = entry.message.labels
        if starred := names & {STARRED}:
            names -= starred
            flags = entry.message.flags
            self._set_flags(entry.message, flags - {"\\Flagged"} if mode == "-" else flags | {"\\Flagged"})
        self._relabel(entry.message, had | names if mode == "+" else had - names if mode == "-" else names)
        self._changed()

    def labels(self, entry: Entry, selected: str) -> list[str]:
        """What X-GM-LABELS says: all but the folder's own label."""
        names = entry.message.folders - {selected, ALL}
        return sorted(SYSTEM[name][1] if name in SYSTEM else name for name in names)

    # How it is done --------------------------------------------------------------------------------------------------

    def _own(self, name: str) -> None:
        if name in SYSTEM:
            raise Refused("[CANNOT] This folder is the system's (Failure)")
        self.folder(name)

    def _step(self) -> int:
        self.modseq += 1
        return self.modseq

    @staticmethod
    def _with(message: Message, name: str) -> set[str]:
        if name in APART:
            return {name}
        kept = message.labels - set(APART)
        return kept if name in (ALL, STARRED) else kept | {name}

    def _put(self, message: Message, name: str) -> None:
        """Makes a message be seen in a folder."""
        self._relabel(message, self._with(message, name))
        if name == STARRED:
            self._set_flags(message, message.flags | {"\\Flagged"})

    def _relabel(self, message: Message, labels: set[str]) -> None:
        before = message.folders if self._is_filed(message) else set()
        # What lies in Trash has no other label, not even one that is given to it there.
        message.labels = labels & set(APART) or labels
        after = message.folders
        for name in before - after:
            self._leave(self.folders[name], message)
        for name in sorted(after - before):
            self._enter(self.folders[name], message)
        if before != after:
            # A label's change is a change of the message wherever it is seen.
            self._touch(message)

    def _set_flags(self, message: Message, flags: set[str]) -> None:
        before = message.folders
        message.flags = set(flags)
        for name in before - message.folders:
            self._leave(self.folders[name], message)
        for name in message.folders - before:
            self._enter(self.folders[name], message)
        self._touch(message)

    def _touch(self, message: Message) -> None:
        step = self._step()
        for folder in self.folders.values():
            if entry := folder.of(message):
                entry.modseq = step

    def _is_filed(self, message: Message) -> bool:
        return any(folder.of(message) for folder in self.folders.values())

    def _enter(self, folder: Folder, message: Message) -> Entry:
        entry = folder.entries[folder.uidnext] = folder.by_message[message] = Entry(folder.uidnext, message, self._step())
        folder.uidnext += 1
        return entry

    def _leave(self, folder: Folder, message: Message) -> None:
        if entry := folder.by_message.pop(message, None):
            del folder.entries[entry.uid]
            self._step()

    def _thread(self, raw: bytes) -> int | None:
        """The thread of the message that this one names in its header, nearest first."""
        head = re.sub(rb"\r\n[ \t]+", b" ", raw.partition(b"\r\n\r\n")[0])
        named = []
        for name in (b"In-Reply-To", b"References"):
            if found := re.search(rb"^%s:(.*)$" % name, head, re.MULTILINE | re.IGNORECASE):
                named += re.findall(rb"<[^>]+>", found[1])[::-1]
        for message_id in named:
            for message in self.messages:
                if re.search(rb"^Message-ID:\s*%s" % re.escape(message_id), message.raw, re.MULTILINE | re.IGNORECASE):
                    return message.thread
        return None

    @staticmethod
    def _label_folder(label: str) -> str:
        return next((name for name, (_, spelled) in SYSTEM.items() if spelled.lower() == label.lower()), label)
