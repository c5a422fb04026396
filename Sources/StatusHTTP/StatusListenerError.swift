/// The listener's address can't be had.
package struct StatusListenerError: Error, CustomStringConvertible {
    package let address: StatusAddress
    package let cause: any Error

    package var description: String { "metrics and health can't be served on \(address): \(cause)" }
}
