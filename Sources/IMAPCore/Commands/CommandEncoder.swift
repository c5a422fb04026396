import MailModel
import NIOCore

/// Writes commands in the server's syntax (RFC 9051 §6), and refuses what would become a second command.
package struct CommandEncoder: Sendable {
    /// The octets that every server takes in one line (mail-exactness 22).
    package static let maximumLineLength = 1_000

    private let literals: LiteralMode
    private var pieces: [ByteBuffer] = []
    private var buffer = ByteBuffer()

    private init(literals: LiteralMode) { self.literals = literals }

    /// - Throws: ``IMAPError/injection(_:)`` for CR, LF or NUL in any name, term or credential.
    package static func encode(
        _ command: Command, tag: String, literals: LiteralMode
    ) throws(IMAPError) -> EncodedCommand {
        var encoder = CommandEncoder(literals: literals)
        encoder.text(tag)
        encoder.text(" ")
        try encoder.write(command)
        return encoder.finish(command.dialogue)
    }

    private mutating func finish(_ dialogue: EncodedCommand.Dialogue) -> EncodedCommand {
        text("\r\n")
        pieces.append(buffer)
        return EncodedCommand(pieces: pieces, dialogue: dialogue)
    }

    private mutating func write(_ command: Command) throws(IMAPError) {
        text(command.name)
        switch command {
        case .capability, .noop, .logout, .startTLS, .compress, .namespace, .unselect:
            return
        case .id(let fields):
            try id(fields)
        case .login(let username, let password):
            text(" ")
            try string(username.utf8, place: "the user name")
            text(" ")
            try string(password.utf8, place: "the password")
        case .authenticatePlain(let username, let password, let initialResponse):
            try refuse(username.utf8, place: "the user name")
            try refuse(password.utf8, place: "the password")
            authenticate("PLAIN", "\0\(username)\0\(password)", initialResponse: initialResponse)
        case .authenticateXOAuth2(let username, let accessToken, let initialResponse):
            try refuse(username.utf8, place: "the user name")
            try refuse(accessToken.utf8, place: "the access token")
            guard !username.utf8.contains(0x01), !accessToken.utf8.contains(0x01) else {
                throw .injection("the credentials")
            }
            authenticate(
                "XOAUTH2", "user=\(username)\u{01}auth=Bearer \(accessToken)\u{01}\u{01}",
                initialResponse: initialResponse)
        case .authenticateOAuthBearer(let username, let accessToken, let host, let port, let initialResponse):
            try refuse(username.utf8, place: "the user name")
            try refuse(accessToken.utf8, place: "the access token")
            try refuse(host.utf8, place: "the server's name")
            guard !"\(username)\(accessToken)\(host)".utf8.contains(0x01) else {
                throw .injection("the credentials")
            }
            authenticate(
                "OAUTHBEARER",
                "n,a=\(SASLName.escape(username)),\u{01}host=\(host)\u{01}port=\(port)\u{01}"
                    + "auth=Bearer \(accessToken)\u{01}\u{01}",
                initialResponse: initialResponse)
        case .authenticateScram(let firstMessage, _, let initialResponse):
            authenticate("SCRAM-SHA-256", firstMessage, initialResponse: initialResponse)
        case .enable(let names):
            for name in names {
                text(" ")
                try atom(name, place: "a capability's name")
            }
        case .list(let pattern, let returning):
            try list(pattern, returning)
        case .status(let path, let items):
            text(" ")
            try string(path.raw, place: "a folder's name")
            text(" (\(items.map(\.rawValue).joined(separator: " ")))")
        case .examine(let path, let condstore):
            text(" ")
            try string(path.raw, place: "a folder's name")
            if condstore { text(" (CONDSTORE)") }
        case .select(let path):
            text(" ")
            try string(path.raw, place: "a folder's name")
        case .notify(let wish):
            try notify(wish)
        case .uidSearch(let key, let extended):
            if extended { text(" RETURN (ALL)") }
            // IMAP4rev1 counts US-ASCII unless told otherwise.
            if key.needsCharset { text(" CHARSET UTF-8") }
            text(" ")
            try search(key, isInner: false)
        case .uidThread(let algorithm, let key):
            text(" \(algorithm.rawValue) UTF-8 ")
            try search(key, isInner: false)
        case .uidFetch(let uids, let items, let changes):
            text(" \(uids) (")
            for (index, item) in items.enumerated() {
                if index > 0 { text(" ") }
                let wire = item.wireText
                try refuse(wire.utf8, place: "a section's name")
                text(wire)
            }
            text(")")
            if let changes {
                text(" (CHANGEDSINCE \(changes.modSequence.rawValue)\(changes.wantsVanished ? " VANISHED" : ""))")
            }
        }
    }
}

extension Command {
    fileprivate var dialogue: EncodedCommand.Dialogue {
        switch self {
        case .login, .authenticatePlain, .authenticateXOAuth2: .refusal(answer: "")
        // One octet 0x01 (RFC 7628 §3.2.3).
        case .authenticateOAuthBearer: .refusal(answer: "AQ==")
        case .authenticateScram: .challenges
        case .capability, .noop, .logout, .startTLS, .id, .enable, .compress, .notify, .namespace, .list, .status,
            .examine,
            .select, .unselect, .uidSearch, .uidThread, .uidFetch:
            .none
        }
    }
}

