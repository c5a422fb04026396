package import MailModel

/// The machine-readable part of a status reply: what stands in its brackets (RFC 9051 §7.1, RFC 5530, RFC 7162).
package enum ResponseCode: Sendable, Hashable {
    case alert
    case alreadyExists
    case authenticationFailed
    case authorizationFailed
    case cannot
    case capability(IMAPCapabilities)
    case clientBug
    /// What comes before it is of the folder that was open, what comes after of the one being opened (RFC 7162 §3.2.11).
    case closed
    case contactAdministrator
    case expired
    case highestModSequence(ModSequence)
    case inUse
    case limit
    case mailboxID(String)
    case noModSequence
    case nonExistent
    case noPermission
    /// The server tells of no changes any more: there were too many (RFC 5465 §5.8).
    case notificationOverflow
    case overQuota
    case permanentFlags([Flag])
    case privacyRequired
    case readOnly
    case readWrite
    case serverBug
    case throttled
    case tryCreate
    case uidNext(UInt32)
    case uidValidity(UIDValidity)
    case unavailable
    /// Gmail's demand to sign in once by a browser; holds the address to go to.
    case webAlert(String)
    /// Any other, and those above whose argument could not be read: its name in capitals.
    case other(String)

    /// Reads from after the `[` up to and including the `]`, or to the line's end where that is missing.
    static func parse(_ cursor: inout ByteCursor, limit: Int) -> ResponseCode {
        cursor.skipSpaces()
        let name = cursor.word()
        cursor.skipSpaces()
        let code = known(name, &cursor, limit: limit) ?? .other(String(decoding: name, as: UTF8.self).uppercased())
        close(&cursor)
        return code
    }

    /// Steps past the closing bracket; strings on the way may hold brackets of their own.
    private static func close(_ cursor: inout ByteCursor) {
        while let byte = cursor.peek {
            if byte == ASCII.quote, (try? cursor.string()) != nil { continue }
            if !cursor.isAtEnd { cursor.advance() }
            if byte == ASCII.closeBracket { return }
        }
    }

    private static func known(
        _ name: UnsafeRawBufferPointer, _ cursor: inout ByteCursor, limit: Int
    ) -> ResponseCode? {
        switch String(decoding: name, as: UTF8.self).uppercased() {
        case "ALERT": .alert
        case "ALREADYEXISTS": .alreadyExists
        case "AUTHENTICATIONFAILED": .authenticationFailed
        case "AUTHORIZATIONFAILED": .authorizationFailed
        case "CANNOT": .cannot
        case "CAPABILITY": .capability(IMAPCapabilities.parse(&cursor, limit: limit))
        case "CLIENTBUG": .clientBug
        case "CLOSED": .closed
        case "CONTACTADMIN": .contactAdministrator
        case "EXPIRED": .expired
        case "HIGHESTMODSEQ": cursor.number().map { .highestModSequence(ModSequence(rawValue: $0)) }
        case "INUSE": .inUse
        case "LIMIT": .limit
        case "MAILBOXID": mailboxID(&cursor)
        case "NOMODSEQ": .noModSequence
        case "NONEXISTENT": .nonExistent
        case "NOPERM": .noPermission
        case "NOTIFICATIONOVERFLOW": .notificationOverflow
        case "OVERQUOTA": .overQuota
        case "PERMANENTFLAGS": (try? FlagList.parse(&cursor, limit: limit)).map { .permanentFlags($0) }
        case "PRIVACYREQUIRED": .privacyRequired
        case "READ-ONLY": .readOnly
        case "READ-WRITE": .readWrite
        case "SERVERBUG": .serverBug
        case "THROTTLED": .throttled
        case "TRYCREATE": .tryCreate
        case "UIDNEXT": cursor.number32().map { .uidNext($0) }
        case "UIDVALIDITY": cursor.number32().map { .uidValidity(UIDValidity(rawValue: $0)) }
        case "UNAVAILABLE": .unavailable
        case "WEBALERT": .webAlert(String(decoding: cursor.word().prefix(1_024), as: UTF8.self))
        default: nil
        }
    }

    private static func mailboxID(_ cursor: inout ByteCursor) -> ResponseCode? {
        _ = cursor.skip(ASCII.openParenthesis)
        guard let bytes = try? cursor.atomOrString(), bytes.count <= 255 else { return nil }
        return .mailboxID(String(decoding: bytes, as: UTF8.self))
    }
}
