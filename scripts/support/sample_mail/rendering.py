"""From a planned message to its bytes: header, text, HTML alternative, attachments. Lines end in LF here."""

import base64
import email.header
import email.utils
import quopri
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from .languages import CODECS, Language


@dataclass
class Content:
    """What a message says. `body_bytes` is what the text should fill, and `attachment_bytes` the attachments."""

    message_id: str
    sender: tuple[str, str]
    recipients: list[tuple[str, str]]
    subject: str
    date: int
    language: Language
    charset: tuple[str, str]
    references: list[str] = field(default_factory=list)
    in_reply_to: str | None = None
    has_html: bool = False
    body_bytes: int = 500
    attachment_bytes: int = 0
    human: bool = False
    """Sentences of the language, instead of blocks of words."""
    list_footer: bool = False
    """A copy that came through a mailing list: the same message with other bytes."""


class Renderer:
    """Makes bytes from contents. Large bodies are cut from blocks that are made once, so that it is fast."""

    def __init__(self, seed: int):
        source = random.Random(f"blocks {seed}")
        words = [_pseudo_word(source) for _ in range(3_000)]
        lines = []
        for _ in range(16_000):
            line = ""
            while len(line) < 64:
                line += source.choice(words) + " "
            lines.append(line.rstrip() + "\n")
        self._text = "".join(lines).encode("ascii")
        self._line_starts = [0]
        for line in lines:
            self._line_starts.append(self._line_starts[-1] + len(line))
        self._base64 = base64.encodebytes(source.randbytes(6 << 20))

    def render(self, content: Content, chance: random.Random) -> bytes:
        text = self._plain_text(content, chance)
        parts = [_text_part("plain", text, content.charset)]
        if content.has_html:
            paragraphs = text.replace("&", "&amp;").replace("<", "&lt;").split("\n\n")
            html = "<html><head><style>p { margin: 0 0 1em; }</style></head>\n<body>\n" + "".join(
                f'<p class="MsoNormal" style="font-family:Calibri,sans-serif">{p}</p>\n' for p in paragraphs)
            parts.append(_text_part("html", html + "</body></html>\n", content.charset))
        body = parts[0] if len(parts) == 1 else _multipart("alternative", parts, chance)
        if content.attachment_bytes:
            body = _multipart("mixed", [body, self._attachment(content, chance)], chance)
        return self._header(content, chance) + body

    def _plain_text(self, content: Content, chance: random.Random) -> str:
        if not content.human:
            return self._block(content.body_bytes, chance)
        language, paragraphs = content.language, [content.language.greeting]
        for _ in range(chance.randint(1, 4)):
            paragraphs.append("\n".join(chance.choices(language.sentences, k=chance.randint(1, 4))))
        paragraphs.append(f"{language.closing}\n{content.sender[0]}")
        if content.references:
            paragraphs.append("\n".join("> " + s for s in chance.choices(language.sentences, k=2)))
        if content.list_footer:
            paragraphs.append("-- \nlist@lists.example.org")
        return "\n\n".join(paragraphs) + "\n"

    def _block(self, size: int, chance: random.Random) -> str:
        """Some `size` bytes of whole lines, an empty one after every few."""
        pieces = []
        while size > 0:
            start = chance.randrange(len(self._line_starts) - 1)
            end = min(start + chance.randint(4, 40), len(self._line_starts) - 1)
            block = self._text[self._line_starts[start]:self._line_starts[end]]
            if len(block) > size:
                block = block[:block.rfind(b"\n", 0, max(size, 80)) + 1]
            pieces.append(block.decode("ascii"))
            size -= len(block) + 1
        return "\n".join(pieces)

    def _attachment(self, content: Content, chance: random.Random) -> bytes:
        kind, extension = chance.choice((("application/pdf", "pdf"), ("image/jpeg", "jpg"), ("application/zip", "zip"),
                                         ("application/vnd.ms-excel", "xls")))
        name = f"{content.subject.removeprefix('Re: ')}.{extension}" if content.human else f"document.{extension}"
        if name.isascii():
            parameter = f'filename="{name}"'
        else:
            parameter = "\n\tfilename*=" + email.utils.encode_rfc2231(name, "utf-8")
        lines = max(1, content.attachment_bytes // 77)
        available = len(self._base64) // 77
        pieces = []
        while lines > 0:
            start = chance.randrange(available)
            taken = min(lines, available - start)
            pieces.append(self._base64[start * 77:(start + taken) * 77])
            lines -= taken
        head = (f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n"
                f"Content-Disposition: attachment; {parameter}\n\n").encode("ascii")
        return head + b"".join(pieces)

    def _header(self, content: Content, chance: random.Random) -> bytes:
        zone = timezone(timedelta(hours=chance.choice((0, 1, 9))))
        date = email.utils.format_datetime(datetime.fromtimestamp(content.date, zone))
        lines = [f"Return-Path: <{content.sender[1]}>"]
        for host in ("mx2", "relay"):
            lines.append(f"Received: from {host}.example.net ({host}.example.net [192.0.2.{chance.randint(1, 254)}])\n"
                         f"\tby in.example.org (Postfix) with ESMTPS id {chance.randbytes(8).hex()};\n\t{date}")
        if not content.human:
            signature = base64.b64encode(chance.randbytes(256)).decode("ascii")
            folded = "\n\t ".join(signature[at:at + 70] for at in range(0, len(signature), 70))
            lines.append(f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=mail;\n\tb={folded}")
        if content.list_footer:
            lines.append("List-Id: Project list <project.lists.example.org>")
        lines.append(f"Message-ID: <{content.message_id}>")
        if content.in_reply_to:
            lines.append(f"In-Reply-To: <{content.in_reply_to}>")
        if content.references:
            lines.append("References: " + "\n\t".join(f"<{reference}>" for reference in content.references))
        lines += [f"Date: {date}", f"From: {_mailbox(content.sender, content.charset[0])}",
                  "To: " + ",\n\t".join(_mailbox(one, content.charset[0]) for one in content.recipients),
                  f"Subject: {_encoded(content.subject, content.charset[0])}", "MIME-Version: 1.0"]
        return ("\n".join(lines) + "\n").encode("ascii")


def _text_part(subtype: str, text: str, charset: tuple[str, str]) -> bytes:
    name, transfer = charset
    data = text.encode(CODECS.get(name, name), errors="replace")
    if transfer == "base64":
        data = base64.encodebytes(data)
    elif transfer == "quoted-printable":
        data = quopri.encodestring(data)
    head = f'Content-Type: text/{subtype}; charset="{name}"\nContent-Transfer-Encoding: {transfer}\n\n'
    return head.encode("ascii") + data


def _multipart(subtype: str, parts: list[bytes], chance: random.Random) -> bytes:
    boundary = f"=_{chance.randbytes(12).hex()}"
    pieces = [f'Content-Type: multipart/{subtype}; boundary="{boundary}"\n\n'.encode("ascii")]
    for part in parts:
        pieces += [f"--{boundary}\n".encode("ascii"), part, b"" if part.endswith(b"\n") else b"\n"]
    return b"".join([*pieces, f"--{boundary}--\n".encode("ascii")])


def _mailbox(person: tuple[str, str], charset: str) -> str:
    name, address = person
    if not name.isascii():
        return f"{_encoded(name, charset)} <{address}>"
    return f'"{name}" <{address}>'


def _encoded(text: str, charset: str) -> str:
    """RFC 2047, in the message's own charset where it can say the text."""
    if text.isascii():
        return text
    codec = CODECS.get(charset, charset)
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        charset = codec = "utf-8"
    if codec == charset:
        return email.header.Header(text, codec, maxlinelen=72).encode(linesep="\n")
    data = base64.b64encode(text.encode(codec)).decode("ascii")
    return f"=?{charset}?B?{data}?="


def _pseudo_word(source: random.Random) -> str:
    return "".join(source.choice("bcdfghklmnprstvw") + source.choice("aeiou") for _ in range(source.randint(1, 4)))
