"""What the roles tell of themselves at /metrics while they work: each metric of the queue, with values that can be."""

import unittest

from fleet import free_port, metrics
from installation import Installation, wait_until
from mail import DovecotMailbox, compose, scripted
from scripted_imap import PASSWORD, ScriptedServer

# Of each: the series that must be told from the start, with or without work.
SCHEDULER = [
    "postrider_jobs_enqueued_total", *(f'postrider_queue_depth{{state="{state}"}}' for state in
                                       ("ready", "delayed", "active", "parked", "dead")),
    "postrider_queue_oldest_ready_seconds", 'postrider_jobs_rescued_total{reason="expired"}',
    'postrider_jobs_rescued_total{reason="orphaned"}', "postrider_stale_finish_rejected_total",
    *(f'postrider_workers{{state="{state}"}}' for state in ("active", "quiet", "draining")),
    "postrider_scheduler_lag_seconds", "postrider_scheduler_leader", "postrider_schedule_missed_ticks_total",
    "postrider_outbox_lag_seconds", "postrider_redis_rebuilds_total", "postrider_redis_memory_used_bytes",
    "postrider_redis_memory_limit_bytes", "postrider_redis_noeviction", "postrider_account_freshness_seconds",
    *(f'postrider_accounts{{state="{state}"}}' for state in
      ("connected", "initial_sync", "live", "paused", "unreachable", "needs_reauthentication", "suspended")),
    "postrider_accounts_stale",
]
WORKER = [
    *(f'postrider_jobs_finished_total{{outcome="{outcome}"}}' for outcome in
      ("done", "again", "retry", "released", "throttled", "cancelled", "crashed", "dead")),
    "postrider_job_duration_seconds_count", "postrider_job_wait_seconds_count", "postrider_worker_busy_ratio",
    'postrider_throttled_total{host="other"}', "postrider_drain_timeouts_total", "postrider_messages_synced_total",
    'postrider_imap_connections{state="signed_in"}',
]


class MetricsTests(unittest.TestCase):

    def test_under_load(self) -> None:
        """Every metric of the queue is told by the role that knows it, and says what has happened."""
        # given
        with Installation() as installation:
            ports = {}
            for role in ("scheduler", "worker"):
                ports[role] = free_port()
                installation.set(POSTRIDER_METRICS_BIND=f"127.0.0.1:{ports[role]}")
                installation.start(role)
            installation.set(POSTRIDER_METRICS_BIND=None)

            def told(role: str) -> dict[str, float]:
                try:
                    return metrics(ports[role])
                except OSError:
                    return {}
            # what the queue tells needs an epoch, which the leader gives it
            wait_until(lambda: told("scheduler").get("postrider_redis_rebuilds_total") == 1, "a leader")
            wait_until(lambda: "postrider_jobs_enqueued_total" in told("scheduler") and told("worker"), "both roles")
            # then, before there is any work
            for role, names in (("scheduler", SCHEDULER), ("worker", WORKER)):
                self.assertEqual([name for name in names if name not in told(role)], [], role)
            self.assertEqual(told("scheduler")["postrider_redis_rebuilds_total"], 1)
            self.assertEqual(told("scheduler")["postrider_redis_noeviction"], 1)
            self.assertGreater(told("scheduler")["postrider_redis_memory_used_bytes"], 1 << 20)
            # Looked at before the epoch was there, the queue could not be read; from here on it can.
            def failures() -> dict[str, float]:
                return {name: value for name, value in {**told("scheduler"), **told("worker")}.items()
                        if "dropped" in name and value or "collector_failures" in name and value}
            before = failures()
            # when one account is synced, and a second one is in the middle of it, and a third waits in a queue
            for _ in range(2):
                mailbox = DovecotMailbox()
                self.addCleanup(mailbox.close)
                mailbox.append(compose("One"))
                installation.sync_first(installation.connect(mailbox.user, owner=installation.user()))
            with ScriptedServer(scripted(*[compose(f"Number {n}") for n in range(400)]), pause=0.1) as server:
                slow = installation.connect("ann", server.address, PASSWORD, owner=installation.user())
                installation.call("account", "start", slow)
                wait_until(lambda: told("worker")["postrider_worker_busy_ratio"] == 0.25, "one job of four")
                wait_until(lambda: told("scheduler")['postrider_queue_depth{state="active"}'] == 1, "an active job")
                self.assertEqual(told("scheduler")['postrider_workers{state="active"}'], 1)
                wait_until(lambda: told("worker")['postrider_imap_connections{state="signed_in"}'] >= 1, "a connection")
                installation.call("queue", "pause", "sync")
                with DovecotMailbox() as mailbox:
                    waiting = installation.connect(mailbox.user, owner=installation.user())
                    installation.call("account", "start", waiting)
                    wait_until(lambda: told("scheduler")['postrider_queue_depth{state="ready"}'] == 1, "a job that waits")
                    wait_until(lambda: told("scheduler")["postrider_queue_oldest_ready_seconds"] > 0.5, "its age")
                    self.assertLess(told("scheduler")["postrider_queue_oldest_ready_seconds"], 20)
                    installation.call("queue", "resume", "sync")
                    installation.wait_for_state(waiting, "live")
                # when a job dies and the worker is quiet
                installation.query(
                    "INSERT INTO dead_letters (organization_id, id, queue, kind, resource, gates, priority, error_code, "
                    "error_text, attempts, first_failed_at, died_at) SELECT organization_id, gen_random_uuid(), 'sync', 'sync', "
                    f"'read:' || id, '{{}}', 2, 'broken', 'It was', 12, now(), now() FROM accounts WHERE id = '{waiting}'")
                installation.call("workers", "quiet", "--all")
                wait_until(lambda: told("scheduler")['postrider_workers{state="quiet"}'] == 1, "a quiet worker")
                self.assertEqual(told("scheduler")['postrider_queue_depth{state="dead"}'], 1)
            # then, of what is over
            worker = told("worker")
            done = worker['postrider_jobs_finished_total{outcome="done"}']
            self.assertGreaterEqual(done, 3)
            for name in ("postrider_job_duration_seconds", "postrider_job_wait_seconds"):
                self.assertGreaterEqual(worker[f"{name}_count"], done)
                self.assertGreater(worker[f"{name}_sum"], 0)
                # one waited in a paused queue; none for long
                self.assertLess(worker[f"{name}_sum"], 60)
            self.assertGreaterEqual(worker["postrider_messages_synced_total"], 2)
            self.assertEqual(worker["postrider_drain_timeouts_total"], 0)
            scheduler = told("scheduler")
            self.assertGreaterEqual(scheduler["postrider_jobs_enqueued_total"], 4)
            self.assertEqual(scheduler["postrider_redis_rebuilds_total"], 1)
            self.assertEqual(scheduler["postrider_accounts_stale"], 0)
            # what is read of all accounts is up to 15 s old
            wait_until(lambda: told("scheduler")['postrider_accounts{state="live"}'] == 3, "the live accounts", 20)
            self.assertLess(told("scheduler")["postrider_account_freshness_seconds"], 60)
            self.assertEqual(failures(), before)


if __name__ == "__main__":
    unittest.main()
