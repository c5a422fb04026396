internal import Failure

extension PostgresError {
    /// The failures that callers tell apart.
    package enum Kind: Sendable, Hashable {
        /// No connection could be made: the server is away, starting, stopping, or too slow.
        case unreachable
        /// A connection that worked was lost, closed by the server or by an administrator.
        case connectionLost
        /// The server refused the login.
        case authentication
        /// 40001: the transaction must run again.
        case serialization
        /// 40P01: the transaction must run again.
        case deadlock
        /// 55P03: a lock wasn't had within `lock_timeout`, or NOWAIT said no.
        case lockTimeout
        /// 57014 that nobody here asked for: `statement_timeout`, or an operator.
        case statementTimeout
        /// The task was cancelled: waiting for a connection, before a statement, or during one.
        case cancelled
        /// 23505, with the constraint's name.
        case uniqueViolation
        /// 23503, with the constraint's name.
        case foreignKeyViolation
        /// 23514, with the constraint's name.
        case checkViolation
        /// 23502 and the rest of class 23.
        case constraintViolation
        /// Class 22: a value the server refuses.
        case invalidValue
        /// 53100.
        case diskFull
        /// 53xxx otherwise: memory, connections.
        case outOfResources
        /// 42501.
        case insufficientPrivilege
        /// An undefined table, column, function, type or schema: the database is not migrated for this program.
        case notMigrated
        /// 25006: the server takes no writes, as a standby after a failover.
        case readOnly
        /// P0001, or a code that a RAISE chose itself (see `sqlstate`).
        case raised
        /// 42601 and the rest of class 42.
        case syntax
        /// A prepared statement no longer fits the tables; it has been forgotten, the transaction must run again.
        case stalePlan
        /// COMMIT answered ROLLBACK: a statement of the transaction had failed and its error was swallowed.
        case transactionAborted
        /// A field is not what was asked for.
        case decoding
        /// The module was used against its contract.
        case misuse
        /// The URL is none, or the settings are refused.
        case configuration
        /// The pool was closed.
        case poolClosed
        /// A migration can't be applied as it is: its number, name or checksum.
        case migration
        /// The schema lies outside the range that the program knows.
        case schemaVersion
        /// Anything else; `sqlstate` says more.
        case other

        /// What to do about it.
        var disposition: Disposition {
            switch self {
            case .connectionLost, .serialization, .deadlock, .stalePlan: .retryNow
            case .unreachable, .lockTimeout, .statementTimeout, .diskFull, .outOfResources, .readOnly: .retryLater
            case .authentication, .insufficientPrivilege, .notMigrated, .configuration, .migration, .schemaVersion:
                .needsUser
            case .cancelled, .poolClosed: .cancelled
            case .uniqueViolation, .foreignKeyViolation, .checkViolation, .constraintViolation, .invalidValue, .raised,
                .syntax, .transactionAborted, .decoding, .misuse, .other:
                .permanent
            }
        }

        /// The kind of a SQLSTATE, apart from what only its circumstances tell (who cancelled, a stale plan).
        init(sqlstate: String) {
            self = Self.exact[sqlstate] ?? Self.byClass[String(sqlstate.prefix(2))] ?? .raisedOrOther(sqlstate)
        }

        private static let exact: [String: Kind] = [
            "23502": .constraintViolation, "23503": .foreignKeyViolation, "23505": .uniqueViolation,
            "23514": .checkViolation,
            "25006": .readOnly, "25P02": .transactionAborted, "25P03": .connectionLost,
            "26000": .stalePlan,
            "40001": .serialization, "40P01": .deadlock,
            "3D000": .configuration, "3F000": .notMigrated,
            "42501": .insufficientPrivilege, "42703": .notMigrated, "42704": .notMigrated, "42883": .notMigrated,
            "42P01": .notMigrated,
            "53100": .diskFull,
            "55P03": .lockTimeout,
            "57014": .statementTimeout, "57P01": .connectionLost, "57P02": .connectionLost, "57P03": .unreachable,
            "57P04": .connectionLost, "57P05": .connectionLost,
        ]

        private static let byClass: [String: Kind] = [
            "08": .connectionLost, "22": .invalidValue, "23": .constraintViolation, "28": .authentication,
            "40": .serialization, "42": .syntax, "53": .outOfResources, "P0": .raised,
        ]

        /// SQLSTATE classes beginning with 0 to 4 and A to H are the standard's; a code of a RAISE's own choosing
        /// begins with 6 to 9 or I to Z, of which PostgreSQL itself uses only P0 and XX.
        private static func raisedOrOther(_ sqlstate: String) -> Kind {
            guard let first = sqlstate.utf8.first, !sqlstate.hasPrefix("XX") else { return .other }
            let isOwn =
                (UInt8(ascii: "6")...UInt8(ascii: "9")).contains(first)
                || (UInt8(ascii: "I")...UInt8(ascii: "Z")).contains(first)
            return isOwn ? .raised : .other
        }
    }
}
