import Testing
@testable import MIME

@Suite("Parsing a message")
struct MessageParserTests {
    @Test("an empty message gives an empty result that says so")
    func empty() {
        let message = MessageParser().parse(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(message.marks == [.noHeaders])
        #expect(message.text == nil)
    }
}
