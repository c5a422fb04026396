"""A private certificate authority and a server certificate for the loopback, made with openssl."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .process import ServerError, program

DAYS = 365


@dataclass(frozen=True)
class Certificates:
    authority: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path, user) -> Certificates:
    """The certificates in `folder`, made anew when they are missing or end within a week."""
    made = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    openssl = program("openssl", "openssl")
    if made.certificate.exists():
        lasts = subprocess.run([openssl, "x509", "-checkend", str(7 * 86_400), "-noout", "-in", made.certificate],
                               stdout=subprocess.DEVNULL, check=False)
        if lasts.returncode == 0:
            return made
    folder.mkdir(mode=0o755, exist_ok=True)

    def call(*arguments: object) -> None:
        done = subprocess.run([openssl, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        if done.returncode != 0:
            raise ServerError(f"openssl {arguments[0]} failed:\n{done.stdout.strip()}")

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        # The authority's key signs once and is then thrown away.
        work = Path(scratch)
        (work / "extensions").write_text(
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
            "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        call("req", "-x509", *new_key, "-keyout", work / "ca.key", "-out", work / "ca.pem", "-days", DAYS,
             "-subj", "/CN=Postrider private authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        call("req", *new_key, "-keyout", work / "server.key", "-out", work / "server.csr", "-subj", "/CN=localhost")
        call("x509", "-req", "-in", work / "server.csr", "-CA", work / "ca.pem", "-CAkey", work / "ca.key",
             "-CAcreateserial", "-out", work / "server.pem", "-days", DAYS, "-extfile", work / "extensions")
        os.chmod(work / "server.key", 0o600)
        os.chown(work / "server.key", user.pw_uid, user.pw_gid)
        (work / "server.key").rename(made.key)
        (work / "ca.pem").rename(made.authority)
        (work / "server.pem").rename(made.certificate)
    for readable in (made.authority, made.certificate):
        os.chmod(readable, 0o644)
    return made
