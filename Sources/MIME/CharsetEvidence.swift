/// What a text's bytes themselves say of their charset.
struct UTF8Census {
    /// Whole, valid sequences of two to four bytes.
    private(set) var multibyte = 0
    /// Bytes with the eighth bit that belong to no such sequence.
    private(set) var invalid = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                index += 1
                continue
            }
            let length = bytes.utf8ScalarLength(at: index)
            if length > 1 {
                multibyte += 1
                index += length
            } else {
                invalid += 1
                index += 1
            }
        }
    }
}

/// Whether bytes look like Korean in CP949: nearly all high bytes pair up, and most pairs are of the Hangul block.
struct KoreanCensus {
    private var hangul = 0
    private var otherPairs = 0
    private var stray = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            index += 1
            if lead < 0x80 { continue }
            guard index < bytes.count, lead != 0x80, lead != 0xFF else {
                stray += 1
                continue
            }
            let trail = bytes[index]
            switch trail {
            case 0xA1...0xFE:
                if lead >= 0xB0, lead <= 0xC8 { hangul += 1 } else { otherPairs += 1 }
                index += 1
            case 0x41...0x5A, 0x61...0x7A, 0x81...0xA0:
                // The extension of CP949; also what Latin-1 looks like, so it counts for little.
                otherPairs += 1
                index += 1
            default:
                stray += 1
            }
        }
    }

    var isPlausible: Bool { hangul >= 2 && hangul >= 4 * stray && hangul > otherPairs }
}

/// windows-1252 with the five holes read as C1 controls, as the WHATWG Encoding Standard does: it never fails.
enum Windows1252 {
    private static let high: [UInt16] = [
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D,
        0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x009D, 0x017E, 0x0178,
    ]

    static func decode(_ bytes: UnsafeRawBufferPointer) -> String {
        // A byte becomes three at most.
        String(unsafeUninitializedCapacity: bytes.count * 3) { out in
            var count = 0
            for byte in bytes {
                if byte < 0x80 {
                    out[count] = byte
                    count += 1
                    continue
                }
                let scalar = byte < 0xA0 ? high[Int(byte) - 0x80] : UInt16(byte)
                if scalar < 0x800 {
                    out[count] = UInt8(0xC0 | scalar >> 6)
                    out[count + 1] = UInt8(0x80 | scalar & 0x3F)
                    count += 2
                } else {
                    out[count] = UInt8(0xE0 | scalar >> 12)
                    out[count + 1] = UInt8(0x80 | (scalar >> 6) & 0x3F)
                    out[count + 2] = UInt8(0x80 | scalar & 0x3F)
                    count += 3
                }
            }
            return count
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether no byte has its eighth bit set; eight bytes at a time.
    var isASCII: Bool {
        var index = 0
        while index + 8 <= count {
            if loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
            index += 8
        }
        while index < count {
            if self[index] >= 0x80 { return false }
            index += 1
        }
        return true
    }

    /// Bytes of the scalar that begins here, 1 for ASCII; 0 where it is no valid UTF-8 (RFC 3629 §4).
    func utf8ScalarLength(at index: Int) -> Int {
        let lead = self[index]
        func trail(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index + offset < count && range.contains(self[index + offset])
        }
        switch lead {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return trail(1) ? 2 : 0
        case 0xE0: return trail(1, 0xA0...0xBF) && trail(2) ? 3 : 0
        case 0xED: return trail(1, 0x80...0x9F) && trail(2) ? 3 : 0
        case 0xE1...0xEC, 0xEE...0xEF: return trail(1) && trail(2) ? 3 : 0
        case 0xF0: return trail(1, 0x90...0xBF) && trail(2) && trail(3) ? 4 : 0
        case 0xF1...0xF3: return trail(1) && trail(2) && trail(3) ? 4 : 0
        case 0xF4: return trail(1, 0x80...0x8F) && trail(2) && trail(3) ? 4 : 0
        default: return 0
        }
    }

    /// The length without a scalar that is cut off at the end.
    var utf8LengthOfWholeScalars: Int {
        var index = count
        while index > 0, count - index < 3, self[index - 1] & 0xC0 == 0x80 { index -= 1 }
        guard index > 0, self[index - 1] >= 0xC0 else { return count }
        return utf8ScalarLength(at: index - 1) > 0 ? count : index - 1
    }
}
