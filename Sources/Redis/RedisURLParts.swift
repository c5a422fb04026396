private import FoundationEssentials

/// A Redis URL behind its scheme, taken apart: Foundation reads no list of hosts.
///
/// No error quotes any of it, since it may hold a password.
struct RedisURLParts {
    /// Decoded; nil without an `@`.
    var user: String?
    /// Decoded; nil without a colon before the `@`.
    var password: String?
    /// As they stand between the commas.
    var hosts: [Substring]
    /// The parts between slashes, not decoded; none for an absent path or a lone slash.
    var path: [Substring]
    /// Decoded, in order.
    var query: [(key: String, value: String)] = []

    /// - Parameter text: what follows `://`.
    init(_ text: Substring) throws(RedisError) {
        guard !text.contains("#") else {
            throw .invalidConfiguration("a # must be written as %23, and a fragment means nothing here")
        }
        let mark = text.firstIndex(of: "?")
        let hierarchy = text[..<(mark ?? text.endIndex)]
        let slash = hierarchy.firstIndex(of: "/") ?? hierarchy.endIndex
        var authority = hierarchy[..<slash]
        path = hierarchy[slash...].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if path == [""] { path = [] }
        if let at = authority.lastIndex(of: "@") {
            let signIn = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decoded(signIn[0])
            password = signIn.count == 2 ? try Self.decoded(signIn[1]) : nil
            authority = authority[authority.index(after: at)...]
        }
        hosts = authority.split(separator: ",", omittingEmptySubsequences: false)
        guard let mark else { return }
        for pair in text[text.index(after: mark)...].split(separator: "&") {
            let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query.append((try Self.decoded(words[0]), words.count == 2 ? try Self.decoded(words[1]) : ""))
        }
    }

    func addresses(defaultPort: Int) throws(RedisError) -> [RedisAddress] {
        var addresses: [RedisAddress] = []
        for host in hosts { addresses.append(try Self.address(host, defaultPort: defaultPort)) }
        return addresses
    }

    private static func address(_ text: Substring, defaultPort: Int) throws(RedisError) -> RedisAddress {
        let host: Substring
        var rest: Substring
        if text.first == "[", let close = text.firstIndex(of: "]") {
            host = text[..<close].dropFirst()
            rest = text[close...].dropFirst()
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
        }
        guard !host.isEmpty else { throw .invalidConfiguration("a host is missing") }
        if rest.isEmpty || rest == ":" { return RedisAddress(host: String(host), port: defaultPort) }
        guard rest.removeFirst() == ":", let port = Int(rest), rest.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { throw .invalidConfiguration("what follows a host must be a port number") }
        guard (1...65_535).contains(port) else { throw .invalidConfiguration("a port is out of range") }
        return RedisAddress(host: String(host), port: port)
    }

    /// Percent-decodes; what need not have been encoded, such as a `%` that no digits follow, stands for itself.
    static func decoded(_ text: Substring) throws(RedisError) -> String {
        if text.isEmpty { return "" }
        // The one decoder that Foundation's portable part offers.
        guard let decoded = URLComponents(string: "?\(text)")?.query else {
            throw .invalidConfiguration("something is percent-encoded that is no UTF-8")
        }
        return decoded
    }
}
