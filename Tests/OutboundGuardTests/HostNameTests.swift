import Testing

@testable import OutboundGuard

@Suite("The form of a host")
struct HostNameTests {
    @Test(
        "names and literals pass",
        arguments: [
            ("mail.example.com", "mail.example.com"), ("mail.example.com.", "mail.example.com."),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("bücher.example", "bücher.example"),
            ("10.0.0.1", "10.0.0.1"), ("0x7f.1", "0x7f.1"), ("[2001:db8::1]", "2001:db8::1"), ("::1", "::1"),
            ("a_b.example", "a_b.example"),
        ])
    func passes(typed: String, text: String) throws {
        #expect(try HostName(typed).text == text)
    }

    @Test(
        "what could end a host, or begin something else, is refused",
        arguments: [
            "mail example.com", "mail.example.com\r\nQUIT", "mail\u{0}.example.com", "mail.example.com:25",
            "smtp://mail.example.com", "user@mail.example.com", "mail.example.com/x", "mail?x", "mail#x", "a\\b",
            "[mail.example.com]", "[::1", "::1]", "[127.0.0.1]", "fe80::1%lo", "mail\u{200b}.example",
            "mail\u{a0}example", "\u{202e}mail", "a%41", "'x'", "\t",
        ])
    func badCharacter(typed: String) {
        #expect(throws: OutboundError.hostInvalid(.badCharacter)) { try HostName(typed) }
    }

    @Test(
        "an empty host, an empty label and an overlong host are told apart",
        arguments: [
            ("", HostFault.empty), (".", .emptyLabel), ("a..b", .emptyLabel), (".a", .emptyLabel), ("a..", .emptyLabel),
            (String(repeating: "a", count: 64) + ".example", .tooLong),
            (String(repeating: "a.", count: 200), .tooLong),
        ])
    func shape(typed: String, fault: HostFault) {
        #expect(throws: OutboundError.hostInvalid(fault)) { try HostName(typed) }
    }
}
