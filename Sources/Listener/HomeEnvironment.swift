import Logging
import MailStore
import SyncEngine
import Worker

/// What all homes of a listener share.
struct HomeEnvironment: Sendable {
    let store: Store
    let engine: AccountVisitor
    let ledger: JobLedger
    /// Its name.
    let listener: String
    let settings: ListenerSettings
    /// For visits.
    let permits: Permits
    let log: Logger
}
