import MetricNames
import Metrics

/// What visits count.
struct SyncMetrics: Sendable {
    /// Messages that a checkpoint brought, also those of a visit that failed later.
    let messages = PostriderMetrics.messagesSynced.counter()
    // The phases of a visit, one after the other; a phase that fails is measured up to there.
    let signIn = PostriderMetrics.syncDuration.timer("sign_in")
    let folders = PostriderMetrics.syncDuration.timer("folders")
    let index = PostriderMetrics.syncDuration.timer("index")
    let pull = PostriderMetrics.syncDuration.timer("pull")
    let poll = PostriderMetrics.syncDuration.timer("poll")
}
