/// Exchange's `Thread-Index:` header ([MS-OXOMSG] §2.2.1.3): base64 of a reserved byte, five bytes of time and a
/// GUID, then five bytes for each reply. Its first 22 bytes name the conversation.
package enum ThreadIndex {
    package static let rootLength = 22

    /// The root of a header's value; `nil` where it is no base64 of at least 22 bytes.
    package static func root(of value: UnsafeRawBufferPointer) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(rootLength + 2)
        var bits: UInt32 = 0
        var held = 0
        for byte in value {
            let digit: UInt32
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = UInt32(byte - UInt8(ascii: "A"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = UInt32(byte - UInt8(ascii: "a")) + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt32(byte - UInt8(ascii: "0")) + 52
            case UInt8(ascii: "+"): digit = 62
            case UInt8(ascii: "/"): digit = 63
            case 0x09, 0x0A, 0x0D, 0x20: continue
            default: return nil
            }
            bits = bits << 6 | digit
            held += 6
            if held >= 8 {
                held -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
                if out.count == rootLength { return out }
            }
        }
        return nil
    }
}
