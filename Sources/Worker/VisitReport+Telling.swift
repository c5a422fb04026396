package import Logging
package import MailStore
package import SyncEngine

extension VisitReport {
    /// A line of the log, where the visit brought mail.
    package func tell(of key: AccountKey, _ log: Logger) {
        guard messages > 0 else { return }
        log.info(
            "synced",
            metadata: [
                "account": "\(key.accountID)", "messages": "\(messages)", "bytes": "\(bytes)",
                "threads": "\(newThreads)",
            ])
    }
}
