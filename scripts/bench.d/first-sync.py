#!/usr/bin/env python3
"""The first sync of a whole mailbox into PostgreSQL, beside mbsync into Maildir and a bare fetch into nothing.

    scripts/bench first-sync [--json] [--tls] [--runs N]

The mailbox has 20,000 messages of 0.5 GB in 5 folders, all of them within the window; it is built once, and anew when
it is older than two days. After a warm-up each run takes the three in turns: Postrider with one worker and a fresh
database, from `account start` until the account is live; mbsync into an empty Maildir, without fsync; and
`UID FETCH 1:* BODY.PEEK[]` of every folder, read and dropped. Medians are printed. With --tls all three speak TLS. One
more sync, of a mailbox with a message of 100 MB, is for the peak of memory. --json prints one object a figure, with
its bar where it has one. Ends with 1 when a bar does not hold.
"""

import argparse
import json
import os
import re
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from figure import Figure
from sample_mail.maildir import modified_utf7
from trial import ROOT, SUPPORT, Trial, TrialError, servers

DATA = ROOT / ".postrider" / "bench"
TWO_DAYS = 2 * 86_400
MIB = 1 << 20


@dataclass(frozen=True)
class Truth:
    messages: int
    size: int
    folders: tuple[str, ...]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def mailbox(dovecot: Path, user: str, *options: str) -> Truth:
    """The generated mailbox of `user`: as it is when it is young enough to lie within the window, else made anew."""
    truth = DATA / f"{user}-truth.jsonl"
    recorded = DATA / f"{user}-options.json"
    home = Path(json.loads(dovecot.read_text())["mail_root"]) / user
    wanted = json.dumps(options)
    young = truth.exists() and time.time() - truth.stat().st_mtime < TWO_DAYS
    if not (young and home.exists() and recorded.exists() and recorded.read_text() == wanted):
        say(f"building the mailbox {user}")
        subprocess.run([sys.executable, str(SUPPORT / "mailbox.py"), "--dovecot", str(dovecot), "--user", user,
                        "--truth", str(truth), *options], check=True)
        recorded.write_text(wanted)
    lines = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    return Truth(len(lines), sum(line["size"] for line in lines), tuple(sorted({line["folder"] for line in lines})))


def warm(dovecot: dict, user: str) -> None:
    """Reads every file once, so that no run waits for the disk and none has it better than another."""
    for folder, _, files in os.walk(Path(dovecot["mail_root"]) / user):
        for file in files:
            with open(os.path.join(folder, file), "rb", buffering=0) as content:
                while content.read(MIB):
                    pass


