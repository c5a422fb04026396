import ArgumentParser
import Entitlements
import MailModel
import MailStore

/// Here a flag is one of the command line; a message's flags are never named by their type.
typealias Flag = ArgumentParser.Flag

// How values of the model are written on the command line.

extension Identifier: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension Plan: ExpressibleByArgument {}
extension User.Role: ExpressibleByArgument {}
extension ServerSettings.Security: ExpressibleByArgument {}

/// `HOST:PORT`, the host of an IPv6 address in brackets.
struct HostPort: ExpressibleByArgument {
    let host: String
    let port: Int

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = Int(argument[argument.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        self.host = host
        self.port = port
    }
}
