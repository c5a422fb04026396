/// Folder names on the wire: printable ASCII, and UTF-16 in a base64 of its own between `&` and `-` (RFC 3501 §5.1.3).
package enum ModifiedUTF7 {
    /// - Returns: `nil` where the octets aren't modified UTF-7: 8-bit octets, an `&` that begins nothing, base64 that
    ///   does not come out even, halves of surrogate pairs.
    package static func decode(_ bytes: some Sequence<UInt8>) -> String? {
        var scalars = String.UnicodeScalarView()
        var units: [UInt16] = []
        var bits: UInt32 = 0
        var bitCount = 0
        var isShifted = false
        var shiftIsEmpty = false
        for byte in bytes {
            guard isShifted else {
                guard byte < 0x80 else { return nil }
                if byte == ASCII.ampersand {
                    isShifted = true
                    shiftIsEmpty = true
                    units.removeAll(keepingCapacity: true)
                    bits = 0
                    bitCount = 0
                } else {
                    scalars.append(Unicode.Scalar(byte))
                }
                continue
            }
            if byte == ASCII.minus {
                if shiftIsEmpty {
                    scalars.append("&")
                } else {
                    // What is left over must be fewer than six bits, all of them 0.
                    guard bitCount < 6, bits == 0, append(units, to: &scalars) else { return nil }
                }
                isShifted = false
                continue
            }
            guard let value = value(of: byte) else { return nil }
            shiftIsEmpty = false
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 16 {
                bitCount -= 16
                units.append(UInt16(bits >> UInt32(bitCount)))
                bits &= (1 << UInt32(bitCount)) - 1
            }
        }
        return isShifted ? nil : String(scalars)
    }

    package static func encode(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        var units: [UInt16] = []
        for scalar in text.unicodeScalars {
            guard (0x20...0x7E).contains(scalar.value) else {
                units.append(contentsOf: UTF16.encode(scalar)!)
                continue
            }
            shift(&units, to: &out)
            out.append(UInt8(scalar.value))
            if scalar == "&" { out.append(ASCII.minus) }
        }
        shift(&units, to: &out)
        return out
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case ASCII.zero...ASCII.nine: byte - ASCII.zero + 52
        case ASCII.plus: 62
        case ASCII.comma: 63
        default: nil
        }
    }

    private static func append(_ units: [UInt16], to scalars: inout String.UnicodeScalarView) -> Bool {
        var decoder = UTF16()
        var iterator = units.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): scalars.append(scalar)
            case .emptyInput: return true
            case .error: return false
            }
        }
    }

    private static func shift(_ units: inout [UInt16], to out: inout [UInt8]) {
        guard !units.isEmpty else { return }
        out.append(ASCII.ampersand)
        var bits: UInt32 = 0
        var bitCount = 0
        for unit in units {
            bits = bits << 16 | UInt32(unit)
            bitCount += 16
            while bitCount >= 6 {
                bitCount -= 6
                out.append(alphabet[Int(bits >> UInt32(bitCount) & 0x3F)])
            }
            bits &= (1 << UInt32(bitCount)) - 1
        }
        if bitCount > 0 { out.append(alphabet[Int(bits << UInt32(6 - bitCount) & 0x3F)]) }
        out.append(ASCII.minus)
        units.removeAll(keepingCapacity: true)
    }
}
