/// An error reply, split at its first blank: `-NOSCRIPT No matching script.` has the code `NOSCRIPT`.
package struct RedisServerError: Error, Sendable, Hashable {
    /// The first word, by convention in capitals: `ERR`, `WRONGPASS`, `NOSCRIPT`, or one that a script chose.
    package let code: String
    /// The whole line as the server sent it, code included. It may quote arguments, so it is not for logs.
    package let message: String

    /// - Parameter line: the reply without its leading `-` and without CR LF.
    package init(line: String) {
        self.message = line
        self.code = String(line.prefix { $0 != " " })
    }

    /// Whether the server says that it can't serve just now, rather than that the command is wrong.
    var isTransient: Bool {
        switch code {
        case "LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN", "READONLY", "OOM", "NOREPLICAS", "MISCONF":
            true
        default: message.hasPrefix("ERR max number of clients")
        }
    }
}