// MARK: - Commands with a shape of their own

extension CommandEncoder {
    private mutating func id(_ fields: [(name: String, value: String)]) throws(IMAPError) {
        text(fields.isEmpty ? " NIL" : " (")
        for (index, field) in fields.enumerated() {
            if index > 0 { text(" ") }
            try string(field.name.utf8, place: "a field of ID")
            text(" ")
            try string(field.value.utf8, place: "a field of ID")
        }
        if !fields.isEmpty { text(")") }
    }

    private mutating func authenticate(_ mechanism: String, _ response: String, initialResponse: Bool) {
        text(" \(mechanism)")
        if initialResponse {
            text(" ")
        } else {
            text("\r\n")
            cut()
        }
        text(Base64.encode(response.utf8))
    }

    private mutating func list(_ pattern: String, _ returning: [ListReturn]) throws(IMAPError) {
        text(" \"\" ")
        try string(pattern.utf8, place: "a folder's name")
        guard !returning.isEmpty else { return }
        let options = returning.map { option in
            switch option {
            case .specialUse: "SPECIAL-USE"
            case .status(let items): "STATUS (\(items.map(\.rawValue).joined(separator: " ")))"
            }
        }
        text(" RETURN (\(options.joined(separator: " ")))")
    }

    private mutating func notify(_ wish: NotifyWish) throws(IMAPError) {
        switch wish {
        case .nothing:
            text(" NONE")
        case .changes(let folders, let flags, let names):
            let events = flags ? "MessageNew MessageExpunge FlagChange" : "MessageNew MessageExpunge"
            text(" SET STATUS (SELECTED (\(events)))")
            guard let folders else {
                text(" (PERSONAL (\(events)\(names ? " MailboxName" : "")))")
                return
            }
            if !folders.isEmpty {
                text(" (MAILBOXES (")
                for (index, folder) in folders.enumerated() {
                    if index > 0 { text(" ") }
                    try string(folder.raw, place: "a folder's name")
                }
                text(") (\(events)))")
            }
            if names { text(" (PERSONAL (MailboxName))") }
        }
    }

    private mutating func search(_ key: SearchKey, isInner: Bool) throws(IMAPError) {
        switch key {
        case .all:
            text("ALL")
        case .since(let moment):
            text("SINCE \(CalendarDate(moment))")
        case .before(let moment):
            text("BEFORE \(CalendarDate(moment))")
        case .deleted:
            text("DELETED")
        case .changedSince(let modSequence):
            text("MODSEQ \(modSequence.rawValue)")
        case .uids(let uids):
            guard !uids.isEmpty else { throw .unusable("a search in no UIDs") }
            text("UID \(uids)")
        case .header(let field, let value):
            text("HEADER ")
            try string(field.utf8, place: "a header field's name")
            text(" ")
            try string(value.utf8, place: "a search term")
        case .gmailThreadID(let id):
            text("X-GM-THRID \(id)")
        case .gmailMessageID(let id):
            text("X-GM-MSGID \(id)")
        case .threadID(let id):
            text("THREADID ")
            try atom(id, place: "a thread id")
        case .emailID(let id):
            text("EMAILID ")
            try atom(id, place: "a message id")
        case .or(let left, let right):
            text("OR ")
            try search(left, isInner: true)
            text(" ")
            try search(right, isInner: true)
        case .not(let inner):
            text("NOT ")
            try search(inner, isInner: true)
        case .and(let keys):
            guard !keys.isEmpty else {
                text("ALL")
                return
            }
            if isInner { text("(") }
            for (index, inner) in keys.enumerated() {
                if index > 0 { text(" ") }
                try search(inner, isInner: true)
            }
            if isInner { text(")") }
        }
    }
}

// MARK: - Strings

extension CommandEncoder {
    private mutating func text(_ string: String) { buffer.writeString(string) }

    /// The server must say `+` here.
    private mutating func cut() {
        pieces.append(buffer)
        buffer = ByteBuffer()
    }

    private func refuse(_ bytes: some Sequence<UInt8>, place: String) throws(IMAPError) {
        for byte in bytes where byte == ASCII.carriageReturn || byte == ASCII.lineFeed || byte == ASCII.nul {
            throw .injection(place)
        }
    }

    private mutating func atom(_ string: String, place: String) throws(IMAPError) {
        let isAtom =
            !string.isEmpty
            && string.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && !"(){%*\"\\]".utf8.contains(byte)
            }
        guard isAtom else { throw .injection(place) }
        text(string)
    }

    /// As a quoted string where it is short and plain, else as a literal.
    private mutating func string(_ bytes: some Collection<UInt8>, place: String) throws(IMAPError) {
        try refuse(bytes, place: place)
        if bytes.count <= 512, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            buffer.writeInteger(ASCII.quote)
            for byte in bytes {
                if byte == ASCII.quote || byte == ASCII.backslash { buffer.writeInteger(ASCII.backslash) }
                buffer.writeInteger(byte)
            }
            buffer.writeInteger(ASCII.quote)
        } else if literals.mayPass(bytes.count) {
            text("{\(bytes.count)+}\r\n")
            buffer.writeBytes(bytes)
        } else {
            text("{\(bytes.count)}\r\n")
            cut()
            buffer.writeBytes(bytes)
        }
    }
}
