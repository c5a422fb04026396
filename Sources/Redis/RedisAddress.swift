/// Where a server listens.
package struct RedisAddress: Sendable, Hashable {
    /// Name or address; an IPv6 address without brackets.
    package var host: String
    /// TCP port.
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

extension RedisAddress: CustomStringConvertible {
    /// As in a URL: an IPv6 address in brackets.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
