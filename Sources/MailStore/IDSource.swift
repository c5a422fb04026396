package import struct Foundation.UUID
package import MailModel

/// Makes the ids of new rows: version 7 UUIDs of a time and of randomness that are parameters.
package struct IDSource: Sendable {
    private let time: TimeSource
    private let random: @Sendable () -> UInt64

    package init(time: TimeSource, random: @escaping @Sendable () -> UInt64) {
        self.time = time
        self.random = random
    }

    package static let system = IDSource(time: .system) {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    package func make<Subject>(_: Subject.Type = Subject.self) -> Identifier<Subject> {
        Identifier(uuid())
    }

    package func uuid() -> UUID {
        UUIDv7.make(milliseconds: UInt64(clamping: time.milliseconds), random: (random(), random()))
    }
}
