@testable import JobQueue

/// The numbers of an overview that tests look at most, over all queues.
struct Depths: Hashable {
    var ready = 0
    var delayed = 0
    var active = 0
    var parked = 0
    var staleFinishes = 0
    var orphans = 0

    init() {}

    init(_ overview: ShardOverview) {
        for queue in overview.queues {
            ready += queue.ready
            delayed += queue.delayed
            active += queue.active
        }
        parked = overview.parked
        staleFinishes = Int(overview.total("stale"))
        orphans = Int(overview.total("orphaned"))
    }
}
