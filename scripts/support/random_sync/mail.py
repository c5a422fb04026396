"""Messages of a random mailbox: conversations whose every message names the first and the one it answers."""

import random
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime

PEOPLE = ("bea@example.com", "carl@example.net", "dana@example.org")


@dataclass
class Conversation:
    label: str
    message_ids: list[str] = field(default_factory=list)


def conversation(message_id: str | None) -> str | None:
    """The label of the conversation that a Message-ID belongs to."""
    found = re.match(r"<?(c\d+)\.\d+@", message_id or "")
    return found and found[1]


class Correspondence:
    """Writes messages; a Message-ID begins with its conversation's label, which the comparison reads from it."""

    def __init__(self, user: str, chance: random.Random):
        self.own = f"{user}@example.org"
        self._user, self._chance = user, chance
        self.conversations: list[Conversation] = []

    def write(self, moment: float, reply: bool) -> bytes:
        """A message of a new conversation, or a reply to one of those that there are."""
        chance = self._chance
        if not (reply and self.conversations):
            self.conversations.append(Conversation(f"c{len(self.conversations)}"))
            conversation, parent = self.conversations[-1], None
        else:
            conversation = chance.choice(self.conversations)
            parent = chance.choice(conversation.message_ids)
        message_id = f"{conversation.label}.{len(conversation.message_ids)}@{self._user}.example"
        mine = chance.random() < 0.3
        sender, recipient = (self.own, chance.choice(PEOPLE)) if mine else (chance.choice(PEOPLE), self.own)
        lines = [f"From: {sender}", f"To: {recipient}",
                 f"Subject: {'Re: ' if parent else ''}About {conversation.label}",
                 f"Date: {format_datetime(datetime.fromtimestamp(moment, timezone.utc))}", f"Message-ID: <{message_id}>"]
        if parent:
            named = dict.fromkeys((conversation.message_ids[0], parent))
            lines += [f"In-Reply-To: <{parent}>", "References: " + " ".join(f"<{each}>" for each in named)]
        conversation.message_ids.append(message_id)
        size = chance.choice((40, 200, 1_000, 8_000, 30_000))
        text = "\r\n".join(chance.randbytes(30).hex() for _ in range(size // 60 + 1))
        return "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text, ""]).encode()
