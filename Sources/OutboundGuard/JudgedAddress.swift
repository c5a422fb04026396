/// An address that may be connected to: only ``HostResolver`` makes one.
package struct JudgedAddress: Sendable, Hashable {
    /// Canonical text, without brackets.
    package let ip: String
    package let port: UInt16
    package let family: AddressFamily

    init(_ address: IPAddress, port: UInt16) {
        ip = address.description
        self.port = port
        family = address.family
    }
}
