import IMAPCore
import MailModel
import NIOCore

/// Makes attributes, with sections that are small enough to keep as they are.
struct AttributeAssembler: FetchAssembler {
    private let requested: UIDSet
    private let maximumSectionSize: Int
    private let asksForSections: Bool
    private var sections: [FetchedSection] = []

    init(requested: UIDSet, maximumSectionSize: Int, asksForSections: Bool) {
        self.requested = requested
        self.maximumSectionSize = maximumSectionSize
        self.asksForSections = asksForSections
    }

    mutating func begin(_ section: BodyBegin) {
        var fetched = FetchedSection(section: section.section, origin: section.origin, bytes: [])
        // What is declared is not yet there: a size that lies must not be allocated.
        fetched.bytes.reserveCapacity(Swift.min(Int(clamping: section.size), 16 << 10))
        sections.append(fetched)
    }

    mutating func take(_ chunk: ByteBuffer) -> Bool {
        let index = sections.count - 1
        let room = maximumSectionSize - sections[index].bytes.count
        if chunk.readableBytes > room { sections[index].isCut = true }
        sections[index].bytes.append(contentsOf: chunk.readableBytesView.prefix(Swift.max(room, 0)))
        return false
    }

    mutating func flush() async throws(IMAPError) {}

    mutating func end() async throws(IMAPError) {}

    mutating func finish(_ response: FetchResponse) -> (item: FetchedAttributes, weight: Int)? {
        defer { sections.removeAll(keepingCapacity: true) }
        guard let uid = response.uid, requested.contains(uid) else { return nil }
        // Where sections were asked for, a reply without one that only tells flags came unasked.
        if asksForSections, sections.isEmpty, !response.isMoreThanFlags { return nil }
        let weight = sections.reduce(0) { $0 + $1.bytes.count }
        return (FetchedAttributes(uid: uid, response: response, sections: sections), weight)
    }
}
