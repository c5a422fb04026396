"""Which messages a mailbox holds: threads, folders, flags, moments. All of it follows from the seed and `now`.

A thread's kind says where it lies to the 72-hour window: `old` and `recent` lie wholly on one side, `straddling` on
both; of an `orphaned` one the common ancestor was never in the mailbox; the threads of the `edge` end at successive
seconds around the window's far end, so that whenever the first sync starts within two minutes of `now`, one thread
ends exactly on the edge and one a second before it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from .languages import BY_WEIGHT, ENGLISH
from .rendering import Content

WINDOW = 72 * 3600
DAY = 86_400
EDGE_SECONDS = 120

UNWATCHED = ("Trash", "Junk", "Drafts")
"""Never pulled unless chosen by name; a thread's messages there don't count for the window."""

FORWARDED = "$Forwarded"


@dataclass
class Placement:
    """One message in one folder."""

    folder: str
    thread: int
    moment: int
    """INTERNALDATE, in seconds since the epoch."""
    flags: frozenset[str]
    content: Content
    copies: tuple[str, ...] = ()
    """Further folders that hold the same bytes."""


@dataclass
class Mailbox:
    """What to generate.

    `recent` is `all` (every message in the window), `mixed`, or `steady`: mixed without the edge, so that the same
    threads are due whenever within an hour the first sync starts.
    """

    user: str
    seed: int
    now: int
    messages: int
    total_bytes: int
    folders: tuple[str, ...]
    recent: str = "mixed"
    human: bool = False
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"plan {self.seed}")
        self._me = (self.user.split("@")[0].title(), self.user if "@" in self.user else f"{self.user}@example.org")

    def placements(self) -> Iterator[Placement]:
        """Every message once, thread by thread; exactly `messages` of them, copies not counted."""
        left, thread = self.messages, 0
        while left > 0:
            kind = self._kind(thread)
            made = self._thread(thread, kind, left)
            yield from made
            left -= len(made)
            thread += 1

    def _kind(self, thread: int) -> str:
        if self.recent == "all":
            return "recent"
        if self.recent == "mixed" and thread < EDGE_SECONDS:
            return "edge"
        return self.chance.choices(("old", "recent", "straddling", "orphaned", "junk"), (34, 24, 26, 10, 6))[0]

    def _thread(self, thread: int, kind: str, most: int) -> list[Placement]:
        chance = self.chance
        length = min(most, 1 if kind == "junk" else min(40, 1 + int(chance.expovariate(1 / 2.4))))
        if kind == "edge":
            length = min(most, chance.choice((1, 2)))
        moments = self._moments(thread, kind, length)
        language = chance.choices(*zip(*BY_WEIGHT))[0] if self.human else ENGLISH
        subject = chance.choice(language.subjects) if self.human else f"Matter {thread}: {chance.randbytes(4).hex()}"
        people = [(name, f"{self._local_part(name)}@example.net") for name in chance.sample(language.people, 2)]
        home = chance.choices(self.folders, [4, *[1] * (len(self.folders) - 1)])[0]
        ids = [f"{chance.randbytes(9).hex()}.{thread}@example.net" for _ in range(length + 1)]
        # An ancestor that all of an orphaned thread's messages refer to, and nobody here has.
        ancestor = [ids[length]] if kind == "orphaned" else []
        chains: list[list[str]] = []
        made: list[Placement] = []
        for index in range(length):
            parent = chance.randrange(index) if index else None
            chain = ancestor if parent is None or (ancestor and chance.random() < 0.5) else [*chains[parent], ids[parent]]
            chains.append(chain)
            mine = index > 0 and chance.random() < 0.4
            placement = self._placement(thread, kind, index, moments[index], home, mine)
            placement.content.message_id = ids[index]
            placement.content.subject = f"Re: {subject}" if chain else subject
            placement.content.references = chain[-20:]
            placement.content.in_reply_to = chain[-1] if chain else None
            self._write(placement.content, language, people, mine)
            made.append(placement)
        if kind in ("recent", "straddling") and self.recent != "all" and len(made) < most and chance.random() < 0.04:
            made.append(self._list_copy(chance.choice(made)))
        return made

    def _moments(self, thread: int, kind: str, length: int) -> list[int]:
        """INTERNALDATE of each message, mostly in the order of the conversation."""
        chance, cutoff = self.chance, self.now - WINDOW
        old = lambda: cutoff - EDGE_SECONDS - int(chance.expovariate(1 / (120 * DAY))) - 60
        if self.recent == "all":
            moments = [self.now - chance.randint(60, 20 * 3600) for _ in range(length)]
        elif kind == "old":
            moments = [old() for _ in range(length)]
        elif kind == "edge":
            return sorted(cutoff + thread if index == length - 1 else old() for index in range(length))
        elif kind in ("straddling", "orphaned"):
            newer = chance.randint(1, length) if kind == "straddling" or chance.random() < 0.6 else 0
            moments = [self._recent() if index < newer else old() for index in range(length)]
        else:
            moments = [self._recent() for _ in range(length)]
        moments.sort()
        if length > 1 and chance.random() < 0.08:
            # A reply that arrived before what it answers.
            moments[-1], moments[-2] = moments[-2], moments[-1]
        return moments

    def _recent(self) -> int:
        return self.now - self.chance.randint(60, WINDOW - EDGE_SECONDS - 3600)

    def _placement(self, thread: int, kind: str, index: int, moment: int, home: str, mine: bool) -> Placement:
        chance = self.chance
        folder = "Sent" if mine else home
        flags = set() if chance.random() < 0.25 else {"\\Seen"}
        if mine:
            flags = {"\\Seen"}
        elif self.recent != "all":
            if kind == "junk":
                folder = "Junk"
            elif kind != "edge" and index > 0 and chance.random() < 0.03:
                folder = chance.choice(("Trash", "Drafts"))
            elif chance.random() < 0.06:
                folder = chance.choice(self.folders)
        if folder == "Drafts":
            flags |= {"\\Draft", "\\Seen"}
        for flag, share in (("\\Answered", 0.2), ("\\Flagged", 0.05), (FORWARDED, 0.03)):
            if chance.random() < share:
                flags.add(flag)
        copies = ()
        if self.recent != "all" and folder == "INBOX" and chance.random() < 0.02:
            copies = ("Archive",)
        blank = Content("", ("", ""), [], "", moment, ENGLISH, ENGLISH.charsets[0])
        return Placement(folder, thread, moment, frozenset(flags), blank, copies)

    def _write(self, content: Content, language, people, mine: bool) -> None:
        chance = self.chance
        content.language, content.human = language, self.human
        content.charset = chance.choice(language.charsets)
        content.sender, content.recipients = (self._me, people) if mine else (people[0], [self._me, people[1]])
        if self.human:
            content.has_html = chance.random() < 0.4
            content.attachment_bytes = chance.randint(500, 40_000) if chance.random() < 0.12 else 0
            return
        content.charset = chance.choice((("utf-8", "7bit"), ("us-ascii", "7bit"), ("utf-8", "quoted-printable")))
        # Most mail is small text; a third has HTML; a sixth has attachments, which make up most of the bytes.
        average = self.total_bytes / self.messages
        content.has_html = chance.random() < 0.35
        content.body_bytes = int(min(chance.lognormvariate(0, 0.8), 12) * min(average * 0.12, 4_000)) + 200
        if chance.random() < 1 / 6:
            content.attachment_bytes = int(chance.lognormvariate(-0.32, 0.8) * max(average * 6 * 0.71, 500))

    def _list_copy(self, original: Placement) -> Placement:
        """The same Message-ID with other bytes: one's own copy and the list's."""
        content = Content(**{**vars(original.content), "list_footer": True})
        return Placement("INBOX", original.thread, original.moment, original.flags - {"\\Draft"}, content)

    def _local_part(self, name: str) -> str:
        plain = "".join(c for c in name.lower().replace(" ", ".") if c.isascii() and (c.isalnum() or c == "."))
        return plain if len(plain) > 2 else "person" + name.encode("utf-8").hex()[:8]
