import CGMime
import MailModel

/// Address headers by GMime: groups flattened, comments and routes dropped, broken lists read as far as they go.
enum AddressList {
    /// - Parameter value: normalised by ``EncodedWords``: UTF-8, without line ends and NUL.
    static func parse(_ value: String, options: OpaquePointer?) -> [EmailAddress] {
        guard let list = internet_address_list_parse(options, value) else { return [] }
        defer { postrider_gmime_unref(list) }
        var out: [EmailAddress] = []
        collect(list, into: &out, depth: 0)
        return out
    }

    private static func collect(
        _ list: UnsafeMutablePointer<InternetAddressList>, into out: inout [EmailAddress], depth: Int
    ) {
        for index in 0..<internet_address_list_length(list) {
            guard let address = internet_address_list_get_address(list, index) else { continue }
            if let mailbox = postrider_gmime_mailbox(address) {
                let name = internet_address_get_name(address).map { clean(String(cString: $0)) }
                let spec = internet_address_mailbox_get_addr(mailbox).map { clean(String(cString: $0)) } ?? ""
                if spec.isEmpty, name?.isEmpty ?? true { continue }
                out.append(EmailAddress(name: name.flatMap { $0.isEmpty ? nil : $0 }, address: spec))
            } else if let group = postrider_gmime_group(address), depth < 4,
                let members = internet_address_group_get_members(group)
            {
                collect(members, into: &out, depth: depth + 1)
            }
        }
    }

    /// Without white space at the ends; GMime keeps what stood inside a quoted name.
    private static func clean(_ text: String) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last, first <= 0x20 || last <= 0x20 else { return text }
        let bytes = Array(text.utf8)
        let start = bytes.firstIndex { $0 > 0x20 } ?? bytes.endIndex
        let end = (bytes.lastIndex { $0 > 0x20 } ?? start - 1) + 1
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
