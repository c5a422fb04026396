"""An IMAP server in Gmail's shape, with state: any number of users, each with a mailbox of labels.

It offers X-GM-EXT-1 (X-GM-MSGID, X-GM-THRID, X-GM-LABELS), IDLE, UIDPLUS, MOVE, SPECIAL-USE and, unless told otherwise,
CONDSTORE; every user exists, and has the same password.
"""

import asyncio

from . import background
from .gmail_mailbox import GmailMailbox
from .gmail_session import GmailSession

PASSWORD = "gmail-shaped-password"

CAPABILITIES = ("IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN X-GM-EXT-1 UIDPLUS ENABLE MOVE LITERAL+ SPECIAL-USE "
                "APPENDLIMIT=35651584")


class GmailServer(background.Listener):
    """Counts what it is asked for, by user: `fetched` holds the X-GM-MSGID of each body that was sent, in order."""

    def __init__(self, condstore: bool = True):
        self.password = PASSWORD
        self.condstore = condstore
        self.mailboxes: dict[str, GmailMailbox] = {}
        self.fetched: dict[str, list[int]] = {}
        self.sessions: set[GmailSession] = set()
        self.hides = lambda message: False
        """Messages that are counted and not to be seen yet, as Gmail's own are for a moment."""
        self.hides_flags = lambda message: False
        """Messages whose changes CHANGEDSINCE doesn't tell of yet, though HIGHESTMODSEQ has moved."""

    @property
    def capabilities(self) -> str:
        return CAPABILITIES + (" CONDSTORE" if self.condstore else "")

    def mailbox(self, user: str) -> GmailMailbox:
        """The user's mailbox, made at first. Only the loop's thread may use it: see `change`."""
        if user not in self.mailboxes:
            self.mailboxes[user] = GmailMailbox(lambda: self._tell(user))
            self.fetched[user] = []
        return self.mailboxes[user]

    def change(self, user: str, deed):
        """Lets `deed` look at or change a user's mailbox, from any thread; what it returned."""
        async def carry_out():
            return deed(self.mailbox(user))
        return background.call(carry_out())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = GmailSession(self, reader, writer)
        self.sessions.add(session)
        try:
            await session.run()
        finally:
            self.sessions.discard(session)

    def _tell(self, user: str) -> None:
        for session in self.sessions:
            if session.user == user:
                session.news.set()
