"""A private Dovecot: IMAP on the loopback, plain (with STARTTLS) and TLS, every user with the same password.

All of it runs as one ordinary user, in folders of its own, and nothing of /etc/dovecot is read. 2.3 and 2.4 have
different configuration syntax; the installed version chooses.
"""

import grp
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from . import process
from .certificates import make_certificates
from .process import Process

NAME = "dovecot"
SYSTEM_USER = "dovecot"
PACKAGE = "dovecot-imapd"

PASSWORD = "private-mail-password"
SPECIAL_FOLDERS = ("Sent", "Drafts", "Trash", "Junk", "Archive")

# The longest path of a socket file below base_dir, within the kernel's 107 bytes.
LONGEST_BASE = 107 - len("/srv.stats-reader-1234567890/login")


def start(home: Path, state: dict, durable: bool) -> tuple[Process, dict]:
    """Starts Dovecot with its mail below `home`/mail; `state` is what an earlier start returned."""
    user = process.service_user(SYSTEM_USER)
    executable = process.program("dovecot", PACKAGE)
    mail, log, configuration = home / "mail", home / "log", home / "dovecot.conf"
    for folder in (mail, home / "state"):
        folder.mkdir(mode=0o755, exist_ok=True)
        os.chown(folder, user.pw_uid, user.pw_gid)
    certificates = make_certificates(home / "tls", user)
    base = _base_folder(home, user)
    plain = process.free_port(state.get("plain_port"))
    tls = process.free_port(state.get("tls_port"), taken=frozenset({plain}))

    version = subprocess.check_output([executable, "--version"], text=True)
    newer = tuple(map(int, re.findall(r"\d+", version)[:2])) >= (2, 4)
    configuration.write_text(_configuration(newer, home, base, mail, certificates, user, plain, tls, durable))

    server = process.spawn([executable, "-F", "-c", str(configuration)], log, user)
    process.wait_until_ready("Dovecot", server, log, lambda: _greets(plain))
    # What others need to know of this server; `uid` and `gid` own the mail folders, `configuration` is for doveadm.
    about = {"host": "127.0.0.1", "plain_port": plain, "tls_port": tls, "ca_file": str(certificates.authority),
             "mail_root": str(mail), "password": PASSWORD, "uid": user.pw_uid, "gid": user.pw_gid,
             "configuration": str(configuration)}
    return server, {**about, "base": str(base), "durable": durable}


def stop(server: Process) -> None:
    server.stop(signal.SIGTERM, 15)


def environment(state: dict, folder: Path) -> dict[str, str]:
    """The name of a file that describes the server, since a URL would not hold it all."""
    described = folder / "dovecot.json"
    private = ("base", "durable")
    about = {key: value for key, value in state.items() if key not in private}
    process.write_private(described, json.dumps(about, indent=2) + "\n")
    return {"POSTRIDER_DEMO_DOVECOT" if state["durable"] else "POSTRIDER_TEST_DOVECOT": str(described)}


def _base_folder(home: Path, user) -> Path:
    """Where the socket files live: below `home`, unless that path is too long for one."""
    base = home / "run"
    if len(str(base)) > LONGEST_BASE:
        base = Path(tempfile.gettempdir()) / f"postrider-dovecot-{os.stat(home).st_ino:x}"
    base.mkdir(mode=0o755, exist_ok=True)
    if base.is_symlink() or os.stat(base).st_uid not in (os.geteuid(), user.pw_uid):
        raise process.ServerError(f"{base} belongs to somebody else")
    os.chown(base, user.pw_uid, user.pw_gid)
    return base


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return connection.recv(64).startswith(b"* OK")
    except OSError:
        return False


def _configuration(newer: bool, home: Path, base: Path, mail: Path, certificates, user, plain: int, tls: int,
                   durable: bool) -> str:
    name, group = user.pw_name, grp.getgrgid(user.pw_gid).gr_name
    if newer:
        dialect = f"""
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
ssl_server_cert_file = {certificates.certificate}
ssl_server_key_file = {certificates.key}
passdb static {{
  password = {PASSWORD}
}}
userdb static {{
  fields {{
    uid = {user.pw_uid}
    gid = {user.pw_gid}
    home = {mail}/%{{user}}
  }}
}}
"""
    else:
        dialect = f"""
disable_plaintext_auth = no
mail_plugins = zlib
protocol imap {{
  # COMPRESS; 2.4 has it by itself.
  mail_plugins = zlib imap_zlib
}}
mail_location = maildir:~/Maildir
ssl_cert = <{certificates.certificate}
ssl_key = <{certificates.key}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user.pw_uid} gid={user.pw_gid} home={mail}/%u
}}
"""
    folders = "\n".join(f"  mailbox {folder} {{\n    special_use = \\{folder}\n    auto = create\n  }}"
                        for folder in SPECIAL_FOLDERS)
    return f"""{dialect.strip()}

protocols = imap
listen = 127.0.0.1
base_dir = {base}
state_dir = {home}/state
log_path = {home}/log
ssl = yes
auth_mechanisms = plain login scram-sha-256
auth_failure_delay = {"2 secs" if durable else "0"}
mail_max_userip_connections = 1000
mail_fsync = {"optimized" if durable else "never"}
first_valid_uid = {min(user.pw_uid, 500)}
first_valid_gid = {min(user.pw_gid, 1)}
default_internal_user = {name}
default_internal_group = {group}
default_login_user = {name}
default_vsz_limit = 1G
default_client_limit = 8000
login_greeting = A private server of Postrider's.

namespace inbox {{
  inbox = yes
  separator = /
{folders}
}}

service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
  # One process serves every sign-in.
  service_count = 0
}}
service imap {{
  # A process serves one connection, and benches have thousands.
  process_limit = 5000
}}
service anvil {{
  chroot =
  # No delay that grows with failed sign-ins: tests fail them on purpose.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
