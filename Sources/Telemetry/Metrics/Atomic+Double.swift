import Synchronization

extension Atomic<UInt64> {
    /// Adds to the number whose bit pattern is kept here.
    func add(_ amount: Double) {
        var before = load(ordering: .relaxed)
        while true {
            let after = (Double(bitPattern: before) + amount).bitPattern
            let (exchanged, original) = weakCompareExchange(expected: before, desired: after, ordering: .relaxed)
            if exchanged { return }
            before = original
        }
    }
}
