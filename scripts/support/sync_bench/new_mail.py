"""New mail, from the server's own EXISTS to the row, beside a bare IDLE client that hears of the same deliveries."""

import random
import time
from pathlib import Path

from figure import Figure
from random_sync.client import MailClient
from trial import Trial

from .watching import BareIdle, Rows, WatchedProxy, percentile

DELIVERIES = 200


def measure(data: Path, dovecot: dict, say) -> list[Figure]:
    """Latencies in milliseconds. What counts is from the EXISTS on the listener's connection, as it passes a proxy."""
    user = f"newmail{time.time_ns():x}"
    server = f"{dovecot['host']}:{dovecot['plain_port']}"
    client = MailClient(server, user, dovecot["password"])
    chance = random.Random(1)
    with WatchedProxy(server) as proxy, Trial(data, dovecot, None) as trial:
        trial.account = trial.connect(user, proxy.address, dovecot["password"])
        for role in ("scheduler", "worker", "listener"):
            trial.start(role)
        trial.call("account", "start", trial.account)
        trial.wait_until_live(60)
        rows = Rows(trial.database_url)
        rows.when(f"SELECT home IS NOT NULL FROM account_dispatch WHERE account_id = '{trial.account}'", 30)
        bare = BareIdle(dovecot["host"], dovecot["plain_port"], user, dovecot["password"])
        own, whole, heard = [], [], []
        # The first ones only warm what is cold.
        for number in range(1, DELIVERIES + 11):
            time.sleep(chance.uniform(0.02, 0.12))
            message_id = f"d{number}@bench.example"
            raw = (f"From: bea@example.com\r\nTo: ann@example.org\r\nSubject: Delivery {number}\r\n"
                   f"Message-ID: <{message_id}>\r\n\r\n" + "words and more\r\n" * 100).encode()
            client.append("INBOX", raw, 0, "")
            delivered = time.monotonic()
            there = rows.when(f"SELECT EXISTS (SELECT FROM messages WHERE account_id = '{trial.account}' "
                              f"AND header_message_id IN ('{message_id}', '<{message_id}>'))", 30)
            deadline = time.monotonic() + 5
            while number not in bare.heard and time.monotonic() < deadline:
                time.sleep(0.002)
            if number > 10:
                own.append((there - proxy.exists[number]) * 1_000)
                whole.append((there - delivered) * 1_000)
                heard.append((bare.heard[number] - delivered) * 1_000)
        bare.close()
        rows.close()
    client.close()
    say(f"new mail: {DELIVERIES} deliveries, at the row {percentile(own, 0.5):.1f} ms after EXISTS, at worst {max(own):.0f} ms")
    return [Figure("new_mail.exists_to_row.p50", percentile(own, 0.5), "ms", "at most", 20),
            Figure("new_mail.exists_to_row.p95", percentile(own, 0.95), "ms", "at most", 60),
            Figure("new_mail.append_to_row.p50", percentile(whole, 0.5), "ms", peer="bare IDLE"),
            Figure("new_mail.append_to_row.p95", percentile(whole, 0.95), "ms", peer="bare IDLE"),
            Figure("bare_idle.append_to_exists.p50", percentile(heard, 0.5), "ms"),
            Figure("bare_idle.append_to_exists.p95", percentile(heard, 0.95), "ms")]
