"""One connection to the Gmail-shaped server: sign-in, the selected folder, and what it was last told of it."""

import asyncio
import base64
import binascii
import re
import time
from datetime import datetime

from .gmail_fetch import Fetch
from .gmail_mailbox import SYSTEM, Entry, Folder, GmailMailbox, Refused
from .gmail_search import Search
from .imap_commands import Malformed, Token, read_command, uids_of


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def text(token: Token) -> str:
    if isinstance(token, list):
        raise Malformed("a list where a string belongs")
    return token.decode("utf-8", "replace")


class GmailSession:
    """Answers one connection's commands. `news` is set whenever the user's mailbox has changed."""

    def __init__(self, server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._server, self._reader, self._writer = server, reader, writer
        self.news = asyncio.Event()
        self.user: str | None = None
        self._mailbox: GmailMailbox | None = None
        self._folder: Folder | None = None
        self._validity = 0
        self._read_only = True
        self._condstore = False
        self._view: list[int] = []
        """The UIDs that the client knows, by sequence number."""
        self._told: dict[int, int] = {}
        """The mod-sequence that each of them had when its flags were last told."""

    async def run(self) -> None:
        self._send(f"* OK [CAPABILITY {self._server.capabilities}] Gimap ready for requests")
        while True:
            await self._writer.drain()
            try:
                command = await read_command(self._reader, self._writer)
            except Malformed as error:
                self._send(f"* BAD {error}")
                continue
            if command is None:
                return
            if self._is_lost():
                self._send("* BYE the folder is no longer what it was")
                await self._writer.drain()
                return
            tag, words = command
            try:
                if not words:
                    raise Malformed("no command")
                name = text(words[0]).upper()
                if name == "UID" and len(words) > 1:
                    name, words = f"UID {text(words[1]).upper()}", words[1:]
                if name == "LOGOUT":
                    self._send("* BYE LOGOUT Requested", f"{tag} OK 73 good day (Success)")
                    await self._writer.drain()
                    return
                done = await self._answer(name, words[1:])
                if name not in ("FETCH", "STORE", "SEARCH"):
                    self._tell_changes()
                self._send(f"{tag} OK {done}")
            except Refused as refusal:
                self._send(f"{tag} NO {refusal}")
            except (Malformed, ValueError, IndexError) as error:
                self._send(f"{tag} BAD Could not parse command: {error}")

    def _send(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())

    # Commands ----------------------------------------------------------------------------------------------------------

    async def _answer(self, name: str, words: list[Token]) -> str:
        match name:
            case "CAPABILITY":
                self._send(f"* CAPABILITY {self._server.capabilities}")
                return "Thats all she wrote!"
            case "NOOP" | "CHECK":
                return "Success"
            case "ID":
                self._send('* ID ("name" "GImap")')
                return "Success"
            case "LOGIN":
                return self._sign_in(text(words[0]), text(words[1]))
            case "AUTHENTICATE":
                return await self._authenticate(words)
        if self._mailbox is None:
            raise Malformed(f"{name} before the sign-in")
        mailbox = self._mailbox
        match name:
            case "NAMESPACE":
                self._send('* NAMESPACE (("" "/")) NIL NIL')
            case "ENABLE":
                known = [text(word).upper() for word in words if text(word).upper() == "CONDSTORE" and self._server.condstore]
                self._condstore |= bool(known)
                self._send(" ".join(["* ENABLED", *known]))
            case "LIST" | "LSUB" | "XLIST":
                self._list(text(words[1]))
            case "STATUS":
                self._status(mailbox.folder(text(words[0])), [text(word).upper() for word in words[1]])
            case "CREATE":
                mailbox.create(text(words[0]).rstrip("/"))
            case "DELETE":
                mailbox.delete(text(words[0]))
            case "RENAME":
                mailbox.rename(text(words[0]), text(words[1]))
            case "SUBSCRIBE" | "UNSUBSCRIBE":
                mailbox.folder(text(words[0]))
            case "APPEND":
                return self._append(words)
            case "SELECT" | "EXAMINE":
                return self._select(text(words[0]), words[1:], name == "EXAMINE")
            case "CLOSE" | "UNSELECT":
                if name == "CLOSE" and not self._read_only:
                    mailbox.expunge(self._selected().name)
                self._folder = None
            case "EXPUNGE" | "UID EXPUNGE":
                uids = self._uids(words[0]) if words else None
                mailbox.expunge(self._writable().name, uids)
            case "IDLE":
                return await self._idle()
            case "SEARCH" | "UID SEARCH":
                self._search(words, name == "UID SEARCH")
            case "FETCH" | "UID FETCH":
                return await self._fetch(words, name == "UID FETCH")
            case "STORE" | "UID STORE":
                return self._store(words, name == "UID STORE")
            case "COPY" | "UID COPY" | "MOVE" | "UID MOVE":
                return self._transfer(words, name)
            case _:
                raise Malformed(f"Unknown command {name}")
        return "Success"

    def _sign_in(self, user: str, password: str) -> str:
        if password != self._server.password:
            raise Refused("[AUTHENTICATIONFAILED] Invalid credentials (Failure)")
        self._mailbox, self.user = self._server.mailbox(user), user
        return f"[CAPABILITY {self._server.capabilities}] {user} authenticated (Success)"

    async def _authenticate(self, words: list[Token]) -> str:
        if text(words[0]).upper() != "PLAIN":
            raise Refused("Unsupported mechanism")
        response = words[1] if len(words) > 1 else None
        if response is None:
            self._send("+ ")
            await self._writer.drain()
            response = (await self._reader.readline()).strip()
        try:
            _, user, password = base64.b64decode(response, validate=True).decode().split("\0")
        except (binascii.Error, ValueError):
            raise Malformed("no credentials") from None
        return self._sign_in(user, password)

    def _list(self, pattern: str) -> None:
        wanted = re.compile(re.escape(pattern).replace(r"\*", ".*").replace("%", "[^/]*"), re.IGNORECASE)
        names = dict.fromkeys([*self._mailbox.folders, "[Gmail]"])
        for name in names:
            if not wanted.fullmatch(name):
                continue
            children = "\\HasChildren" if any(each.startswith(name + "/") for each in names) else "\\HasNoChildren"
            own = "\\Noselect" if name == "[Gmail]" else SYSTEM.get(name, ("",))[0]
            self._send(f'* LIST ({" ".join(filter(None, (children, own)))}) "/" {quoted(name)}')

    def _status(self, folder: Folder, items: list[str]) -> None:
        values = {"MESSAGES": len(folder.entries), "UIDNEXT": folder.uidnext, "UIDVALIDITY": folder.uidvalidity,
                  "RECENT": 0, "UNSEEN": sum("\\Seen" not in entry.flags for entry in folder.entries.values())}
        if self._server.condstore:
            values["HIGHESTMODSEQ"] = self._mailbox.modseq
        if unknown := [item for item in items if item not in values]:
            raise Malformed(f"unknown items {unknown}")
        self._send(f"* STATUS {quoted(folder.name)} ({' '.join(f'{item} {values[item]}' for item in items)})")

    def _append(self, words: list[Token]) -> str:
        folder = self._mailbox.folder(text(words[0]))
        flags, moment = set(), int(time.time())
        for word in words[1:-1]:
            if isinstance(word, list):
                flags = {text(flag) for flag in word}
            else:
                moment = int(datetime.strptime(text(word).strip(), "%d-%b-%Y %H:%M:%S %z").timestamp())
        uid = self._mailbox.append(folder.name, words[-1], flags, moment)
        return f"[APPENDUID {folder.uidvalidity} {uid}] (Success)"

    def _select(self, name: str, options: list[Token], read_only: bool) -> str:
        self._folder = None
        folder = self._mailbox.folder(name)
        if options and [text(word).upper() for word in options[0]] != ["CONDSTORE"] or options and not self._server.condstore:
            raise Malformed("unknown parameters")
        self._condstore |= bool(options)
        self._folder, self._read_only, self._validity = folder, read_only, folder.uidvalidity
        self._view = sorted(folder.entries)
        self._told = {uid: entry.modseq for uid, entry in folder.entries.items()}
        self._send(r"* FLAGS (\Answered \Flagged \Draft \Deleted \Seen $Forwarded)",
                   r"* OK [PERMANENTFLAGS (\Answered \Flagged \Draft \Deleted \Seen $Forwarded \*)] Flags permitted.",
                   f"* OK [UIDVALIDITY {folder.uidvalidity}] UIDs valid.", f"* {len(self._view)} EXISTS", "* 0 RECENT",
                   f"* OK [UIDNEXT {folder.uidnext}] Predicted next UID.")
        if self._server.condstore:
            self._send(f"* OK [HIGHESTMODSEQ {self._mailbox.modseq}]")
        return f"[READ-{'ONLY' if read_only else 'WRITE'}] {name} selected. (Success)"

    async def _idle(self) -> str:
        self._selected()
        self._send("+ idling")
        await self._writer.drain()
        done = asyncio.ensure_future(self._reader.readline())
        try:
            while not done.done():
                self._tell_changes()
                await self._writer.drain()
                if self._is_lost():
                    return "IDLE terminated"
                self.news.clear()
                news = asyncio.ensure_future(self.news.wait())
                await asyncio.wait((done, news), return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
        finally:
            done.cancel()
        if done.result().strip().upper() != b"DONE":
            raise Malformed("not DONE")
        return "IDLE terminated (Success)"

    def _search(self, words: list[Token], by_uid: bool) -> None:
        folder = self._selected()
        numbers = {uid: number for number, uid in enumerate(self._view, 1)}
        search = Search(words, max(self._view, default=0), numbers)
        found = [entry.uid for entry in self._known(folder) if search.holds(entry)]
        self._send("* SEARCH" + "".join(f" {uid if by_uid else numbers[uid]}" for uid in found))

    async def _fetch(self, words: list[Token], by_uid: bool) -> str:
        folder, fetch = self._selected(), Fetch(words[1:], by_uid)
        if fetch.changed_since is not None and not self._server.condstore:
            raise Malformed("CHANGEDSINCE")
        self._condstore |= fetch.changed_since is not None or fetch.wants("MODSEQ")
        for entry in self._entries(words[0], by_uid):
            if fetch.changed_since is not None and (
                    entry.modseq <= fetch.changed_since or self._server.hides_flags(entry.message)):
                continue
            if fetch.wants_body:
                self._server.fetched[self.user].append(entry.message.gm_id)
            labels = self._mailbox.labels(entry, folder.name)
            self._told[entry.uid] = entry.modseq
            self._writer.write(fetch.reply(self._view.index(entry.uid) + 1, entry, labels))
            await self._writer.drain()
            if self._is_lost():
                break
        return "Success"

    def _store(self, words: list[Token], by_uid: bool) -> str:
        self._writable()
        words = [word for word in words if not (isinstance(word, list) and word and word[0].upper() == b"UNCHANGEDSINCE")]
        item = text(words[1]).upper()
        mode = item[0] if item[0] in "+-" else ""
        values = {text(word) for word in (words[2] if isinstance(words[2], list) else words[2:])}
        for entry in self._entries(words[0], by_uid):
            if "X-GM-LABELS" in item:
                self._mailbox.store_labels(entry, mode, values)
            else:
                self._mailbox.store(entry, mode, values)
            if item.endswith(".SILENT"):
                self._told[entry.uid] = entry.modseq
        return "Success"

    def _transfer(self, words: list[Token], name: str) -> str:
        folder, target = self._selected(), self._mailbox.folder(text(words[1]))
        uids = [entry.uid for entry in self._entries(words[0], name.startswith("UID"))]
        moves = name.endswith("MOVE")
        pairs = (self._mailbox.move if moves else self._mailbox.copy)(folder.name, uids, target.name)
        if not pairs:
            return "Success"
        sets = [",".join(str(pair[side]) for pair in pairs) for side in (0, 1)]
        code = f"[COPYUID {target.uidvalidity} {sets[0]} {sets[1]}]"
        if moves:
            self._send(f"* OK {code}")
        return "Success" if moves else f"{code} (Success)"

    # The selected folder -------------------------------------------------------------------------------------------------

    def _selected(self) -> Folder:
        if self._folder is None:
            raise Malformed("no folder is selected")
        return self._folder

    def _writable(self) -> Folder:
        if self._read_only:
            raise Refused("[READ-ONLY] the folder was opened to be read")
        return self._selected()

    def _is_lost(self) -> bool:
        """Whether the folder that is selected was removed or numbered anew."""
        folder = self._folder
        return folder is not None and (self._mailbox.folders.get(folder.name) is not folder
                                       or folder.uidvalidity != self._validity)

    def _known(self, folder: Folder) -> list[Entry]:
        return self._seen(folder, self._view)

    def _seen(self, folder: Folder, uids: list[int]) -> list[Entry]:
        entries = [folder.entries[uid] for uid in uids if uid in folder.entries]
        return [entry for entry in entries if not self._server.hides(entry.message)]

    def _uids(self, numbers: Token, by_uid: bool = True) -> list[int]:
        ranges = uids_of(numbers, max(self._view, default=0) if by_uid else len(self._view))
        return [uid for number, uid in enumerate(self._view, 1)
                if any(low <= (uid if by_uid else number) <= high for low, high in ranges)]

    def _entries(self, numbers: Token, by_uid: bool) -> list[Entry]:
        folder = self._selected()
        return self._seen(folder, self._uids(numbers, by_uid))

    def _tell_changes(self) -> None:
        """Says what has changed in the selected folder since the client was last told."""
        folder = self._folder
        if folder is None or self._is_lost():
            return
        for number in range(len(self._view), 0, -1):
            if self._view[number - 1] not in folder.entries:
                self._told.pop(self._view.pop(number - 1), None)
                self._send(f"* {number} EXPUNGE")
        if new := sorted(folder.entries.keys() - self._told.keys()):
            self._view += new
            self._told.update((uid, folder.entries[uid].modseq) for uid in new)
            self._send(f"* {len(self._view)} EXISTS")
        for number, entry in enumerate(self._known(folder), 1):
            if self._told[entry.uid] != entry.modseq:
                self._told[entry.uid] = entry.modseq
                modseq = f" MODSEQ ({entry.modseq})" if self._condstore else ""
                self._send(f"* {number} FETCH (UID {entry.uid} FLAGS ({' '.join(sorted(entry.flags))}){modseq})")
