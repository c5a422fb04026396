import Foundation
import MailModel
import Testing

@Suite("Version 7 UUIDs")
struct UUIDv7Tests {
    @Test("time fills the first 48 bits, and version and variant stand where RFC 9562 puts them")
    func layout() {
        // RFC 9562, appendix A.6.
        let id = UUIDv7.make(milliseconds: 0x017F_22E2_79B0, random: (0xCC3, 0x18C4_DC0C_0C07_398F))
        #expect(id.uuidString == "017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    }

    @Test("all bits of randomness and time that don't belong are masked off")
    func masks() {
        let id = UUIDv7.make(milliseconds: .max, random: (.max, .max))
        #expect(id.uuidString == "FFFFFFFF-FFFF-7FFF-BFFF-FFFFFFFFFFFF")
    }

    @Test(
        "an id made a millisecond later sorts later, whatever its randomness",
        arguments: [0, 255, 65_535, 4_294_967_295])
    func sortsByTime(moment: UInt64) {
        let earlier = ThreadID(UUIDv7.make(milliseconds: moment, random: (.max, .max)))
        let later = ThreadID(UUIDv7.make(milliseconds: moment + 1, random: (0, 0)))
        #expect(earlier < later)
        #expect(!(later < earlier))
    }

    @Test("an id's text is lower-case and reads back to the same id")
    func text() throws {
        let id = AccountID(UUIDv7.make(milliseconds: 0x017F_22E2_79B0, random: (0xCC3, 0x18C4_DC0C_0C07_398F)))
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(AccountID(id.description) == id)
        #expect(AccountID("no id") == nil)
        let json = try JSONEncoder().encode([id])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(id)\"]")
        #expect(try JSONDecoder().decode([AccountID].self, from: json) == [id])
    }
}
