import Testing

@testable import OutboundGuard

@Suite("Which addresses may be connected to")
struct AddressRuleTests {
    @Test(
        "a public address is allowed, up to the edges of the ranges that are not",
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0", "168.63.129.15", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
            "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
            "2a00:1450:4001:82a::200e", "2606:4700:4700::1111", "2001:4860:4860::8888", "2001:200::1",
            "2400:cb00::", "3ffe::1",
        ])
    func allowed(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressRule.judge(address) == .allowed)
    }

    @Test(
        "an IPv4 address that is not public unicast is refused",
        arguments: [
            ("0.0.0.0", AddressVerdict.Reason.unspecified), ("0.255.255.255", .unspecified),
            ("10.0.0.0", .privateNetwork), ("10.255.255.255", .privateNetwork),
            ("100.64.0.0", .carrierGradeNAT), ("100.127.255.255", .carrierGradeNAT),
            ("100.100.100.200", .metadataService),
            ("127.0.0.1", .loopback), ("127.255.255.255", .loopback),
            ("168.63.129.16", .metadataService),
            ("169.254.0.0", .linkLocal), ("169.254.255.255", .linkLocal), ("169.254.169.254", .metadataService),
            ("172.16.0.0", .privateNetwork), ("172.31.255.255", .privateNetwork),
            ("192.0.0.1", .reserved), ("192.0.0.192", .metadataService),
            ("192.0.2.1", .documentation), ("192.88.99.1", .reserved),
            ("192.168.0.0", .privateNetwork), ("192.168.255.255", .privateNetwork),
            ("198.18.0.0", .benchmark), ("198.19.255.255", .benchmark),
            ("198.51.100.7", .documentation), ("203.0.113.7", .documentation),
            ("224.0.0.1", .multicast), ("239.255.255.255", .multicast),
            ("240.0.0.1", .reserved), ("255.255.255.254", .reserved), ("255.255.255.255", .broadcast),
        ])
    func refusedIPv4(text: String, reason: AddressVerdict.Reason) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressRule.judge(address) == .refused(reason))
    }

    @Test(
        "an IPv6 address that is not global unicast is refused",
        arguments: [
            ("::", AddressVerdict.Reason.unspecified), ("::1", .loopback),
            ("fc00::1", .privateNetwork), ("fdff:ffff::1", .privateNetwork), ("fd00:ec2::254", .privateNetwork),
            ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("fec0::1", .privateNetwork),
            ("ff02::1", .multicast), ("ff0e::1", .multicast),
            ("100::1", .reserved), ("64:ff9b:1::1", .privateNetwork),
            ("2001:2::1", .benchmark), ("2001:db8::1", .documentation), ("3fff:fff::1", .documentation),
            ("2001:10::1", .reserved), ("2001:20::1", .reserved), ("2001:1ff::1", .reserved),
            ("4000::1", .reserved), ("5f00::1", .reserved), ("1::1", .reserved), ("fe00::1", .reserved),
        ])
    func refusedIPv6(text: String, reason: AddressVerdict.Reason) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressRule.judge(address) == .refused(reason))
    }

    @Test(
        "an IPv6 address that carries an IPv4 address is judged by it",
        arguments: [
            ("::ffff:", ""), ("::", ""), ("::ffff:0:", ""), ("64:ff9b::", ""),
        ])
    func carriedAtTheEnd(prefix: String, suffix: String) throws {
        let loopback = try #require(IPAddress(prefix + "127.0.0.1"))
        let metadata = try #require(IPAddress(prefix + "169.254.169.254"))
        let open = try #require(IPAddress(prefix + "8.8.8.8"))
        #expect(AddressRule.judge(loopback) == .refused(.loopback))
        #expect(AddressRule.judge(metadata) == .refused(.metadataService))
        #expect(AddressRule.judge(open) == .allowed)
    }

    @Test(
        "6to4, Teredo and ISATAP addresses are judged by the IPv4 addresses within",
        arguments: [
            ("2002:7f00:1::1", AddressVerdict.refused(.loopback)),
            ("2002:c0a8:101::1", .refused(.privateNetwork)),
            ("2002:808:808::1", .allowed),
            // Teredo: server 8.8.8.8, client 10.0.0.1 inverted; server 10.0.0.1, client 8.8.8.8; both public.
            ("2001:0:808:808:0:0:f5ff:fffe", .refused(.privateNetwork)),
            ("2001:0:a00:1:0:0:f7f7:f7f7", .refused(.privateNetwork)),
            ("2001:0:808:808:0:0:f7f7:f7f7", .allowed),
            ("2a00:1::5efe:a00:1", .refused(.privateNetwork)),
            ("2a00:1::200:5efe:7f00:1", .refused(.loopback)),
            ("2a00:1::5efe:808:808", .allowed),
        ])
    func carriedWithin(text: String, verdict: AddressVerdict) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressRule.judge(address) == verdict)
    }

    @Test(
        "an address's text is canonical, and only canonical text is read",
        arguments: [("127.0.0.1", "127.0.0.1"), ("2A00:0:0::1", "2a00::1"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4")])
    func text(given: String, canonical: String) {
        #expect(IPAddress(given)?.description == canonical)
    }

    @Test(
        "the lax forms of numbers are not read as addresses",
        arguments: ["127.1", "0x7f.0.0.1", "2130706433", "", "[::1]", "fe80::1%lo"])
    func laxText(given: String) {
        #expect(IPAddress(given) == nil)
    }
}