def postrider(dovecot: dict, user: str, truth: Truth, tls: bool) -> tuple[float, float]:
    """Seconds from `account start` to live, and the worker's peak of memory in MiB."""
    with Trial(DATA, dovecot, user, "tls" if tls else "none") as trial:
        trial.start("scheduler")
        worker = trial.start("worker")
        began = time.monotonic()
        trial.call("account", "start", trial.account)
        seconds = trial.wait_until_live(600) - began
        status = Path(f"/proc/{worker.pid}/status").read_text()
        stored = int(trial.query("SELECT count(*) FROM message_placements WHERE account_id = :'account'"))
        if stored != truth.messages:
            raise TrialError(f"{stored} messages are stored, of {truth.messages}")
    return seconds, int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def mbsync(dovecot: dict, user: str, truth: Truth, tls: bool) -> float:
    """Seconds that mbsync takes to copy the mailbox into an empty Maildir."""
    target = DATA / "mbsync"
    shutil.rmtree(target, ignore_errors=True)
    (target / "mail").mkdir(parents=True)
    version = subprocess.run(["mbsync", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    security = "TLSType" if tuple(map(int, re.findall(r"\d+", version)[:2])) >= (1, 5) else "SSLType"
    configuration = target / "mbsyncrc"
    # By name, since mbsync knows no certificate for an address.
    configuration.write_text(f"""FSync no
IMAPAccount bench
Host localhost
Port {dovecot["tls_port" if tls else "plain_port"]}
User {user}
Pass {dovecot["password"]}
AuthMechs LOGIN
{security} {"IMAPS" if tls else "None"}
CertificateFile {dovecot["ca_file"]}

IMAPStore far
Account bench

MaildirStore near
Path {target}/mail/
Inbox {target}/mail/INBOX
SubFolders Verbatim

Channel bench
Far :far:
Near :near:
Patterns *
Create Near
Sync Pull
SyncState *
""")
    began = time.monotonic()
    done = subprocess.run(["mbsync", "-qq", "-c", str(configuration), "bench"], stdin=subprocess.DEVNULL, check=False)
    seconds = time.monotonic() - began
    copied = sum(len(files) for folder, _, files in os.walk(target / "mail")
                 if os.path.basename(folder) in ("cur", "new"))
    if done.returncode != 0 or copied != truth.messages:
        raise TrialError(f"mbsync ended with {done.returncode} and {copied} messages of {truth.messages}")
    shutil.rmtree(target)
    return seconds


def bare_fetch(dovecot: dict, user: str, truth: Truth, tls: bool) -> float:
    """Seconds to fetch every message over one connection and drop the bytes."""
    began = time.monotonic()
    connection = socket.create_connection((dovecot["host"], dovecot["tls_port" if tls else "plain_port"]))
    if tls:
        context = ssl.create_default_context(cafile=dovecot["ca_file"])
        connection = context.wrap_socket(connection, server_hostname=dovecot["host"])
    buffer, received = bytearray(MIB), 0

    def command(tag: bytes, text: str) -> int:
        """Sends one command and reads to the end of its reply; the bytes of it."""
        connection.sendall(tag + b" " + text.encode("ascii") + b"\r\n")
        total, tail = 0, b""
        while True:
            count = connection.recv_into(buffer)
            if count == 0:
                raise TrialError("the server closed the connection")
            total += count
            # The tagged line is the last of what has come: its end, and a line end before its tag.
            tail = (tail + bytes(memoryview(buffer)[max(0, count - 512):count]))[-512:]
            last = tail.removesuffix(b"\r\n").rpartition(b"\r\n")[2]
            if tail.endswith(b"\r\n") and last.startswith(tag + b" "):
                if not last.startswith(tag + b" OK"):
                    raise TrialError(f"the server refused {text.split()[0]}: {last!r}")
                return total

    with connection:
        connection.recv_into(buffer)  # The greeting.
        command(b"bare-0", f'LOGIN {user} {dovecot["password"]}')
        for number, folder in enumerate(truth.folders, 1):
            command(b"bare-%d-select" % number, f'EXAMINE "{modified_utf7(folder)}"')
            received += command(b"bare-%d-fetch" % number, "UID FETCH 1:* BODY.PEEK[]")
    if received < truth.size:
        raise TrialError(f"the bare fetch read {received} bytes of {truth.size}")
    return time.monotonic() - began


def measure(dovecot_file: Path, dovecot: dict, tls: bool, runs: int) -> list[Figure]:
    truth = mailbox(dovecot_file, "bench", "--profile", "bench")
    huge = mailbox(dovecot_file, "huge", "--profile", "bench", "--messages", "50", "--bytes", "1000000", "--huge", "100000000")
    for user in ("bench", "huge"):
        warm(dovecot, user)

    walls: dict[str, list[float]] = {"postrider": [], "mbsync": [], "bare fetch": []}
    peaks: list[float] = []
    for run in range(runs + 1):
        seconds, peak = postrider(dovecot, "bench", truth, tls)
        turn = {"postrider": seconds, "mbsync": mbsync(dovecot, "bench", truth, tls),
                "bare fetch": bare_fetch(dovecot, "bench", truth, tls)}
        say(f"{'warm-up' if run == 0 else f'run {run}'}: "
            + ", ".join(f"{name} {value:.2f} s" for name, value in turn.items()) + f", worker's peak {peak:.0f} MiB")
        peaks.append(peak)
        if run > 0:
            for name, value in turn.items():
                walls[name].append(value)
    _, huge_peak = postrider(dovecot, "huge", huge, tls)

    wire, figures = "tls" if tls else "plain", []
    for name, seconds in walls.items():
        median, of = statistics.median(seconds), f"{name.replace(' ', '-')}.{wire}"
        bar = ("at least", 4_000 if tls else 5_000) if name == "postrider" else (None, None)
        figures += [Figure(f"{of}.messages_per_second", truth.messages / median, "messages/s", *bar),
                    Figure(f"{of}.megabytes_per_second", truth.size / median / 1e6, "MB/s")]
    ratio = {peer: statistics.median(a / b for a, b in zip(walls["postrider"], walls[peer]))
             for peer in ("mbsync", "bare fetch")}
    return [*figures,
            Figure(f"postrider.{wire}.wall_to_mbsync", ratio["mbsync"], "x", "at most", 1.0, "mbsync"),
            Figure(f"postrider.{wire}.wall_to_bare_fetch", ratio["bare fetch"], "x", peer="bare fetch"),
            Figure(f"postrider.{wire}.worker_peak", max(peaks), "MiB", "at most", 128),
            Figure(f"postrider.{wire}.worker_peak_100_MB_message", huge_peak, "MiB", "at most", 200)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("at least one run")
    try:
        with servers(DATA) as dovecot:
            figures = measure(DATA / "dovecot.json", dovecot, options.tls, options.runs)
    except TrialError as error:
        say(f"first-sync: {error}")
        return 1
    for figure in figures:
        print(figure.json() if options.json else figure.line())
    return 1 if any(figure.holds is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
