internal import CLibPQ
internal import Glibc

extension Connection {
    /// Connects, logs in, and makes the settings. Blocks this thread, interrupted by the task's cancellation except
    /// while the resolver looks a host name up.
    /// - Throws: ``PostgresError`` of kind `unreachable`, `authentication`, or what the settings were refused with.
    static func open(
        _ configuration: PostgresConfiguration,
        wakeup: Wakeup,
        cancelThread: CancelThread,
        cancellation: Cancellation
    ) throws(PostgresError) -> Connection {
        guard let pointer = start(configuration) else {
            throw PostgresError(kind: .outOfResources, message: "no memory", activity: connecting)
        }
        do throws(PostgresError) {
            try shakeHands(pointer, configuration, wakeup, cancellation)
        } catch {
            PQfinish(pointer)
            throw error
        }
        PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
        // libpq would print notices to standard error, where they could show what logs must not.
        PQsetNoticeReceiver(pointer, { _, _ in }, nil)
        let connection = try Connection(owning: pointer, wakeup: wakeup, cancelThread: cancelThread)
        guard PQsetnonblocking(pointer, 1) == 0, PQenterPipelineMode(pointer) == 1 else {
            throw connection.lost(connecting)
        }
        connection.cancellation = cancellation
        try connection.apply(configuration)
        return connection
    }

    /// Takes on the role and the settings, which are the session's from now on.
    func apply(_ configuration: PostgresConfiguration) throws(PostgresError) {
        var settings = configuration.settings.sorted { $0.key < $1.key }
        if let role = configuration.role { settings.append((key: "role", value: role)) }
        guard !settings.isEmpty else { return }
        // One statement for all; a name or value that the server refuses is an error of its own, and can't be SQL.
        let statement = Statement(
            "SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS setting(name, value)",
            settings.map(\.key), settings.map(\.value))
        try run([statement], Run(activity: "making a connection's settings"))
    }

    private static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
        let timeout = configuration.connectTimeout
        // Before dbname: what the URL may override. After it: what overrides the URL.
        let options: KeyValuePairs = [
            "tcp_user_timeout": "\(timeout * 1000)", "keepalives_idle": "30", "keepalives_interval": "5",
            "keepalives_count": "3",
            "dbname": configuration.url,
            "application_name": configuration.applicationName, "client_encoding": "UTF8",
        ]
        var keywords: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        for (keyword, value) in options {
            keywords.append(strdup(keyword))
            values.append(strdup(value))
        }
        defer {
            for text in keywords + values { free(UnsafeMutablePointer(mutating: text)) }
        }
        keywords.append(nil)
        values.append(nil)
        return PQconnectStartParams(&keywords, &values, 1)
    }

    private static func shakeHands(
        _ pointer: OpaquePointer,
        _ configuration: PostgresConfiguration,
        _ wakeup: Wakeup,
        _ cancellation: Cancellation
    ) throws(PostgresError) {
        // A refused login comes as a text alone: only the verbose one holds the SQLSTATE.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        let deadline = ContinuousClock.now + .seconds(configuration.connectTimeout * configuration.hostCount)
        var phase = PGRES_POLLING_WRITING
        if PQstatus(pointer) == CONNECTION_BAD { throw .noLogin(pointer) }
        while true {
            let events: Int32
            switch phase {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = POLLIN
            case PGRES_POLLING_WRITING: events = POLLOUT
            default: throw .noLogin(pointer)
            }
            var ready: Int32 = 0
            while ready == 0 {
                if cancellation.isRequested { throw .cancelled(connecting) }
                if .now >= deadline {
                    throw PostgresError(
                        kind: .unreachable, message: "no answer within \(configuration.connectTimeout) s",
                        activity: "\(connecting) at \(configuration)")
                }
                ready = poll(socket: PQsocket(pointer), events: events, wakeup: wakeup, until: deadline)
            }
            phase = PQconnectPoll(pointer)
        }
    }
}

extension PostgresError {
    /// The error of a login that failed, from libpq's words: `…: FATAL:  28P01: password authentication failed…`.
    fileprivate static func noLogin(_ pointer: OpaquePointer) -> PostgresError {
        let text = String(cString: PQerrorMessage(pointer))
        // Several hosts give several lines; the last one that holds a code tells most.
        let line = text.split(separator: "\n").last { Self.sqlstate(in: $0) != nil }
        let code = line.flatMap { Self.sqlstate(in: $0) }
        let kind: Kind =
            switch code.map({ Kind(sqlstate: $0) }) {
            case .none, .connectionLost: PQconnectionNeedsPassword(pointer) == 1 ? .authentication : .unreachable
            case .some(let kind): kind
            }
        return PostgresError(
            kind: kind, sqlstate: code,
            message: trimmed(line.map(String.init) ?? text), activity: Connection.connecting)
    }

    /// The five characters between colons that a verbose message has. Every SQLSTATE has a digit, `FATAL` has none.
    private static func sqlstate(in line: Substring) -> String? {
        line.split(separator: ":").map { $0.drop { $0 == " " } }
            .first { word in
                word.utf8.count == 5 && word.utf8.allSatisfy { isDigit($0) || isCapital($0) }
                    && word.utf8.contains { isDigit($0) }
            }
            .map(String.init)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
}
