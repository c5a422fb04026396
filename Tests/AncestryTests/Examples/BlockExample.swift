import MailModel

@testable import Ancestry

/// A forward's text as one mail program writes it, and what has to be read from it. All were sent on 15 January 2024
/// at 10:30.
struct BlockExample: CustomStringConvertible, Sendable {
    /// Program and language.
    let name: String
    let text: String
    let address: String?
    let sender: String?
    let subject: String
    let offset: Int?
    let isAnnounced: Bool

    init(
        _ name: String, address: String? = "kim@example.com", sender: String? = "Kim Lee", subject: String,
        offset: Int? = nil, isAnnounced: Bool, _ text: String
    ) {
        self.name = name
        self.text = text
        self.address = address
        self.sender = sender
        self.subject = subject
        self.offset = offset
        self.isAnnounced = isAnnounced
    }

    var description: String { name }

    var time: BlockTime { Make.time(2024, 1, 15, 10, 30, offset: offset) }

    static let all =
        english + korean + german + french + spanish + portuguese + italian + dutch + swedish + polish + russian
        + turkish + japanese + chinese
}
