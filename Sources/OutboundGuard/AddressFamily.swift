/// Which of the two internets an address belongs to.
package enum AddressFamily: Sendable, Hashable {
    case v4
    case v6
}
