import Foundation
import Logging
import MetricNames
import StatusHTTP
import Synchronization
import Telemetry
import Testing

@Suite("The status listener, over loopback")
struct StatusListenerTests {
    private static let hardening = [
        "x-content-type-options": "nosniff", "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    ]

    /// Ends what the listener would wait for; long enough that a busy machine's client has sent its request by then.
    private static let idle = Duration.seconds(15)

    private func expectHardened(_ answer: Answer) {
        for (name, value) in Self.hardening { #expect(answer.fields[name] == value) }
        #expect(answer.fields["server"] == nil)
    }

    @Test("/metrics gives the exposition in the text format's own type, read anew each time")
    func metrics() async throws {
        try await RunningListener.with { listener in
            // given
            let reads = Atomic<Int>(0)
            let count: @Sendable () -> Int = { reads.wrappingAdd(1, ordering: .relaxed).newValue }
            listener.registry.registerCollector("scheduler") {
                [MetricReading(PostriderMetrics.schedulerLag, is: Double(count()))]
            }
            for round in 1...2 {
                // when
                let answer = try await listener.request("GET", "/metrics")
                // then
                #expect(answer.status == 200)
                #expect(answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
                #expect(answer.body.contains("\npostrider_scheduler_lag_seconds \(round)\n"))
                #expect(answer.fields["content-length"] == "\(answer.body.utf8.count)")
                expectHardened(answer)
            }
        }
    }

    @Test("/healthz says that the process is alive, also where it isn't ready")
    func health() async throws {
        let check = ReadinessCheck("worker") { .notReady(reason: "no success yet") }
        try await RunningListener.with(checks: [check]) { listener in
            let answer = try await listener.request("GET", "/healthz")
            #expect(answer.status == 200)
            #expect(answer.body == "alive\n")
            expectHardened(answer)
        }
    }

    @Test("/readyz names each check, and why it isn't ready, and turns when they do")
    func readiness() async throws {
        let worker = Mutex(Readiness.notReady(reason: "the last success was 20 s ago, beyond 15 s"))
        let readWorker: @Sendable () -> Readiness = { worker.withLock { $0 } }
        let checks = [ReadinessCheck("scheduler") { .ready }, ReadinessCheck("worker") { readWorker() }]
        let setWorker: @Sendable (Readiness) -> Void = { value in worker.withLock { $0 = value } }
        try await RunningListener.with(checks: checks) { listener in
            // given a check that fails, when
            var answer = try await listener.request("GET", "/readyz")
            // then
            #expect(answer.status == 503)
            #expect(answer.fields["content-type"] == "application/json")
            let failing = #"{"name":"worker","ready":false,"reason":"the last success was 20 s ago, beyond 15 s"}"#
            #expect(answer.body == #"{"checks":[{"name":"scheduler","ready":true},"# + failing + #"],"ready":false}"#)
            expectHardened(answer)
            // given that it is well again, when
            setWorker(.ready)
            answer = try await listener.request("GET", "/readyz")
            // then
            #expect(answer.status == 200)
            #expect(answer.body.hasSuffix(#""ready":true}"#))
        }
    }

    @Test(
        "any other path is a problem document with 404", arguments: ["/", "/metrics/", "/readyz/x", "/%2e%2e/metrics"])
    func notFound(path: String) async throws {
        try await RunningListener.with { listener in
            let answer = try await listener.request("GET", path)
            #expect(answer.status == 404)
            #expect(answer.fields["content-type"] == "application/problem+json")
            let problem = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
            #expect(problem?["status"] as? Int == 404)
            #expect(problem?["title"] as? String == "Not Found")
            #expect(problem?["type"] as? String == "about:blank")
            expectHardened(answer)
        }
    }

    @Test("any other method is a problem document with 405 that says which are allowed", arguments: ["POST", "DELETE"])
    func methodNotAllowed(method: String) async throws {
        try await RunningListener.with { listener in
            let answer = try await listener.request(method, "/metrics")
            #expect(answer.status == 405)
            #expect(answer.fields["allow"] == "GET, HEAD")
            #expect(answer.fields["content-type"] == "application/problem+json")
            expectHardened(answer)
        }
    }

    @Test("HEAD is answered as GET is, without the body")
    func head() async throws {
        try await RunningListener.with { listener in
            let answer = try await listener.request("HEAD", "/healthz")
            #expect(answer.status == 200)
            #expect(answer.fields["content-length"] == "6")
            #expect(answer.body.isEmpty)
        }
    }

    /// Guard: `BodyRefusal`. Without it the request behind the refused one is answered.
    @Test(
        "a request with a body is refused before the body has come, and nothing after it is read",
        arguments: ["Content-Length: 1000000000", "Transfer-Encoding: chunked"])
    func body(announcement: String) async throws {
        var limits = StatusListener.Limits()
        limits.idle = Self.idle
        try await RunningListener.with(limits: limits) { listener in
            // when: the request that follows would be answered if it were read
            let got = try await listener.exchange(
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\(announcement)\r\n\r\n"
                    + "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            // then
            let answer = Answer(got)
            #expect(answer.status == 413)
            #expect(answer.fields["content-type"] == "application/problem+json")
            #expect(!got.contains("alive"))
        }
    }

    @Test("half a request is not waited for longer than the idle time-out")
    func halfARequest() async throws {
        var limits = StatusListener.Limits()
        limits.idle = Self.idle
        try await RunningListener.with(limits: limits) { listener in
            // The exchange ends when the listener closes, and only then.
            let got = try await listener.exchange("GET /healthz HTTP/1.1\r\nHost: loc")
            #expect(got == "")
        }
    }

    @Test("header fields beyond the bound are refused")
    func headers() async throws {
        try await RunningListener.with { listener in
            let long = String(repeating: "a", count: 9 << 10)
            let got = try await listener.exchange("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: \(long)\r\n\r\n") {
                $0.contains("\r\n\r\n")
            }
            #expect(!got.contains("alive"))
        }
    }

    @Test("several requests go over one connection, as scrapes do")
    func keepAlive() async throws {
        try await RunningListener.with { listener in
            let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let got = try await listener.exchange(request + request) { $0.components(separatedBy: "alive").count == 3 }
            #expect(got.components(separatedBy: "HTTP/1.1 200 OK").count == 3)
        }
    }

    @Test("an address that is taken is an error that names it")
    func addressTaken() async throws {
        try await RunningListener.with { listener in
            let address = try #require(StatusAddress("127.0.0.1:\(listener.port)"))
            let second = StatusListener(
                address: address, registry: MetricRegistry(), checks: [],
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let error = await #expect(throws: StatusListenerError.self) { try await second.run() }
            #expect(error?.description.contains("127.0.0.1:\(listener.port)") == true)
        }
    }
}
