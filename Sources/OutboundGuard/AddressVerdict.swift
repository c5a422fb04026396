/// What ``AddressRule`` says of one address.
package enum AddressVerdict: Sendable, Hashable {
    /// A globally routed unicast address.
    case allowed
    /// Anything else. The reason is for tests and the operator; it never reaches the user who typed the host.
    case refused(Reason)

    /// The kind of range an address was found in.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        case unspecified
        case loopback
        case privateNetwork
        case linkLocal
        case carrierGradeNAT
        case metadataService
        case multicast
        case broadcast
        case documentation
        case benchmark
        case reserved
    }
}
