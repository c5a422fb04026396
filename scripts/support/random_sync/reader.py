"""What a mailbox holds, read by imaplib."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from .client import MailClient


@dataclass(frozen=True)
class OnServer:
    sha256: str
    flags: frozenset[str]
    moment: int
    message_id: str
    """Without its brackets."""
    named: frozenset[str]
    """What its References name, without brackets."""


@dataclass(frozen=True)
class ServerFolder:
    attributes: frozenset[str]
    uidvalidity: int
    messages: dict[int, OnServer]


def read(address: str, user: str, password: str) -> dict[str, ServerFolder]:
    """Every folder that can be selected, with all its mail, by name."""
    client = MailClient(address, user, password)
    found = {}
    for name, attributes in client.folders():
        validity, fetched = client.fetch(name)
        found[name] = ServerFolder(frozenset(attributes), validity, dict(_message(*each) for each in fetched))
    client.close()
    return found


def _message(head: bytes, body: bytes) -> tuple[int, OnServer]:
    flags = frozenset(re.search(rb"FLAGS \(([^)]*)\)", head)[1].decode().split()) - {"\\Recent"}
    date = re.search(rb'INTERNALDATE "([^"]+)"', head)[1].decode()
    moment = int(datetime.strptime(date.strip(), "%d-%b-%Y %H:%M:%S %z").timestamp())
    message_id = re.search(rb"(?im)^Message-ID: <([^>]*)>", body)
    references = re.search(rb"(?im)^References: (.*)$", body)
    named = frozenset(re.findall(r"<([^>]*)>", references[1].decode())) if references else frozenset()
    return (int(re.search(rb"UID (\d+)", head)[1]),
            OnServer(sha256(body).hexdigest(), flags, moment, message_id[1].decode() if message_id else "", named))
