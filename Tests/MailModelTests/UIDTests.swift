import MailModel
import Testing

@Suite("UIDs and flags")
struct UIDTests {
    @Test("0 is no UID, and a UIDVALIDITY of 0 is kept and called unstable")
    func zero() {
        #expect(UID(rawValue: 0) == nil)
        #expect(UID(rawValue: .max) == .max)
        #expect(!UIDValidity(rawValue: 0).isStable)
        #expect(UIDValidity(rawValue: 1).isStable)
    }

    @Test("flags are equal whatever their case, and shown as they came")
    func flags() {
        #expect(Flag("\\SEEN") == .seen)
        #expect(Set([Flag("$Label1"), Flag("$LABEL1")]).count == 1)
        #expect(Flag("$Label1").description == "$Label1")
    }

    @Test("folders are the same by their bytes, not by how they are shown")
    func folders() {
        let raw = FolderPath(raw: Array("&AOk-".utf8), display: "é")
        #expect(raw == FolderPath(raw: Array("&AOk-".utf8), display: "shown otherwise"))
        #expect(raw != FolderPath(raw: Array("é".utf8), display: "é"))
    }
}
