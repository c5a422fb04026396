package import MailModel

/// Which listener is an account's home: the one with the highest weight for it (rendezvous hashing).
///
/// Every process comes to the same answer by itself. When a listener goes, only its accounts move, to all others
/// evenly; when one comes, it takes an even share from each.
package enum HomeAssignment {
    /// - Parameter listeners: names of the live ones, each once, in any order.
    /// - Returns: `nil` without any.
    package static func home(of account: AccountID, among listeners: [String]) -> String? {
        var best: (name: String, weight: UInt64)?
        for name in listeners {
            let weight = weight(of: name, for: account)
            guard let held = best else {
                best = (name, weight)
                continue
            }
            if weight > held.weight || weight == held.weight && name > held.name { best = (name, weight) }
        }
        return best?.name
    }

    /// FNV-1a over the id's text and the name, then mixed (MurmurHash3's finaliser) so that names that differ in their last
    /// letter alone weigh independently. Never `Hasher`, which is seeded anew in each process.
    static func weight(of listener: String, for account: AccountID) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        account.description.utf8.forEach(add)
        listener.utf8.forEach(add)
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ (hash >> 33)
    }
}
