/// Every metric that a Postrider process may tell. What is not written here is not measured: alerts and dashboards are
/// checked against it.
package enum PostriderMetrics {
    // MARK: The queue

    package static let jobsEnqueued = MetricDefinition(
        "postrider_jobs_enqueued_total", .counter, unit: "jobs",
        help: "Jobs that were put into the queue, without requests that joined a waiting job.")
    package static let jobsFinished = MetricDefinition(
        "postrider_jobs_finished_total", .counter, unit: "jobs", labels: ["outcome"],
        help: "Runs of jobs that ended, by outcome: done, again, retry, released, throttled, cancelled, crashed, dead.")
    package static let jobDuration = MetricDefinition(
        "postrider_job_duration_seconds", .histogram(bounds: MetricBuckets.seconds), unit: "seconds",
        help: "From a job's claim to the end of its run.")
    package static let jobWait = MetricDefinition(
        "postrider_job_wait_seconds", .histogram(bounds: MetricBuckets.seconds), unit: "seconds",
        help: "From the time at which a job was due to its claim.")
    package static let queueDepth = MetricDefinition(
        "postrider_queue_depth", .gauge, unit: "jobs", labels: ["state"],
        help: "Jobs in the queue, by state: ready, delayed, active, parked, dead.")
    package static let queueOldestReady = MetricDefinition(
        "postrider_queue_oldest_ready_seconds", .gauge, unit: "seconds",
        help: "Age of the job that has been ready longest; 0 where none is. The signal to scale on.")
    package static let jobsRescued = MetricDefinition(
        "postrider_jobs_rescued_total", .counter, unit: "jobs", labels: ["reason"],
        help: "Jobs that the reaper took back from workers that are gone, by reason.")
    package static let staleFinishRejected = MetricDefinition(
        "postrider_stale_finish_rejected_total", .counter, unit: "jobs",
        help: "Finishes that were refused because another run holds the job by now.")
    package static let workers = MetricDefinition(
        "postrider_workers", .gauge, unit: "workers", labels: ["state"],
        help: "Workers with a recent heartbeat, by state: active, quiet, draining.")
    package static let workerBusyRatio = MetricDefinition(
        "postrider_worker_busy_ratio", .gauge, unit: "ratio",
        help: "Jobs that this worker runs, as a share of those that it may run at once.")
    package static let throttled = MetricDefinition(
        "postrider_throttled_total", .counter, unit: "throttles", labels: ["host"],
        help: "Times that a provider asked for less, by configured provider or other.")
    package static let redisRebuilds = MetricDefinition(
        "postrider_redis_rebuilds_total", .counter, unit: "rebuilds",
        help: "Times that the queue was rebuilt from PostgreSQL under a new epoch.")
    package static let drainTimeouts = MetricDefinition(
        "postrider_drain_timeouts_total", .counter, unit: "drains",
        help: "Stops at which jobs had to be given back while they still ran.")
    package static let redisMemoryUsed = MetricDefinition(
        "postrider_redis_memory_used_bytes", .gauge, unit: "bytes",
        help: "Memory that Redis uses for data.")
    package static let redisMemoryLimit = MetricDefinition(
        "postrider_redis_memory_limit_bytes", .gauge, unit: "bytes",
        help: "Redis' maxmemory; 0 where it has no limit.")
    package static let redisNoEviction = MetricDefinition(
        "postrider_redis_noeviction", .gauge, unit: "truth",
        help: "1 where Redis refuses writes at its limit, 0 where it would throw jobs away.")

    // MARK: The scheduler

    package static let schedulerLag = MetricDefinition(
        "postrider_scheduler_lag_seconds", .gauge, unit: "seconds",
        help: "For how long the account that waits longest has been due without a job; 0 where none waits.")
    package static let schedulerLeader = MetricDefinition(
        "postrider_scheduler_leader", .gauge, unit: "truth",
        help: "1 where this process is the scheduler that leads.")
    package static let missedTicks = MetricDefinition(
        "postrider_schedule_missed_ticks_total", .counter, unit: "ticks",
        help: "Ticks of schedules that passed without a job.")
    package static let outboxLag = MetricDefinition(
        "postrider_outbox_lag_seconds", .gauge, unit: "seconds",
        help: "Age of the oldest outbox row that Redis has not accepted; 0 where there is none.")

    // MARK: Mail

    package static let messagesSynced = MetricDefinition(
        "postrider_messages_synced_total", .counter, unit: "messages",
        help: "Messages that were stored.")
    package static let syncDuration = MetricDefinition(
        "postrider_sync_duration_seconds", .histogram(bounds: MetricBuckets.seconds), unit: "seconds",
        labels: ["phase"],
        help: "Phases of visits, successful or not: sign_in, folders, then index and pull (first sync) or poll.")
    package static let accountFreshness = MetricDefinition(
        "postrider_account_freshness_seconds", .gauge, unit: "seconds",
        help: "Seconds since the last complete visit of the live account whose visit is longest ago.")
    package static let accounts = MetricDefinition(
        "postrider_accounts", .gauge, unit: "accounts", labels: ["state"],
        help: "Accounts, by state.")
    package static let accountsStale = MetricDefinition(
        "postrider_accounts_stale", .gauge, unit: "accounts",
        help: "Live accounts whose last complete visit is longer ago than twice their interval.")
    package static let imapConnections = MetricDefinition(
        "postrider_imap_connections", .gauge, unit: "connections", labels: ["state"],
        help: "Open IMAP connections of this process, by state: connecting, greeted, signed_in.")
    package static let listenerHomes = MetricDefinition(
        "postrider_listener_homes", .gauge, unit: "accounts", labels: ["state"],
        help: "Accounts with push that this listener is the home of: taken, and of those the connected.")
    package static let actions = MetricDefinition(
        "postrider_actions_total", .counter, unit: "actions", labels: ["kind", "state"],
        help: "Actions in mailboxes that reached a state, by kind.")

    // MARK: The process and its metrics; names without prefix are those that every exporter uses

    package static let buildInfo = MetricDefinition(
        "postrider_build_info", .gauge, unit: "truth", labels: ["version"],
        help: "Always 1; the label says which Postrider this is.")
    package static let seriesDropped = MetricDefinition(
        "postrider_metrics_series_dropped_total", .counter, unit: "series", labels: ["reason"],
        help: "Series that were refused, by reason: limit (too many of one metric), labels, kind.")
    package static let collectorFailures = MetricDefinition(
        "postrider_metrics_collector_failures_total", .counter, unit: "scrapes", labels: ["collector"],
        help: "Scrapes that went without a collector's numbers because it failed or took too long.")
    package static let processCPU = MetricDefinition(
        "process_cpu_seconds_total", .counter, unit: "seconds", help: "CPU time of the process, user and system.")
    package static let processMemory = MetricDefinition(
        "process_resident_memory_bytes", .gauge, unit: "bytes", help: "Resident memory of the process.")
    package static let processFiles = MetricDefinition(
        "process_open_fds", .gauge, unit: "files", help: "Open file descriptors of the process.")
    package static let processFileLimit = MetricDefinition(
        "process_max_fds", .gauge, unit: "files", help: "File descriptors that the process may have open.")
    package static let processStart = MetricDefinition(
        "process_start_time_seconds", .gauge, unit: "seconds",
        help: "When the process began, in seconds since the epoch.")

    package static let all: [MetricDefinition] = [
        jobsEnqueued, jobsFinished, jobDuration, jobWait, queueDepth, queueOldestReady, jobsRescued,
        staleFinishRejected, workers, workerBusyRatio, throttled, redisRebuilds, drainTimeouts, redisMemoryUsed,
        redisMemoryLimit, redisNoEviction, schedulerLag, schedulerLeader, missedTicks, outboxLag, messagesSynced,
        syncDuration, accountFreshness, accounts, accountsStale, imapConnections, listenerHomes, actions, buildInfo,
        seriesDropped,
        collectorFailures, processCPU, processMemory, processFiles, processFileLimit, processStart,
    ]
}
