import CLibCurl
import Glibc

/// The SMTP sign-in check as libcurl runs it: connect, greet, encrypt, authenticate, NOOP, QUIT; nothing is sent.
struct SMTPSignIn: Sendable {
    let endpoint: SMTPEndpoint
    let credential: SMTPCredential
    let trustRoots: TrustRoots
    /// What EHLO says; a domain or an address literal.
    let helloName: String
    private let peer: PeerAddress

    /// - Throws: ``TransferError/invalidRequest(_:)``, for what must not come near a URL or a command.
    init(
        endpoint: SMTPEndpoint, credential: SMTPCredential, trustRoots: TrustRoots, helloName: String
    ) throws(TransferError) {
        guard let peer = PeerAddress(endpoint.ip) else { throw .invalidRequest(.address) }
        guard Self.isServerName(endpoint.serverName) else { throw .invalidRequest(.serverName) }
        switch credential {
        case .password(let username, let password):
            guard Self.isSendable(username), Self.isSendable(password) else { throw .invalidRequest(.credential) }
        case .xoauth2(let username, let accessToken):
            guard Self.isSendable(username), Self.isSendable(accessToken) else { throw .invalidRequest(.credential) }
        }
        self.endpoint = endpoint
        self.credential = credential
        self.trustRoots = trustRoots
        self.helloName = helloName
        self.peer = peer
    }

    /// SASL mechanisms for the credential. SCRAM is there only in a libcurl built with it.
    var mechanisms: [String] {
        switch credential {
        case .password: Self.libraryHasSCRAM ? ["SCRAM-SHA-256", "PLAIN", "LOGIN"] : ["PLAIN", "LOGIN"]
        case .xoauth2: ["OAUTHBEARER", "XOAUTH2"]
        }
    }

    /// Makes the easy handle. To be called on the engine's thread.
    func prepare(remaining: Duration) throws(TransferError) -> PreparedTransfer<SMTPServerFacts> {
        let listener = SMTPListener(
            dialogue: SMTPDialogue(demandsStartTLS: endpoint.security == .startTLS, mechanisms: mechanisms),
            peer: peer)
        let easy = try EasyHandle()
        try setRoute(on: easy)
        try setProtection(on: easy)
        try setCredential(on: easy)
        try setBounds(on: easy, remaining: remaining)
        try easy.set(CURLOPT_CUSTOMREQUEST, "NOOP")
        try easy.set(CURLOPT_NOBODY, 1)
        try easy.discardBody()
        try easy.ownSockets(
            context: listener,
            open: { context, _, address in
                guard let context, let address else { return -1 }
                return Unmanaged<SMTPListener>.fromOpaque(context).takeUnretainedValue().openSocket(to: address)
            },
            close: { context, socket in
                guard let context else { return close(socket) }
                return Unmanaged<SMTPListener>.fromOpaque(context).takeUnretainedValue().closeSocket(socket)
            })
        try easy.receiveHeaders(context: listener) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            let listener = Unmanaged<SMTPListener>.fromOpaque(context).takeUnretainedValue()
            return listener.receive(line: line) ? size * count : 0
        }
        let security = endpoint.security
        return PreparedTransfer(easy: easy) { code in
            switch listener.dialogue.verdict {
            case .signedIn(let facts): .success(facts)
            case .failed(let error): .failure(error)
            case .undecided: .failure(.smtp(code, easy: easy, listener: listener, security: security))
            }
        }
    }

    private func setRoute(on easy: EasyHandle) throws(TransferError) {
        let typed = endpoint.serverName
        let name = typed.contains(":") ? "[\(Self.withoutBrackets(typed))]" : typed
        let scheme = endpoint.security == .tls ? "smtps" : "smtp"
        // The path of an SMTP URL is what EHLO says.
        try easy.set(CURLOPT_URL, "\(scheme)://\(name):\(endpoint.port)/\(helloName)")
        try easy.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        // The name stays the one that TLS verifies; the connection goes to the judged address, whatever DNS says now.
        let target = peer.isIPv6 ? "[\(endpoint.ip)]" : endpoint.ip
        try easy.set(CURLOPT_CONNECT_TO, list: ["::\(target):\(endpoint.port)"])
        // Not through a proxy that the environment may name.
        try easy.set(CURLOPT_PROXY, "")
        try easy.set(CURLOPT_NOPROXY, "*")
    }

    private func setProtection(on easy: EasyHandle) throws(TransferError) {
        switch endpoint.security {
        case .tls, .startTLS: try easy.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
        case .none: try easy.set(CURLOPT_USE_SSL, Int(CURLUSESSL_NONE.rawValue))
        }
        try easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try easy.set(CURLOPT_SSL_VERIFYPEER, 1)
        try easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        switch trustRoots {
        case .system:
            break
        case .file(let path):
            try easy.set(CURLOPT_CAINFO, path)
            // The folder that libcurl was built with would still be believed.
            try easy.unset(CURLOPT_CAPATH)
        }
    }

    private func setCredential(on easy: EasyHandle) throws(TransferError) {
        try easy.set(CURLOPT_LOGIN_OPTIONS, mechanisms.map { "AUTH=\($0)" }.joined(separator: ";"))
        switch credential {
        case .password(let username, let password):
            try easy.set(CURLOPT_USERNAME, username)
            try easy.set(CURLOPT_PASSWORD, password)
        case .xoauth2(let username, let accessToken):
            try easy.set(CURLOPT_USERNAME, username)
            try easy.set(CURLOPT_XOAUTH2_BEARER, accessToken)
        }
    }

    private func setBounds(on easy: EasyHandle, remaining: Duration) throws(TransferError) {
        try easy.set(CURLOPT_NOSIGNAL, 1)
        try easy.set(CURLOPT_TIMEOUT_MS, remaining.wholeMilliseconds)
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, remaining.wholeMilliseconds)
        // A signed-in connection is one account's own: it is never kept for another transfer.
        try easy.set(CURLOPT_FRESH_CONNECT, 1)
        try easy.set(CURLOPT_FORBID_REUSE, 1)
    }
}

extension SMTPSignIn {
    private static let libraryHasSCRAM = curl_shim_has_scram()

    /// A DNS name or an IP literal, and nothing that could end a URL's host or begin another part of it.
    private static func isServerName(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 255 else { return false }
        if name.contains(":") { return PeerAddress(withoutBrackets(name))?.isIPv6 == true }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default:
                byte >= 0x80
            }
        }
    }

    private static func withoutBrackets(_ name: String) -> String {
        name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
    }

    /// SASL's own separators are NUL and 0x01; the lines end with CR and LF.
    private static func isSendable(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { ![0x00, 0x01, 0x0a, 0x0d].contains($0) }
    }
}
