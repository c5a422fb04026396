// The socket constants belong to whichever C module reads the header first; here that is libcurl's.
import CLibCurl
import Foundation
import Glibc
import Synchronization

/// A server on the loopback that does what a test's script says with each connection, on threads of its own.
final class ScriptedSMTPServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let received = ReceivedLines()

    /// - Parameter script: is called once a connection, on a thread; the connection closes when it returns.
    init(ipv6: Bool = false, script: @escaping @Sendable (ScriptedConnection) -> Void) throws {
        let (listener, port) = try Self.listen(ipv6: ipv6)
        self.listener = listener
        self.port = port
        Thread { [received] in
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { return }
                Thread {
                    script(ScriptedConnection(socket: socket, received: received))
                    close(socket)
                }.start()
            }
        }.start()
    }

    deinit {
        // Ends the accept that the thread hangs in; the number is free again afterwards.
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Every line that any client has sent so far, without line ends.
    var lines: [String] { received.lines.withLock { $0 } }

    /// A port of the loopback at which nothing listens.
    static func closedPort() throws -> UInt16 {
        let (listener, port) = try listen()
        close(listener)
        return port
    }

    /// Whether this machine has an IPv6 loopback.
    static let hasIPv6: Bool = {
        do {
            close(try listen(ipv6: true).0)
            return true
        } catch {
            return false
        }
    }()

    private static func listen(ipv6: Bool = false) throws -> (Int32, UInt16) {
        let listener = socket(
            ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        let bound: Bool
        var port: UInt16 = 0
        if ipv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_addr = in6addr_loopback
            bound = listen(listener, at: &address)
            port = address.sin6_port
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            bound = listen(listener, at: &address)
            port = address.sin_port
        }
        guard bound else {
            let code = errno
            close(listener)
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
        }
        return (listener, UInt16(bigEndian: port))
    }

    /// Binds and listens; the address then holds the port that the system chose.
    private static func listen<Address>(_ listener: Int32, at address: inout Address) -> Bool {
        var length = socklen_t(MemoryLayout<Address>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && Glibc.listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
    }
}

/// What all clients of a server have sent.
final class ReceivedLines: Sendable {
    let lines = Mutex<[String]>([])
}

/// The server's end of one connection. Used by the script's thread alone.
struct ScriptedConnection {
    let socket: Int32
    let received: ReceivedLines

    func say(_ text: String) {
        let bytes = Array((text + "\r\n").utf8)
        _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// The next line without its end; nil when the client has closed.
    @discardableResult
    func hear() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) == 1 {
            if byte == UInt8(ascii: "\n") {
                let text = String(decoding: line, as: UTF8.self)
                received.lines.withLock { $0.append(text) }
                return text
            }
            if byte != UInt8(ascii: "\r") { line.append(byte) }
        }
        return nil
    }

    /// Says nothing more until the client closes.
    func hang() {
        while hear() != nil {}
    }

    /// Greets, and answers EHLO with these keywords.
    func greet(_ keywords: [String] = ["AUTH PLAIN LOGIN"]) {
        say("220 mail.test ESMTP ready")
        hear()
        sayHello(keywords)
    }

    func sayHello(_ keywords: [String]) {
        let lines = ["mail.test"] + keywords
        for (index, line) in lines.enumerated() { say("250\(index == lines.count - 1 ? " " : "-")\(line)") }
    }

    /// Takes an AUTH command and its one answer, and gives the verdict.
    func hearSignIn(verdict: (String) -> String) {
        hear()
        say("334 ")
        let proof = hear().flatMap { Data(base64Encoded: $0) } ?? Data()
        say(verdict(String(decoding: proof, as: UTF8.self)))
    }

    /// Answers what comes, until the client leaves.
    func farewell() {
        while let line = hear() {
            say(line == "QUIT" ? "221 bye" : "250 ok")
            if line == "QUIT" { return }
        }
    }
}
