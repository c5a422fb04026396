import Failure
import Foundation
import Synchronization
import Testing

@testable import OutboundGuard

@Suite("Resolving a host that a user named")
struct HostResolverTests {
    private static let strict = OutboundPolicy()
    private static let lifted = OutboundPolicy(allowPrivateHosts: true)

    private func resolver(
        threads: Int = 2, waiting: Int = 8, deadline: Duration = .seconds(30),
        lookup: @escaping @Sendable (String) -> LookupAnswer
    ) -> HostResolver {
        HostResolver(maximumThreads: threads, maximumWaiting: waiting, deadline: deadline, lookup: lookup)
    }

    private static func addresses(_ texts: [String]) -> LookupAnswer {
        .addresses(texts.compactMap(IPAddress.init))
    }

    @Test(
        "the host itself is refused by the system's own reading of it, in whatever disguise",
        arguments: [
            "localhost", "127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "0", "0.0.0.0",
            "::1", "[::1]", "::ffff:127.0.0.1", "[::ffff:10.0.0.1]", "169.254.169.254", "10.1.2.3", "192.168.1.1",
            "0xa9.0xfe.0xa9.0xfe", "127.0.0.1.",
        ])
    func disguises(host: String) async {
        // The last is a name to some resolvers and an address to others: either way it is not connected to.
        let elsewhere: [OutboundError] = [.hostUnknown, .lookupFailed(.noAnswer)]
        let refusals = [.hostNotAllowed] + (host.hasSuffix(".") ? elsewhere : [])
        let error = await #expect(throws: OutboundError.self) {
            try await HostResolver().resolve(host: host, port: 993, policy: Self.strict)
        }
        #expect(error.map(refusals.contains) == true, "\(String(describing: error))")
    }

    @Test("where private hosts are allowed, the loopback resolves to itself at any port")
    func lifted() async throws {
        let found = try await HostResolver().resolve(host: "127.1", port: 40123, policy: Self.lifted)
        #expect(found.map(\.ip) == ["127.0.0.1"])
        #expect(found.map(\.port) == [40123])
        #expect(found.map(\.family) == [.v4])
        let six = try await HostResolver().resolve(host: "[::1]", port: 993, policy: Self.lifted)
        #expect(six.map(\.ip) == ["::1"])
        #expect(six.map(\.family) == [.v6])
    }

    @Test("a public literal is given back as it is")
    func publicLiteral() async throws {
        let found = try await HostResolver().resolve(host: "9.9.9.9", port: 993, policy: Self.strict)
        #expect(found.map(\.ip) == ["9.9.9.9"])
    }

    @Test("public answers come in the resolver's order")
    func order() async throws {
        let resolver = resolver { _ in Self.addresses(["2606:4700::1111", "1.1.1.1", "1.0.0.1"]) }
        let found = try await resolver.resolve(host: "mail.example", port: 465, policy: Self.strict)
        #expect(found.map(\.ip) == ["2606:4700::1111", "1.1.1.1", "1.0.0.1"])
    }

    /// Fails when only the first answer, or any one public answer, is judged.
    @Test(
        "one private answer among public ones refuses the host, wherever it stands",
        arguments: [
            ["10.0.0.1", "1.1.1.1"], ["1.1.1.1", "10.0.0.1"], ["1.1.1.1", "::ffff:127.0.0.1", "8.8.8.8"],
            Array(repeating: "1.1.1.1", count: 40) + ["127.0.0.1"],
        ])
    func mixed(answers: [String]) async {
        let resolver = resolver { _ in Self.addresses(answers) }
        await #expect(throws: OutboundError.hostNotAllowed) {
            try await resolver.resolve(host: "mail.example", port: 993, policy: Self.strict)
        }
    }

    /// Fails when an answer is remembered from one connection to the next.
    @Test("a name that turns private between two connections is refused at the second")
    func rebinding() async throws {
        let count = Mutex(0)
        let resolver = resolver { _ in
            count.withLock { count in
                count += 1
                return Self.addresses([count == 1 ? "1.1.1.1" : "127.0.0.1"])
            }
        }
        let first = try await resolver.resolve(host: "mail.example", port: 993, policy: Self.strict)
        #expect(first.map(\.ip) == ["1.1.1.1"])
        await #expect(throws: OutboundError.hostNotAllowed) {
            try await resolver.resolve(host: "mail.example", port: 993, policy: Self.strict)
        }
    }

    @Test("a refused host tells the same whatever the reason, and no address")
    func sameText() async {
        var texts: Set<String> = []
        for answer in ["10.0.0.1", "127.0.0.1", "169.254.169.254", "fe80::1", "224.0.0.1"] {
            let resolver = resolver { _ in Self.addresses([answer]) }
            let error = await #expect(throws: OutboundError.self) {
                try await resolver.resolve(host: "inner.example", port: 993, policy: Self.strict)
            }
            texts.insert("\(error?.code ?? "") \(error.map { "\($0)" } ?? "")")
        }
        #expect(texts.count == 1)
        #expect(texts.first?.hasPrefix("host_not_allowed ") == true)
    }

    @Test("a refused port or form is told without any look-up")
    func noLookup() async {
        let resolver = resolver { host in
            Issue.record("looked up \(host)")
            return .failed
        }
        await #expect(throws: OutboundError.portNotAllowed(6379)) {
            try await resolver.resolve(host: "mail.example", port: 6379, policy: Self.strict)
        }
        await #expect(throws: OutboundError.hostInvalid(.badCharacter)) {
            try await resolver.resolve(host: "mail.example\r\n", port: 993, policy: Self.strict)
        }
    }

    @Test(
        "each failed look-up has its error and its disposition",
        arguments: [
            (LookupAnswer.unknown, OutboundError.hostUnknown, "host_unknown", Disposition.needsUser),
            (.notEncodable, .hostInvalid(.notEncodable), "host_invalid", .needsUser),
            (.failed, .lookupFailed(.noAnswer), "host_lookup_failed", .retryLater),
        ])
    func failures(answer: LookupAnswer, error: OutboundError, code: String, disposition: Disposition) async {
        let resolver = resolver { _ in answer }
        await #expect(throws: error) {
            try await resolver.resolve(host: "mail.example", port: 993, policy: Self.strict)
        }
        #expect(error.code == code)
        #expect(error.disposition == disposition)
    }

    @Test("a look-up that hangs ends at the deadline, one that waits behind it too")
    func deadline() async {
        let release = DispatchSemaphore(value: 0)
        defer { release.signal() }
        let resolver = resolver(threads: 1, deadline: .milliseconds(50)) { _ in
            release.wait()
            return .failed
        }
        for _ in 0..<2 {
            await #expect(throws: OutboundError.lookupFailed(.timedOut)) {
                try await resolver.resolve(host: "mail.example", port: 993, policy: Self.strict)
            }
        }
    }

    @Test("a cancelled task stops waiting at once")
    func cancelled() async {
        let release = DispatchSemaphore(value: 0)
        defer { release.signal() }
        let (started, start) = AsyncStream<Void>.makeStream()
        let resolver = resolver { _ in
            start.yield()
            release.wait()
            return .failed
        }
        let task = Task {
            try await resolver.resolve(host: "mail.example", port: 993, policy: Self.strict)
        }
        for await _ in started { break }
        task.cancel()
        await #expect(throws: OutboundError.cancelled) { try await task.value }
    }

    /// Fails when threads are started without a bound.
    @Test("look-ups beyond the bound of threads wait, and those beyond the line are refused")
    func bounds() async throws {
        let gate = DispatchSemaphore(value: 0)
        let running = Mutex((now: 0, most: 0))
        let (started, start) = AsyncStream<Void>.makeStream()
        let threads = LookupThreads(maximumThreads: 2, maximumWaiting: 3) { _ in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            start.yield()
            gate.wait()
            running.withLock { $0.now -= 1 }
            return .unknown
        }
        // Given: both threads busy
        var requests = (0..<2).map { LookupRequest(host: "busy\($0).example") }
        for request in requests { #expect(threads.submit(request)) }
        var begun = started.makeAsyncIterator()
        for _ in 0..<2 { await begun.next() }
        // When: the line is filled
        for index in 0..<3 {
            let request = LookupRequest(host: "waits\(index).example")
            #expect(threads.submit(request))
            requests.append(request)
        }
        // Then: one more is refused, until one in line has given up
        #expect(!threads.submit(LookupRequest(host: "refused.example")))
        requests[2].finish(.timedOut)
        let late = LookupRequest(host: "late.example")
        #expect(threads.submit(late))
        requests.append(late)
        for _ in 0..<5 { gate.signal() }
        for (index, request) in requests.enumerated() {
            #expect(await request.outcome() == (index == 2 ? .timedOut : .answered(.unknown)))
        }
        #expect(running.withLock { $0.most } == 2)
    }
}
