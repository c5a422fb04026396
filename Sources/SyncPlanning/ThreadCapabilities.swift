/// What a server offers for telling threads apart.
package struct ThreadCapabilities: Sendable, Hashable {
    /// `X-GM-EXT-1`: X-GM-THRID and X-GM-MSGID of every message.
    package var gmailExtensions: Bool
    /// `OBJECTID` (RFC 8474), and a THREADID that isn't NIL.
    package var objectIDThreads: Bool
    /// `THREAD=REFS`: References only, no subject.
    package var threadRefs: Bool
    /// `THREAD=REFERENCES` (RFC 5256).
    package var threadReferences: Bool

    package init(
        gmailExtensions: Bool = false, objectIDThreads: Bool = false, threadRefs: Bool = false,
        threadReferences: Bool = false
    ) {
        self.gmailExtensions = gmailExtensions
        self.objectIDThreads = objectIDThreads
        self.threadRefs = threadRefs
        self.threadReferences = threadReferences
    }
}
