import Testing

@testable import SyncPlanning

@Suite("How to find a thread's old messages")
struct ThreadDiscoveryTests {
    private static let mixed = FolderCounts(total: 100, recent: 10)
    private static let everything = ThreadCapabilities(
        gmailExtensions: true, objectIDThreads: true, threadRefs: true, threadReferences: true)

    @Test("counts that settle it make every search needless")
    func byCounts() {
        for purpose in [ThreadDiscovery.Purpose.firstSync, .preview] {
            let recent = FolderCounts(total: 10, recent: 10)
            let old = FolderCounts(total: 10, recent: 0)
            func choose(_ folders: [FolderCounts]) -> ThreadDiscovery {
                ThreadDiscovery.choose(for: purpose, capabilities: Self.everything, folders: folders)
            }
            #expect((choose([recent, recent]) == .everythingIsRecent) == (purpose == .firstSync))
            #expect(choose([old, old]) == .nothingIsRecent)
            #expect(choose([]) == .nothingIsRecent)
            #expect(choose([FolderCounts(total: 10, recent: 0, placed: 1)]) != .nothingIsRecent)
        }
    }

    @Test("a first sync trusts no server's grouping: each of them can leave an old message out")
    func firstSync() {
        #expect(
            ThreadDiscovery.choose(for: .firstSync, capabilities: Self.everything, folders: [Self.mixed])
                == .headerSweep)
    }

    @Test("a preview takes the cheapest estimate, and THREAD only where one folder is in scope")
    func preview() {
        func choose(_ capabilities: ThreadCapabilities, folders: Int = 1) -> ThreadDiscovery {
            ThreadDiscovery.choose(
                for: .preview, capabilities: capabilities, folders: Array(repeating: Self.mixed, count: folders))
        }
        #expect(choose(Self.everything) == .gmailThreads)
        #expect(choose(ThreadCapabilities(objectIDThreads: true, threadRefs: true)) == .objectIDThreads)
        #expect(choose(ThreadCapabilities(threadRefs: true, threadReferences: true)) == .threadCommand(.refs))
        #expect(choose(ThreadCapabilities(threadReferences: true)) == .threadCommand(.references))
        #expect(choose(ThreadCapabilities(threadRefs: true), folders: 2) == .headerSweep)
        #expect(choose(ThreadCapabilities()) == .headerSweep)
    }
}
