/// What an operator tells a worker by way of its heartbeat.
package struct WorkerOrder: Sendable, Hashable {
    package enum Conduct: String, Sendable, Hashable, CaseIterable {
        /// Claim again, after having been quiet.
        case work
        /// Claim no more, but go on with what runs.
        case quiet
        /// Drain and end.
        case stop
    }

    package var conduct: Conduct
    /// Jobs at once from now on; nil leaves it as it is.
    package var concurrency: Int?

    package init(conduct: Conduct = .work, concurrency: Int? = nil) {
        self.conduct = conduct
        self.concurrency = concurrency
    }

    /// As Redis holds it: the conduct, then the concurrency if there is one.
    var text: String { concurrency.map { "\(conduct.rawValue) \($0)" } ?? conduct.rawValue }

    /// - Returns: nil for an empty or an unknown text.
    init?(text: String) {
        let words = text.split(separator: " ")
        guard let first = words.first, let conduct = Conduct(rawValue: String(first)) else { return nil }
        self.init(conduct: conduct, concurrency: words.count > 1 ? Int(words[1]) : nil)
    }
}
