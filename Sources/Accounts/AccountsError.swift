package import Failure

/// Why a mailbox could not be connected: which step failed, a stable code, and words that its owner can act on.
package struct AccountsError: CodedFailure {
    /// The steps of connecting, in their order.
    package enum Step: String, Sendable {
        case findingIMAP = "finding the IMAP server"
        case signingInToIMAP = "signing in to IMAP"
        case listingFolders = "listing the folders"
        case findingSMTP = "finding the SMTP server"
        case signingInToSMTP = "signing in to SMTP"
    }

    package let step: Step
    package let code: String
    package let text: String
    package let disposition: Disposition

    init(_ step: Step, _ error: any CodedFailure) {
        self.step = step
        code = error.code
        text = "\(error)"
        disposition = error.disposition
    }
}

extension AccountsError: CustomStringConvertible {
    package var description: String { "\(step.rawValue) failed: \(text)" }
}
