/// A message's number within one folder and one UIDVALIDITY: 1 to 2³² − 1, ascending in order of arrival
/// (RFC 9051 §2.3.1.1).
package struct UID: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: UInt32

    /// `nil` for 0, which no message has.
    package init?(rawValue: UInt32) {
        guard rawValue != 0 else { return nil }
        self.rawValue = rawValue
    }

    package static let min = UID(rawValue: 1)!
    package static let max = UID(rawValue: .max)!

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension UID: CustomStringConvertible {
    package var description: String { String(rawValue) }
}

/// The generation of a folder's UIDs. A different value, also a smaller one, means that no UID kept from before says
/// anything any more (RFC 9051 §2.3.1.1). Some servers send 0; it is kept as it came and treated as *unstable*.
package struct UIDValidity: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Whether the server gives its UIDs any meaning beyond one session.
    package var isStable: Bool { rawValue != 0 }
}

/// A CONDSTORE mod-sequence: 63 bits by RFC 7162, all 64 in the wild.
package struct ModSequence: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
