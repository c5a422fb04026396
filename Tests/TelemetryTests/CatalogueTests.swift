import Foundation
import MetricNames
import Testing

@Suite("The catalogue of metrics")
struct CatalogueTests {
    /// What an operator was promised.
    private static let promised = [
        "postrider_jobs_enqueued_total", "postrider_jobs_finished_total{outcome}", "postrider_job_duration_seconds",
        "postrider_job_wait_seconds", "postrider_queue_depth{state}", "postrider_queue_oldest_ready_seconds",
        "postrider_jobs_rescued_total{reason}", "postrider_stale_finish_rejected_total", "postrider_workers{state}",
        "postrider_worker_busy_ratio", "postrider_scheduler_lag_seconds", "postrider_schedule_missed_ticks_total",
        "postrider_outbox_lag_seconds", "postrider_redis_rebuilds_total", "postrider_throttled_total{host}",
        "postrider_messages_synced_total", "postrider_sync_duration_seconds{phase}",
        "postrider_account_freshness_seconds", "postrider_accounts{state}", "postrider_imap_connections{state}",
        "postrider_actions_total{kind,state}",
    ]

    @Test("every metric that was promised stands in it, with its labels", arguments: promised)
    func isThere(promise: String) {
        let shown = PostriderMetrics.all.map {
            $0.labels.isEmpty ? $0.name : "\($0.name){\($0.labels.joined(separator: ","))}"
        }
        #expect(shown.contains(promise))
    }

    @Test("each definition has a name of its own, legal and with the suffix of its kind, a unit and a help")
    func definitions() {
        #expect(Set(PostriderMetrics.all.map(\.name)).count == PostriderMetrics.all.count)
        for metric in PostriderMetrics.all {
            #expect(metric.name.wholeMatch(of: /(postrider|process)_[a-z0-9_]*[a-z0-9]/) != nil, "\(metric.name)")
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            if metric.unit == "seconds" || metric.unit == "bytes" {
                #expect(metric.name.contains("_\(metric.unit)"), "\(metric.name)")
            }
            if case .histogram(let bounds) = metric.kind {
                #expect(bounds == Array(Set(bounds)).sorted() && !bounds.isEmpty, "\(metric.name)")
            }
            #expect(!metric.unit.isEmpty)
            #expect(metric.help.hasSuffix(".") && metric.help.count > 15, "\(metric.name)")
        }
    }

    @Test("no label names an account, a person or a message")
    func labels() {
        let labels = Set(PostriderMetrics.all.flatMap(\.labels))
        #expect(labels == ["outcome", "state", "reason", "host", "phase", "kind", "version", "collector"])
    }

    @Test("a host that is not a configured provider is told as other")
    func hosts() {
        let hosts = HostLabels(["imap.gmail.com", "Outlook.Office365.com"])
        #expect(hosts["IMAP.gmail.com"] == "imap.gmail.com")
        #expect(hosts["outlook.office365.com"] == "outlook.office365.com")
        #expect(hosts["mail.acme.example"] == "other")
    }
}
