import Testing

@testable import OutboundGuard

@Suite("Which ports may be connected to")
struct PortRuleTests {
    @Test("the ports of mail are allowed", arguments: [143, 993, 25, 465, 587] as [UInt16])
    func mail(port: UInt16) {
        #expect(PortRule.allows(port, under: OutboundPolicy()))
    }

    @Test("any other port is refused", arguments: [0, 22, 80, 443, 5432, 6379, 65535] as [UInt16])
    func others(port: UInt16) {
        #expect(!PortRule.allows(port, under: OutboundPolicy()))
    }

    @Test("a configured port is allowed, and no other with it")
    func configured() {
        let policy = OutboundPolicy(extraPorts: [2525])
        #expect(PortRule.allows(2525, under: policy))
        #expect(!PortRule.allows(2526, under: policy))
    }

    @Test("where private hosts are allowed, so is any port but 0")
    func lifted() {
        let policy = OutboundPolicy(allowPrivateHosts: true)
        #expect(PortRule.allows(40001, under: policy))
        #expect(!PortRule.allows(0, under: policy))
    }
}
