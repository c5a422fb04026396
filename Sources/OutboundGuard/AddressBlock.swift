/// A range of addresses by prefix, and why nothing in it may be connected to.
struct AddressBlock<Bits: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    let base: Bits
    /// Leading bits that count, 1 to the width of the address.
    let prefix: Int
    let reason: AddressVerdict.Reason

    init(_ base: Bits, _ prefix: Int, _ reason: AddressVerdict.Reason) {
        self.base = base
        self.prefix = prefix
        self.reason = reason
    }

    func contains(_ address: Bits) -> Bool {
        (address ^ base) >> Bits(Bits.bitWidth - prefix) == 0
    }
}
