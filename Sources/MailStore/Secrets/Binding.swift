import Foundation
import MailModel

/// What an envelope is for; it opens for nothing else.
struct Binding: Sendable {
    let account: AccountKey
    let purpose: String

    func associatedData(version: UInt8) -> Data {
        Data("\(account.organizationID)|\(account.accountID)|\(purpose)|\(version)".utf8)
    }
}
