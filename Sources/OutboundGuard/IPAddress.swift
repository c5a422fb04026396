import Glibc

/// An IP address as its bits, in host order: what ``AddressRule`` judges.
package enum IPAddress: Sendable, Hashable {
    case v4(UInt32)
    case v6(UInt128)

    /// Reads the canonical text forms only (dotted quad, RFC 4291 §2.2), without brackets and without a zone.
    ///
    /// The lax forms that `getaddrinfo` takes (`127.1`, `0x7f000001`) are nil here: they are judged by what it makes
    /// of them.
    package init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = .v4(UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self.init(six)
    }

    init(_ address: in_addr) {
        self = .v4(UInt32(bigEndian: address.s_addr))
    }

    init(_ address: in6_addr) {
        self = withUnsafeBytes(of: address) { bytes in
            .v6(bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
        }
    }

    /// The address family, as `AF_INET` or `AF_INET6` name it.
    package var family: AddressFamily {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text (dotted quad, or RFC 5952).
    package var description: String {
        switch self {
        case .v4(let bits):
            return (0..<4).map { String(UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0))) }.joined(separator: ".")
        case .v6(let bits):
            let bytes = (0..<16).map { UInt8(truncatingIfNeeded: bits >> UInt128(120 - 8 * $0)) }
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            _ = inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
