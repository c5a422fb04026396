// Keeps connections that users ask for off the networks that only this host can reach (SSRF).
//
// A mail host is typed by a user, and DNS is written by whoever owns the name. So a host goes through these steps, at
// the first connection and at each later one, and only `JudgedAddress` comes out:
//
//     host, port ──► HostName, PortRule ──► getaddrinfo ──────► AddressRule on ──► [JudgedAddress]
//                       │                      │                every answer
//                    host_invalid           host_unknown           │
//                    port_not_allowed       host_lookup_failed   host_not_allowed
//
// Connect to the judged address, never to the name: looked up twice, a name may answer differently the second time.

/// Turns a host that a user named into addresses that may be connected to.
///
/// Look-ups run on threads of their own, at most `maximumThreads` of them; those beyond wait in line, at most
/// `maximumWaiting` of them. Safe to use from any task; one resolver serves the process.
package final class HostResolver: Sendable {
    /// More answers than this are judged but not returned: no server has so many, and a DNS reply may.
    static let maximumAddresses = 16

    private let threads: LookupThreads
    private let deadline: Duration

    /// - Parameters:
    ///   - deadline: how long one look-up may take, its time in line included.
    package convenience init(maximumThreads: Int = 8, maximumWaiting: Int = 256, deadline: Duration = .seconds(10)) {
        self.init(
            maximumThreads: maximumThreads, maximumWaiting: maximumWaiting, deadline: deadline, lookup: systemLookup)
    }

    init(
        maximumThreads: Int, maximumWaiting: Int, deadline: Duration,
        lookup: @escaping @Sendable (String) -> LookupAnswer
    ) {
        threads = LookupThreads(maximumThreads: maximumThreads, maximumWaiting: maximumWaiting, lookup: lookup)
        self.deadline = deadline
    }

    /// Looks a host up and judges every answer: one that is refused refuses the host, so that nothing is gained by
    /// hiding a private address among public ones.
    ///
    /// - Parameters:
    ///   - host: a name or an IP literal (IPv6 with or without brackets), as typed.
    ///   - port: as typed.
    /// - Returns: at least one address, in the order in which they are to be tried (RFC 6724).
    package func resolve(
        host: String, port: UInt16, policy: OutboundPolicy
    ) async throws(OutboundError) -> [JudgedAddress] {
        let name = try HostName(host)
        guard PortRule.allows(port, under: policy) else { throw .portNotAllowed(port) }
        let addresses = try await lookUp(name)
        guard policy.allowPrivateHosts || addresses.allSatisfy({ AddressRule.judge($0) == .allowed }) else {
            throw .hostNotAllowed
        }
        return addresses.prefix(Self.maximumAddresses).map { JudgedAddress($0, port: port) }
    }

    private func lookUp(_ name: HostName) async throws(OutboundError) -> [IPAddress] {
        let request = LookupRequest(host: name.text)
        guard threads.submit(request) else { throw .lookupFailed(.tooManyWaiting) }
        // Ends with this scope: leaving it cancels the clock and waits for it.
        async let _: Void = request.expire(after: deadline)
        switch await request.outcome() {
        case .answered(.addresses(let addresses)): return addresses
        case .answered(.unknown): throw .hostUnknown
        case .answered(.notEncodable): throw .hostInvalid(.notEncodable)
        case .answered(.failed): throw .lookupFailed(.noAnswer)
        case .timedOut: throw .lookupFailed(.timedOut)
        case .cancelled: throw .cancelled
        }
    }
}
