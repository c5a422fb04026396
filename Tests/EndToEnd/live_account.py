"""An account that is live, on any kind of server, and the other mail program that uses the same mailbox."""

from secrets import token_hex

# First of these: it leads to the modules of scripts/support.
from installation import Installation, dovecot, wait_until
from random_sync import comparison, reader, stored
from random_sync.client import MailClient
from random_sync.grounds import Grounds

FOLDERS = ("Sent", "Trash", "Archive", "Projects")


class LiveAccount:
    """A mailbox with the folders INBOX and FOLDERS, behind a fault proxy of its own, and its account."""

    def __init__(self, installation: Installation, grounds: Grounds, kind: str = "dovecot-qresync"):
        self._installation, self._grounds, self.kind = installation, grounds, kind
        self.user = f"live{token_hex(4)}"
        self.address = f"{self.user}@example.org"
        self.proxy = grounds.proxy(kind)
        self.client = MailClient(grounds.address(kind), self.user, grounds.password(kind))
        for folder in FOLDERS if not kind.startswith("gmail") else ():
            if folder not in dict(self.client.folders()):
                self.client.create(folder)
        self.id = ""

    def start(self, *choose: str) -> "LiveAccount":
        """Connects it, chooses (all folders, where nothing is said), and waits until it is live; roles must run."""
        self.id = self._installation.connect(self.user, self.proxy.address, self._grounds.password(self.kind),
                                             choose=choose or ("--all",), owner=self._installation.user())
        self._installation.sync_first(self.id)
        return self

    def append(self, raw: bytes, folder: str = "INBOX", age: float = 0, flags: str = "") -> None:
        self.client.append(folder, raw, age, flags)

    def uid(self, message_id: str, folder: str = "INBOX") -> int:
        """Where the mailbox has a message; the folder stays selected."""
        self.client.select(folder)
        [found] = self.client.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"')
        [uid] = found.split()
        return int(uid)

    def move(self, message_id: str, folder: str, to: str) -> None:
        uid = self.uid(message_id, folder)
        self.client.transfer([uid], to, moves=True)

    def expunge(self, message_id: str, folder: str = "INBOX") -> None:
        self.client.store([self.uid(message_id, folder)], "+FLAGS (\\Deleted)")
        self.client.expunge()

    def renumber(self, folder: str) -> None:
        """Another UIDVALIDITY; on servers that have no means for it, a folder that takes this one's place and mail."""
        self.client.leave(folder)
        if not self._grounds.reset_uidvalidity(self.kind, self.user, folder, 1_234_567_890):
            self.client.rename(folder, "Before")
            if folder != "INBOX":
                self.client.create(folder)
            self.client.transfer(self.client.uids("Before"), folder, moves=True)
            self.client.delete("Before")

    def visit(self) -> None:
        """Waits for a visit that began after this call."""
        self._installation.sync_again(self.id)

    # What is stored ----------------------------------------------------------------------------------------------------

    def stored(self) -> stored.Stored:
        return stored.read(self._installation.database_url, self.id)

    def message(self, message_id: str) -> dict | None:
        """A stored message, with the `folders` that it is placed in and the `uids` there; None where there is none."""
        found = self.stored()
        for message in found.messages:
            if (message["message_id"] or "").strip("<>") == message_id:
                places = [each for each in found.placements if each.message["id"] == message["id"]]
                return {**message, "folders": sorted(each.folder for each in places),
                        "uids": {each.folder: each.uid for each in places},
                        "flags": {each.folder: sorted(each.flags) for each in places}}
        return None

    def wait_for(self, holds, what: str, seconds: float = 15) -> object:
        """Visits until `holds` returns something true; `what` says in the failure what never came."""
        def visited():
            found = holds()
            if not found:
                self.visit()
            return found
        return wait_until(visited, lambda: f"{what}; {self._standings()}", seconds)

    def _standings(self) -> str:
        found = self.stored()
        places = [(each.message["message_id"], each.folder, sorted(each.flags)) for each in found.placements]
        kept = [(each["message_id"], *(name for name in ("in_scope", "trashed", "deleted") if each[name]))
                for each in found.messages]
        return f"messages {kept}, placements {places}, account {found.account}"

    def actions(self) -> list[dict]:
        return self._installation.objects("action", "list", "--account", self.id)

    def settled(self, chose_all: bool = True) -> None:
        """Waits until the database is what the mailbox is, in every respect that comparison knows."""
        server = reader.read(self._grounds.address(self.kind), self.user, self._grounds.password(self.kind))
        found: list[str] = []

        def equal() -> bool:
            # Its Message-IDs don't begin with the label of a conversation, as those of the randomised run do.
            found[:] = [each for each in comparison.differences(server, self.stored(), chose_all)
                        if not each.startswith("a thread holds the conversations")]
            if found:
                self.visit()
            return not found
        wait_until(equal, lambda: "\n".join(["equal:", *found]), 30)

    def close(self) -> None:
        self.client.close()
        self.proxy.close()


def grounds() -> Grounds:
    """Servers for a test, which closes them."""
    return Grounds(dovecot())
