import MailModel
import Testing

@testable import SyncPlanning

@Suite("Which accounts and folders push")
struct PushRuleTests {
    @Test("only live accounts of a plan with push are pushed", arguments: AccountState.allCases)
    func accounts(state: AccountState) {
        #expect(PushRule.isPushed(state: state, planAllowsPush: true) == (state == .live))
        #expect(!PushRule.isPushed(state: state, planAllowsPush: false))
    }

    @Test("INBOX idles first, then Sent, then all mail, then the rest as given")
    func order() {
        let folders: [PushRule.Folder] = [
            .init(id: Make.folder(1)), .init(id: Make.folder(2), role: .all), .init(id: Make.folder(3), role: .sent),
            .init(id: Make.folder(4), role: .archive), .init(id: Make.folder(5), role: .inbox),
        ]
        #expect(PushRule.order(folders) == [5, 3, 2, 1, 4].map(Make.folder))
        #expect(PushRule.order([]).isEmpty)
    }
}
