"""Maildir++ folders as Dovecot reads them: flags in the file's name, INTERNALDATE as the file's time."""

import base64
import os
from pathlib import Path

LETTERS = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}
KEYWORDS = ("$Forwarded",)


class MaildirWriter:
    """Writes one user's mailbox below `home`; all of it comes to belong to `owner` (uid, gid) where root writes."""

    def __init__(self, home: Path, owner: tuple[int, int] | None):
        self._home, self._owner, self._written = home, owner, 0
        self._folders: dict[str, Path] = {}

    def deliver(self, folder: str, raw: bytes, wire_size: int, moment: int, flags: frozenset[str]) -> None:
        """`raw` has LF line ends, and `wire_size` is its size with CRLF, as IMAP serves it."""
        self._written += 1
        letters = "".join(sorted(LETTERS.get(flag) or chr(ord("a") + KEYWORDS.index(flag)) for flag in flags))
        name = f"{moment}.M{self._written:06}P1.sample,S={len(raw)},W={wire_size}:2,{letters}"
        path = self._folder(folder) / "cur" / name
        with open(path, "wb") as file:
            file.write(raw)
        os.utime(path, (moment, moment))
        self._give_away(path)

    def _folder(self, name: str) -> Path:
        if name not in self._folders:
            path = self._home / "Maildir"
            self._make(self._home)
            self._make(path)
            if name != "INBOX":
                path = path / ("." + modified_utf7(name.replace("/", ".")))
                self._make(path)
                (path / "maildirfolder").touch()
                self._give_away(path / "maildirfolder")
            for part in ("cur", "new", "tmp"):
                self._make(path / part)
            keywords = path / "dovecot-keywords"
            keywords.write_text("".join(f"{number} {word}\n" for number, word in enumerate(KEYWORDS)))
            self._give_away(keywords)
            self._folders[name] = path
        return self._folders[name]

    def _make(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._give_away(path)

    def _give_away(self, path: Path) -> None:
        if self._owner and os.geteuid() == 0:
            os.chown(path, *self._owner)


def modified_utf7(name: str) -> str:
    """A folder's name as IMAP4rev1 spells it (RFC 3501, 5.1.3)."""
    out, foreign = "", ""
    for character in name + "\0":
        if "\x20" <= character <= "\x7e" or character == "\0":
            if foreign:
                out += "&" + base64.b64encode(foreign.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
                foreign = ""
            out += "&-" if character == "&" else character.rstrip("\0")
        else:
            foreign += character
    return out


def from_modified_utf7(name: str) -> str:
    """The inverse of `modified_utf7`."""
    out, rest = "", name
    while "&" in rest:
        plain, _, rest = rest.partition("&")
        coded, _, rest = rest.partition("-")
        padded = coded.replace(",", "/") + "=" * (-len(coded) % 4)
        out += plain + (base64.b64decode(padded).decode("utf-16-be") if coded else "&")
    return out + rest
