/// The queues of the installation, and the order in which a worker takes from them.
package enum QueueNames {
    /// Wishes of people, and replies to and forwards of old mail.
    package static let actions = "actions"
    /// Visits to mailboxes.
    package static let sync = "sync"
    /// Ticks of schedules and maintenance.
    package static let tasks = "tasks"

    package static let all = [actions, sync, tasks]
}
