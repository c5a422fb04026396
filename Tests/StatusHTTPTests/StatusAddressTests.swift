import StatusHTTP
import Testing

@Suite("Addresses and readiness")
struct StatusAddressTests {
    @Test(
        "an address is a host and a port",
        arguments: [
            ("127.0.0.1:9464", "127.0.0.1", 9464), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65_535),
            ("0.0.0.0:80", "0.0.0.0", 80),
        ])
    func address(text: String, host: String, port: Int) throws {
        let address = try #require(StatusAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.description == text)
    }

    @Test("what is none is refused", arguments: ["", ":9464", "localhost", "localhost:", "a:65536", "a:-1", "::1:80"])
    func noAddress(text: String) {
        #expect(StatusAddress(text) == nil)
    }

    @Test("ready is who succeeded within the limit, at its very end too; never who hasn't yet")
    func recently() {
        let now = ContinuousClock.now
        #expect(Readiness(last: now - .seconds(15), within: .seconds(15), now: now) == .ready)
        #expect(
            Readiness(last: now - .milliseconds(15_001), within: .seconds(15), now: now)
                == .notReady(reason: "the last success was 15 s ago, beyond 15 s"))
        #expect(Readiness(last: nil, within: .seconds(15), now: now) == .notReady(reason: "no success yet"))
    }
}
