import IMAPCore
import MailModel
import NIOCore

/// Makes changes: attributes and removals, in the server's order.
struct ChangeAssembler: FetchAssembler {
    private var attributes: AttributeAssembler

    init(requested: UIDSet, maximumSectionSize: Int) {
        attributes = AttributeAssembler(
            requested: requested, maximumSectionSize: maximumSectionSize, asksForSections: false)
    }

    mutating func begin(_ section: BodyBegin) { attributes.begin(section) }

    mutating func take(_ chunk: ByteBuffer) -> Bool { attributes.take(chunk) }

    mutating func flush() async throws(IMAPError) {}

    mutating func end() async throws(IMAPError) {}

    mutating func finish(_ response: FetchResponse) -> (item: FolderChange, weight: Int)? {
        attributes.finish(response).map { (.attributes($0.item), $0.weight) }
    }

    mutating func vanish(_ uids: UIDSet) -> FolderChange? { .vanished(uids) }
}
