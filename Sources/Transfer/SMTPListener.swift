import CLibCurl
import Glibc

/// What libcurl's callbacks of one SMTP session lead to: the dialogue, and the socket it runs over.
/// Lives and is called on the engine's thread.
final class SMTPListener {
    private(set) var dialogue: SMTPDialogue
    private let peer: PeerAddress
    private var socket: curl_socket_t = -1
    /// Whether the connection stood when it was closed. libcurl's own times tell only when TLS stood as well.
    private(set) var wasConnected = false

    init(dialogue: SMTPDialogue, peer: PeerAddress) {
        self.dialogue = dialogue
        self.peer = peer
    }

    /// Opens a socket to the judged address and to no other, should libcurl ever come to another.
    func openSocket(to target: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        guard peer.matches(target) else { return -1 }
        socket = Glibc.socket(
            target.pointee.family, target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), target.pointee.protocol)
        return socket
    }

    func closeSocket(_ closing: curl_socket_t) -> Int32 {
        if closing == socket {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            wasConnected = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(closing, $0, &length) == 0 }
            }
            socket = -1
        }
        return close(closing)
    }

    /// - Returns: whether libcurl is to go on.
    func receive(line: UnsafeRawBufferPointer) -> Bool {
        switch dialogue.receive(line: line) {
        case .proceed:
            return true
        case .finish:
            stopReading()
            return true
        case .abort:
            stopReading()
            return false
        }
    }

    /// libcurl says QUIT when it closes an SMTP connection and then waits for the answer in a blocking read, up to
    /// two minutes, on the thread that all transfers share. A socket that reads as ended makes it return at once; the
    /// QUIT itself still goes out.
    private func stopReading() {
        if socket >= 0 { _ = shutdown(socket, Int32(SHUT_RD)) }
    }
}
