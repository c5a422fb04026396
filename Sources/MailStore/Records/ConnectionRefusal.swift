package import Failure

/// Why no further connection may be opened now.
package enum ConnectionRefusal: CodedFailure, Hashable {
    /// The process wasn't heard of for a while, and what it has open is being counted again.
    case holderWasSilent
    /// The account has all that it may have.
    case accountHasAll
    /// The host has all that it may have.
    case hostHasAll(gate: String)

    package var code: String { "connections_in_use" }

    /// Visits come and go: soon there is one again.
    package var disposition: Disposition { .retryAfter(seconds: 5) }
}

extension ConnectionRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .holderWasSilent: "this process was silent for a while; its connections are being counted again"
        case .accountHasAll: "all connections that the account may have are in use; the next visit waits for one"
        case .hostHasAll(let gate): "all connections that \(gate) may have are in use; the next visit waits for one"
        }
    }
}
