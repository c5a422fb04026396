internal import CLibPQ
internal import Glibc

/// An eventfd: what a connection's thread polls besides its socket, so that other threads can have its attention.
final class Wakeup: Sendable {
    /// Readable while a signal waits.
    let descriptor: Int32

    /// - Throws: ``PostgresError`` of kind `outOfResources` where the process has no descriptor left.
    init() throws(PostgresError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else {
            throw PostgresError(
                kind: .outOfResources, message: "no eventfd, errno \(errno)", activity: "making a connection's thread")
        }
    }

    deinit { close(descriptor) }

    /// Makes the descriptor readable; from any thread.
    func signal() {
        // It can fail only when 2^64 - 2 signals wait unread.
        eventfd_write(descriptor, 1)
    }

    /// Takes all waiting signals.
    func drain() {
        var count: eventfd_t = 0
        // Without a waiting signal it fails with EAGAIN, which is as good.
        eventfd_read(descriptor, &count)
    }

    /// Blocks until a signal waits, and takes it.
    func wait() {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&entry, 1, -1) < 0 {}
        drain()
    }
}
