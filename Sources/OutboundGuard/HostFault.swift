/// What is wrong with a host as it was typed.
package enum HostFault: Sendable, Hashable {
    case empty
    /// Over 255 bytes, or a label over 63.
    case tooLong
    /// Two dots in a row, or a dot in front.
    case emptyLabel
    /// A space, a control character, a port, a scheme, a path, a zone, or brackets around something else than IPv6.
    case badCharacter
    /// An international name that IDNA refuses.
    case notEncodable
}
