/// Says whether an address may be connected to on a user's word: only what is globally routed unicast may.
///
/// After the IANA special-purpose registries (RFC 6890 and its updates), plus the metadata services of cloud hosts.
/// An IPv6 address that carries an IPv4 one is judged by the IPv4 address, since that is where the packets end.
package enum AddressRule {
    package static func judge(_ address: IPAddress) -> AddressVerdict {
        switch address {
        case .v4(let bits): judge(v4: bits)
        case .v6(let bits): judge(v6: bits)
        }
    }

    private static func judge(v4 bits: UInt32) -> AddressVerdict {
        guard let block = blocks4.first(where: { $0.contains(bits) }) else { return .allowed }
        return .refused(block.reason)
    }

    private static func judge(v6 bits: UInt128) -> AddressVerdict {
        // ::0 and ::1 lie inside the IPv4-compatible range, so they are named first.
        if bits == 0 { return .refused(.unspecified) }
        if bits == 1 { return .refused(.loopback) }
        if let carried = carriedIPv4(in: bits) {
            return carried.map { judge(v4: $0) }.first { $0 != .allowed } ?? .allowed
        }
        if let block = blocks6.first(where: { $0.contains(bits) }) { return .refused(block.reason) }
        // 2000::/3 is all of global unicast that has been handed out.
        guard bits >> 125 == 0b001 else { return .refused(.reserved) }
        return isatapIPv4(in: bits).map { judge(v4: $0) } ?? .allowed
    }

    /// The IPv4 addresses that packets to this address are, or may be, delivered to; nil for native IPv6.
    private static func carriedIPv4(in bits: UInt128) -> [UInt32]? {
        let low = UInt32(truncatingIfNeeded: bits)
        switch bits >> 32 {
        case 0,  // ::/96, IPv4-compatible (RFC 4291 §2.5.5.1)
            0xffff,  // ::ffff:0:0/96, IPv4-mapped (RFC 4291 §2.5.5.2)
            0xffff_0000,  // ::ffff:0:0:0/96, IPv4-translated (RFC 2765 §2.1)
            0x0064_ff9b_0000_0000_0000_0000:  // 64:ff9b::/96, NAT64 (RFC 6052 §2.1)
            return [low]
        default:
            break
        }
        if bits >> 112 == 0x2002 {  // 6to4 (RFC 3056 §2)
            return [UInt32(truncatingIfNeeded: bits >> 80)]
        }
        if bits >> 96 == 0x2001_0000 {  // Teredo (RFC 4380 §4): the server, and the client with its bits inverted
            return [UInt32(truncatingIfNeeded: bits >> 64), ~low]
        }
        return nil
    }

    /// The IPv4 address in an ISATAP interface id (RFC 5214 §6.1), with the universal/local bit either way.
    private static func isatapIPv4(in bits: UInt128) -> UInt32? {
        guard UInt32(truncatingIfNeeded: bits >> 32) & 0xfdff_ffff == 0x0000_5efe else { return nil }
        return UInt32(truncatingIfNeeded: bits)
    }

    /// First match wins, so that single addresses stand before the ranges around them.
    private static let blocks4: [AddressBlock<UInt32>] = [
        .init(0xa9fe_a9fe, 32, .metadataService),  // 169.254.169.254: most clouds
        .init(0x6464_64c8, 32, .metadataService),  // 100.100.100.200: Alibaba
        .init(0xc000_00c0, 32, .metadataService),  // 192.0.0.192: Oracle
        .init(0xa83f_8110, 32, .metadataService),  // 168.63.129.16: Azure, within public space
        .init(0xffff_ffff, 32, .broadcast),
        .init(0x0000_0000, 8, .unspecified),
        .init(0x0a00_0000, 8, .privateNetwork),
        .init(0x6440_0000, 10, .carrierGradeNAT),
        .init(0x7f00_0000, 8, .loopback),
        .init(0xa9fe_0000, 16, .linkLocal),
        .init(0xac10_0000, 12, .privateNetwork),
        .init(0xc000_0000, 24, .reserved),  // IETF protocol assignments
        .init(0xc000_0200, 24, .documentation),
        .init(0xc058_6300, 24, .reserved),  // 6to4 relays, deprecated
        .init(0xc0a8_0000, 16, .privateNetwork),
        .init(0xc612_0000, 15, .benchmark),
        .init(0xc633_6400, 24, .documentation),
        .init(0xcb00_7100, 24, .documentation),
        .init(0xe000_0000, 4, .multicast),
        .init(0xf000_0000, 4, .reserved),
    ]

    private static let blocks6: [AddressBlock<UInt128>] = [
        .init(0x0064_ff9b_0001 << 80, 48, .privateNetwork),  // NAT64 of a local network (RFC 8215)
        .init(0x0100 << 112, 64, .reserved),  // discard-only
        .init(0x2001_0002 << 96, 48, .benchmark),
        .init(0x2001_0db8 << 96, 32, .documentation),
        .init(0x3fff << 112, 20, .documentation),
        .init(0xfc00 << 112, 7, .privateNetwork),  // unique local, metadata services among them
        .init(0xfe80 << 112, 10, .linkLocal),
        .init(0xfec0 << 112, 10, .privateNetwork),  // site-local, deprecated
        .init(0xff00 << 112, 8, .multicast),
        .init(0x2001 << 112, 23, .reserved),  // IETF protocol assignments; Teredo, inside it, is judged before
    ]
}
