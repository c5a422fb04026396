import Glibc

/// What one look-up gave.
enum LookupAnswer: Sendable, Hashable {
    /// In the order of `getaddrinfo` (RFC 6724).
    case addresses([IPAddress])
    /// No such name, or none of its records is an address.
    case unknown
    /// The name can't be put into DNS's encoding.
    case notEncodable
    /// The resolver failed or got no answer.
    case failed
}

// glibc's extensions, which its header shows to nobody without _GNU_SOURCE.

/// AI_IDN: encode the name by IDNA.
private let encodesInternationalNames: Int32 = 0x0040
/// EAI_NODATA: the name is there, without an address.
private let noAddress: Int32 = -5
/// EAI_IDN_ENCODE: IDNA refuses the name.
private let notEncodable: Int32 = -105

/// `getaddrinfo`, for stream sockets. It blocks for as long as the system's resolver is configured to wait, so it
/// runs on ``HostResolver``'s threads only.
func systemLookup(_ host: String) -> LookupAnswer {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    hints.ai_flags = host.utf8.allSatisfy { $0 < 0x80 } ? 0 : encodesInternationalNames
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    switch status {
    case 0:
        break
    case EAI_NONAME, noAddress:
        return .unknown
    case notEncodable:
        return .notEncodable
    default:
        return .failed
    }
    var addresses: [IPAddress] = []
    for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
        guard let entry, let raw = entry.pointee.ai_addr else { continue }
        switch entry.pointee.ai_family {
        case AF_INET:
            addresses.append(raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { .init($0.pointee.sin_addr) })
        case AF_INET6:
            addresses.append(raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { .init($0.pointee.sin6_addr) })
        default:
            continue
        }
    }
    return addresses.isEmpty ? .unknown : .addresses(addresses)
}
