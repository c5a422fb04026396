/// A wake-up that Redis hasn't taken yet.
package struct OutboxRow: Sendable, Hashable {
    package let id: Int64
    package let wakeUp: WakeUp
}
