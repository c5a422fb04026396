#!/usr/bin/env python3
"""The job queue: throughput beside Sidekiq, latency, fairness, recovery, and a million accounts.

    scripts/bench queue [--json] [--runs N] [--kills N] [--flushes N] [--million-minutes M]

Private Redis and PostgreSQL. Jobs that do nothing are put in and worked off, by Postrider and by Sidekiq in turns; medians
of N runs (3). Then the time from an enqueue to the job's start on an idle worker; what another organization's single job
waits while one has 100,000; from `kill -9` of a worker to its job's next start, with the lease of the default settings; from
FLUSHALL under load to the last of all due accounts and actions having run; and a worker that is stopped beyond its lease and
goes on. With --million-minutes a million accounts are visited every 5 minutes for that long: how late the dispatch is, and
how large the table and its indexes become. --json prints one object a figure. Ends with 1 when a bar does not hold.
"""

import argparse
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from figure import Figure
from trial import ROOT, TrialError, servers

DATA = ROOT / ".postrider" / "bench-queue"
BENCH = os.environ.get("QUEUE_BENCH", str(ROOT / ".build/release/QueueBench"))
POSTRIDER = os.environ.get("POSTRIDER", str(ROOT / ".build/release/postrider"))
PEER = Path(__file__).parent / "queue-peer" / "noop.rb"
JOBS = 200_000
SIDEKIQ_JOBS = 30_000


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def redis(*arguments: str) -> str:
    port = os.environ["POSTRIDER_TEST_REDIS_URL"].rsplit(":", 1)[1]
    return subprocess.run(["redis-cli", "-p", port, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def bench(*arguments: str) -> dict[str, float]:
    """One measurement by the program that holds the queue."""
    done = subprocess.run([BENCH, *arguments, "--redis", os.environ["POSTRIDER_TEST_REDIS_URL"]], stdout=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode != 0:
        raise TrialError(f"the measurement {' '.join(arguments)} ended with {done.returncode}")
    return json.loads(done.stdout)


def sidekiq() -> dict[str, float]:
    """Jobs a second that Sidekiq takes in, in bulk, and works off in one process."""
    redis("FLUSHALL")
    environment = {**os.environ, "REDIS_URL": os.environ["POSTRIDER_TEST_REDIS_URL"]}
    with open(DATA / "sidekiq.log", "ab") as log:
        seconds = float(subprocess.run(["ruby", str(PEER), str(SIDEKIQ_JOBS)], check=True, stdout=subprocess.PIPE,
                                       stderr=log, text=True, env=environment).stdout)
        process = subprocess.Popen(["sidekiq", "-c", "25", "-r", str(PEER)], stdout=log, stderr=log, env=environment,
                                   cwd=DATA)
    try:
        # Its start doesn't count: from the first thousand jobs to the last.
        deadline, first = time.monotonic() + 120, None
        while True:
            left = int(redis("LLEN", "queue:default"))
            now = time.monotonic()
            if first is None and left < SIDEKIQ_JOBS - 1_000:
                first = (now, left)
            if left == 0:
                break
            if now > deadline or process.poll() is not None:
                raise TrialError(f"Sidekiq did not work its jobs off; see {DATA / 'sidekiq.log'}")
            time.sleep(0.02)
        worked = first[1] / (now - first[0])
    finally:
        process.terminate()
        process.wait()
    return {"bulk": SIDEKIQ_JOBS / seconds, "worked": worked}


def throughput(runs: int) -> list[Figure]:
    found: dict[str, list[float]] = {}
    for number in range(runs + 1):
        say(f"throughput, {'warm-up' if number == 0 else f'run {number} of {runs}'}")
        peer, drain, single = sidekiq(), bench("drain", "--jobs", str(JOBS)), bench("enqueue", "--jobs", str(JOBS))
        if number == 0:
            continue
        for name, value in {"sidekiq": peer["worked"], "sidekiq bulk": peer["bulk"], **drain, **single}.items():
            found.setdefault(name, []).append(value)
    middle = {name: statistics.median(values) for name, values in found.items()}
    ratio = statistics.median(ours / theirs for ours, theirs in zip(found["drain_per_second"], found["sidekiq"]))
    return [
        Figure("queue.noop.postrider", middle["drain_per_second"], "jobs/s"),
        Figure("queue.noop.sidekiq", middle["sidekiq"], "jobs/s", peer="sidekiq"),
        Figure("queue.noop.ratio_to_sidekiq", ratio, "times", "at least", 5, "sidekiq"),
        Figure("queue.bulk_enqueue.postrider", middle["bulk_enqueue_per_second"], "jobs/s", "at least", 100_000),
        Figure("queue.bulk_enqueue.sidekiq", middle["sidekiq bulk"], "jobs/s", peer="sidekiq"),
        Figure("queue.single_enqueue.64_tasks", middle["single_enqueue_per_second"], "jobs/s", "at least", 30_000),
    ]


def latency_and_fairness() -> list[Figure]:
    say("from enqueue to start")
    start = bench("latency")
    say("one organization with 100,000 jobs")
    fair = bench("fairness")
    return [
        Figure("queue.start.p50", start["start_p50_ms"], "ms", "at most", 1),
        Figure("queue.start.p99", start["start_p99_ms"], "ms", "at most", 5),
        Figure("queue.fairness.single_job_worst_of_50", fair["fair_wait_max_ms"], "ms", "at most", 1_000),
    ]


class Server:
    """A worker process of the bench program; its lines as they come."""

    def __init__(self, *arguments: str):
        self.process = subprocess.Popen([BENCH, "serve", "--redis", os.environ["POSTRIDER_TEST_REDIS_URL"], *arguments],
                                        stdout=subprocess.PIPE, text=True)

    def wait_for(self, word: str) -> tuple[float, str]:
        """When the next line with `word` first came, and what else it says."""
        for line in self.process.stdout:
            if line.startswith(word + " "):
                return time.monotonic(), line.split(" ", 1)[1].strip()
        raise TrialError(f"a worker of the bench ended before it said {word}")

    def end(self, kind: int = signal.SIGKILL) -> None:
        if self.process.poll() is None:
            self.process.send_signal(kind)
        self.process.wait()


def recovery(kills: int, chance: random.Random) -> list[Figure]:
    """From SIGKILL of a worker to the next start of its job."""
    waits = []
    for number in range(1, kills + 1):
        first = Server("--fresh", "1", "--concurrency", "1")
        first.wait_for("start")
        second = Server("--concurrency", "1")
        # Anywhere between two heartbeats.
        time.sleep(chance.uniform(0.2, 3.2))
        first.process.kill()
        killed = time.monotonic()
        seen, _ = second.wait_for("start")
        waits.append(seen - killed)
        say(f"kill {number} of {kills}: running again after {waits[-1]:.2f} s")
        first.end()
        second.end()
    return [Figure(f"queue.kill.running_again.worst_of_{kills}", max(waits), "s", "at most", 15)]


def late_finish() -> list[Figure]:
    """A worker stopped beyond its lease comes back: its finish must be refused and counted."""
    first = Server("--fresh", "1", "--concurrency", "1", "--hold", "12000")
    first.wait_for("start")
    first.process.send_signal(signal.SIGSTOP)
    second = Server("--concurrency", "1", "--hold", "100")
    second.wait_for("end")
    first.process.send_signal(signal.SIGCONT)
    first.wait_for("end")
    time.sleep(0.5)
    left = bench("stale")["stale"]
    running_again = redis("HLEN", "postrider:{bench}:jobs")
    first.end()
    second.end()
    # What the stopped one hands in is refused, or it knows by its own clock that the lease is over and hands nothing in.
    say(f"after SIGCONT: {left:.0f} finishes refused by Redis, {running_again} jobs left")
    return [Figure("queue.stopped_worker.jobs_left_or_doubled", float(running_again), "jobs", "at most", 0)]


class Installation:
    """A migrated database with accounts that never change, the real scheduler, and workers that find nothing to do."""

    def __init__(self, accounts: int, interval: int, concurrency: int = 400):
        self.accounts = accounts
        administrative = os.environ["POSTRIDER_TEST_DATABASE_URL"]
        self.database = administrative.rsplit("/", 1)[0] + "/queue_bench"
        for statement in ("DROP DATABASE IF EXISTS queue_bench WITH (FORCE)", "CREATE DATABASE queue_bench"):
            subprocess.run(["psql", "-XAtq", "-d", administrative, "-c", statement], check=True, stderr=subprocess.DEVNULL)
        redis("FLUSHALL")
        self.environment = {**os.environ, "POSTRIDER_DATABASE_URL": self.database, "POSTRIDER_LOG_LEVEL": "notice",
                            "POSTRIDER_REDIS_URL": os.environ["POSTRIDER_TEST_REDIS_URL"]}
        subprocess.run([POSTRIDER, "migrate"], check=True, env=self.environment, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        say(f"making {accounts:,} accounts")
        # Due at all places of their interval, as they are in an installation that has run for a while.
        self.query(f"""
            INSERT INTO organizations (id, name, plan)
                SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'o' || n, 'gold' FROM generate_series(1, 100) n;
            INSERT INTO users (organization_id, id, email, name, role)
                SELECT id, id, 'a@' || name || '.example', name, 'admin' FROM organizations;
            INSERT INTO accounts (organization_id, id, owner_id, address, state, auth_kind, username, imap_host, imap_port,
                                  imap_security, started_at, interval_seconds, first_sync_completed_at)
                SELECT o.id, ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, o.id, n || '@example.org', 'live',
                       'password', 'u', 'imap.example.org', 993, 'tls', now(), {interval}, now()
                  FROM generate_series(1, {accounts}) n
                  JOIN organizations o ON o.id = ('00000000-0000-7000-8000-' || lpad(to_hex(n % 100 + 1), 12, '0'))::uuid;
            INSERT INTO account_dispatch (organization_id, account_id, next_due_at)
                SELECT organization_id, id, now() + random() * interval '{interval} s' FROM accounts;""")
        self.query("VACUUM ANALYZE account_dispatch")
        self.log = open(DATA / "installation.log", "ab")  # pylint: disable=consider-using-with
        visits = [BENCH, "visits", "--redis", os.environ["POSTRIDER_TEST_REDIS_URL"], "--database", self.database,
                  "--interval", str(interval), "--concurrency", str(concurrency)]
        self.processes = [
            subprocess.Popen([POSTRIDER, "scheduler"], env=self.environment, stdout=self.log, stderr=self.log),
            subprocess.Popen(visits, env=self.environment, stdout=self.log, stderr=self.log),
        ]

    def query(self, sql: str) -> str:
        return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.database, "-c", sql], check=True,
                              stdout=subprocess.PIPE, text=True).stdout.strip()

    def __enter__(self) -> "Installation":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()


def flushes(count: int, chance: random.Random) -> list[Figure]:
    """From FLUSHALL under load until every account has been visited again, and every action that was open is done."""
    waits, lost = [], 0
    with Installation(3_000, interval=5) as installation:
        deadline = time.monotonic() + 60
        while int(installation.query("SELECT count(*) FROM account_dispatch WHERE visited_at IS NULL")) > 0:
            if time.monotonic() > deadline:
                raise TrialError(f"not every account was visited; see {installation.log.name}")
            time.sleep(0.2)
        for number in range(1, count + 1):
            time.sleep(chance.uniform(0.5, 3))
            # Some actions have their wake-ups in the outbox, some in Redis, when it loses everything.
            installation.query(f"""
                INSERT INTO actions (organization_id, account_id, id, kind, state, origin)
                    SELECT organization_id, id, gen_random_uuid(), 'reply{number}', 'pending', 'user' FROM accounts
                     ORDER BY random() LIMIT 200;
                INSERT INTO outbox (organization_id, queue, kind, resource, priority)
                    SELECT organization_id, 'actions', 'action', 'write:' || account_id, 0 FROM actions WHERE state = 'pending'""")
            time.sleep(chance.uniform(0, 0.15))
            moment = installation.query("SELECT clock_timestamp()")
            redis("FLUSHALL")
            began = time.monotonic()
            while True:
                left = installation.query(
                    f"SELECT (SELECT count(*) FROM account_dispatch WHERE visited_at <= '{moment}'), "
                    "(SELECT count(*) FROM actions WHERE state <> 'done')")
                if left == "0|0":
                    break
                if time.monotonic() - began > 60:
                    lost += sum(map(int, left.split("|")))
                    break
                time.sleep(0.1)
            waits.append(time.monotonic() - began)
            say(f"flush {number} of {count}: all ran again after {waits[-1]:.2f} s")
    return [
        Figure(f"queue.flush.all_ran_again.worst_of_{count}", max(waits), "s", "at most", 30),
        Figure("queue.flush.lost", float(lost), "of 3,000 and 200", "at most", 0),
    ]


def million(minutes: float) -> list[Figure]:
    """A million accounts, each every 5 minutes, for some minutes."""
    sizes = """SELECT pg_relation_size('account_dispatch') / 1048576.0,
                      (SELECT sum(pg_relation_size(indexrelid)) / 1048576.0 FROM pg_index
                        WHERE indrelid = 'account_dispatch'::regclass)"""
    with Installation(1_000_000, interval=300) as installation:
        installation.query("ALTER SYSTEM SET autovacuum_naptime = '15s'")
        installation.query("SELECT pg_reload_conf()")
        began, lags, seen = time.monotonic(), [], []
        before = installation.query("SELECT count(*) FROM account_dispatch WHERE visited_at IS NOT NULL")
        cpu = [process_seconds(process.pid) for process in installation.processes]
        next_size = 0.0
        while (passed := time.monotonic() - began) < minutes * 60:
            lag = installation.query("""SELECT coalesce(max(extract(epoch FROM clock_timestamp() - next_due_at)), 0) FROM (
                SELECT next_due_at FROM account_dispatch WHERE dispatched_until IS NULL AND next_due_at IS NOT NULL
                 ORDER BY next_due_at LIMIT 1) first WHERE next_due_at <= clock_timestamp()""")
            if passed > 10:
                lags.append(float(lag))
            if passed >= next_size:
                table, indexes = installation.query(sizes).split("|")
                seen.append((passed / 60, float(table), float(indexes)))
                say(f"{passed / 60:5.1f} min: table {float(table):.0f} MiB, indexes {float(indexes):.0f} MiB, "
                    f"worst lag so far {max(lags, default=0):.2f} s")
                next_size += 60
            time.sleep(0.5)
        took = time.monotonic() - began
        visited = int(installation.query(f"SELECT count(*) FROM account_dispatch WHERE visited_at > now() - interval '{took} s'"))
        overdue = int(installation.query(
            "SELECT count(*) FROM account_dispatch WHERE next_due_at < clock_timestamp() - interval '5 s'"))
        spent = [process_seconds(p.pid) - c for p, c in zip(installation.processes, cpu)]
        installation.query("ALTER SYSTEM RESET autovacuum_naptime")
        say(f"{visited:,} accounts visited (first visits {before}); {overdue} are overdue by 5 s; scheduler {spent[0]:.0f} s of "
            f"CPU, worker {spent[1]:.0f} s")
    lags.sort()
    half = [size for size in seen if size[0] >= minutes / 2] or seen[-1:]
    growth = (half[-1][1] + half[-1][2]) / (half[0][1] + half[0][2])
    return [
        Figure("queue.million.visits", visited / min(took, 300), "accounts/s", "at least", 3_334 * 0.97),
        Figure("queue.million.dispatch_lag.p99", lags[len(lags) * 99 // 100], "s", "at most", 1),
        Figure("queue.million.table_and_indexes", half[-1][1] + half[-1][2], "MiB"),
        Figure("queue.million.growth_in_second_half", growth, "times", "at most", 1.05),
    ]


def process_seconds(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = re.sub(r"^.*\) ", "", Path(f"/proc/{pid}/stat").read_text()).split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one object a figure")
    parser.add_argument("--runs", type=int, default=3, help="of the throughput, after a warm-up")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--flushes", type=int, default=20)
    parser.add_argument("--million-minutes", type=float, default=0, help="20 shows that bloat levels out")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(f"queue {options.seed}")
    figures: list[Figure] = []
    try:
        with servers(DATA):
            if options.runs:
                figures += throughput(options.runs) + latency_and_fairness()
            if options.kills:
                figures += recovery(options.kills, chance) + late_finish()
            if options.flushes:
                figures += flushes(options.flushes, chance)
            if options.million_minutes:
                figures += million(options.million_minutes)
    except TrialError as error:
        print(f"bench queue: {error}", file=sys.stderr)
        return 1
    for figure in figures:
        print(figure.json() if options.json else figure.line())
    return 1 if any(figure.holds is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
