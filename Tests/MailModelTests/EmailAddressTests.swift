import MailModel
import Testing

@Suite("Addresses")
struct EmailAddressTests {
    @Test(
        "the normalised form is trimmed and lower-cased, and nothing else",
        arguments: [
            ("Kim@Example.COM", "kim@example.com"),
            (" \t kim@example.com\n", "kim@example.com"),
            ("First.Last+Tag@example.com", "first.last+tag@example.com"),
            ("\"odd local\"@example.com", "\"odd local\"@example.com"),
            ("ÄRGER@Büro.example", "ärger@büro.example"),
            ("undisclosed", "undisclosed"),
            ("", ""),
            ("  ", ""),
        ])
    func normalises(address: String, expected: String) {
        #expect(EmailAddress(name: "Kim", address: address).normalised == expected)
    }
}
