/// Who a worker is.
package struct WorkerIdentity: Sendable, Hashable, Codable {
    /// Of no two workers that live at once; without blanks.
    package let name: String
    package let host: String
    package let processID: Int32
    /// Of the program.
    package let version: String
    /// Milliseconds since 1970.
    package let startedAt: Int64

    package init(name: String, host: String, processID: Int32, version: String, startedAt: Int64) {
        self.name = name
        self.host = host
        self.processID = processID
        self.version = version
        self.startedAt = startedAt
    }

    /// Of a pool that shows itself to nobody.
    package static let unnamed = WorkerIdentity(name: "", host: "", processID: 0, version: "", startedAt: 0)
}
