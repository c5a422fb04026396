package import Failure

/// Why a host that a user named is not connected to.
package enum OutboundError: CodedFailure, Hashable {
    /// Some answer for this host is not a public address. Which one and why is kept back, and the text is always the
    /// same, so that the network around the program can't be mapped by trying hosts.
    case hostNotAllowed
    /// DNS says that there is no such host, or that it has no address.
    case hostUnknown
    case hostInvalid(HostFault)
    case portNotAllowed(UInt16)
    /// DNS did not answer, or not in time, or too many look-ups wait already.
    case lookupFailed(LookupFault)
    case cancelled

    package enum LookupFault: Sendable, Hashable {
        case noAnswer
        case timedOut
        case tooManyWaiting
    }

    /// The stable code that the API and the console give.
    package var code: String {
        switch self {
        case .hostNotAllowed: "host_not_allowed"
        case .hostUnknown: "host_unknown"
        case .hostInvalid: "host_invalid"
        case .portNotAllowed: "port_not_allowed"
        case .lookupFailed: "host_lookup_failed"
        case .cancelled: "cancelled"
        }
    }

    package var disposition: Disposition {
        switch self {
        case .hostNotAllowed, .hostUnknown, .hostInvalid, .portNotAllowed: .needsUser
        case .lookupFailed: .retryLater
        case .cancelled: .cancelled
        }
    }
}

extension OutboundError: CustomStringConvertible {
    /// Words for the user who typed the host; it never names a host or an address.
    package var description: String {
        switch self {
        case .hostNotAllowed:
            "This mail server can't be used: its address is not on the public internet."
        case .hostUnknown:
            "There is no server of this name. Check the spelling of the host."
        case .hostInvalid(.empty):
            "The host is missing."
        case .hostInvalid(.tooLong):
            "The host is too long to be a name."
        case .hostInvalid(.emptyLabel):
            "The host has a dot in front or two dots in a row."
        case .hostInvalid(.badCharacter):
            "The host must be a plain name such as mail.example.com, without a scheme, a port or spaces."
        case .hostInvalid(.notEncodable):
            "The host is not a valid international name. Try its form in ASCII, which starts with xn--."
        case .portNotAllowed(let port):
            "Port \(port) is not a port of mail. IMAP uses 993 or 143, SMTP uses 465, 587 or 25."
        case .lookupFailed(.noAnswer), .lookupFailed(.timedOut):
            "The host could not be looked up just now. Try again in a while."
        case .lookupFailed(.tooManyWaiting):
            "Too many hosts are being looked up just now. Try again in a while."
        case .cancelled:
            "The look-up was cancelled."
        }
    }
}
