/// A password that does not print: not by interpolation, not by `dump`, not in a crash report of a caller.
package struct RedisPassword: Sendable, Hashable {
    let value: String

    /// - Parameter value: in plain text, as AUTH wants it.
    package init(_ value: String) { self.value = value }
}

extension RedisPassword: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹redacted›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
