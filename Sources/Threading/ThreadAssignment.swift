package import MailModel

/// Which thread each message of a batch is in, and what is to be written for it to stay so.
package struct ThreadAssignment: Sendable, Equatable {
    /// A thread that became part of another; its old id redirects.
    package struct Merge: Sendable, Hashable {
        package let from: ThreadID
        /// The older of the two: the smaller id.
        package let into: ThreadID
    }

    /// A row that says which thread a key belongs to, to be upserted.
    package struct Link: Sendable, Hashable {
        package let key: LinkKey
        package let thread: ThreadID
        /// Whether a message of the batch bears the key itself; `false` where one only names it. A row that was seen
        /// before stays so.
        package let seen: Bool
    }

    /// A join that the links asked for and that was not made.
    package struct RefusedJoin: Sendable, Hashable {
        package enum Reason: Sendable, Hashable {
            /// The thread would have grown beyond the bound.
            case threadFull
            /// A person took the threads apart.
            case heldApart
        }

        /// Position in the batch.
        package let message: Int
        package let key: LinkKey
        package let reason: Reason
    }

    /// By position in the batch.
    package internal(set) var threads: [ThreadID] = []
    /// Threads that did not exist before, in order of their first messages.
    package internal(set) var created: [ThreadID] = []
    /// Threads that existed and are no longer their own, ascending by `from`. `into` is never itself a `from`.
    package internal(set) var merged: [Merge] = []
    /// Rows to upsert, each key once: those that are new, those that changed their thread, those now seen.
    package internal(set) var links: [Link] = []
    /// Positions of messages that were joined by a guess from their subject.
    package internal(set) var guessed: Set<Int> = []
    package internal(set) var refused: [RefusedJoin] = []
    var successors: [ThreadID: ThreadID] = [:]

    /// The thread that a stored thread has become: itself, unless it was merged.
    package func survivor(of thread: ThreadID) -> ThreadID { successors[thread] ?? thread }
}
