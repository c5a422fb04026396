import Foundation
import Testing

@testable import Redis

@Suite(.needsSharedRedis) struct RedisClientTests {
    @Test("256 tasks over one connection each get their own replies, in order")
    func pipelining() async throws {
        try await SharedRedis.withClient { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<256 {
                    group.addTask {
                        for step in 0..<40 {
                            let word = "\(task)-\(step)"
                            let reply = try await client.send(RedisCommand("ECHO", .string(word))).string
                            #expect(reply == word)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("an error reply fails its command only")
    func errorReply() async throws {
        try await SharedRedis.withClient { client in
            let results = try await client.pipeline([
                RedisCommand("ECHO", "a"), RedisCommand("NOSUCHCOMMAND"), RedisCommand("ECHO", "b"),
            ])
            #expect(try results[0].get() == .bulk([0x61]))
            guard case .failure(.server(let error)) = results[1] else { return #expect(Bool(false), "no error") }
            #expect(error.code == "ERR")
            #expect(try results[2].get() == .bulk([0x62]))
        }
    }

    @Test("commands of a pipeline are executed with none of another task in between")
    func pipelineIsOnePiece() async throws {
        let key = "postrider-test:\(UUID())"
        try await SharedRedis.withClient { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        let results = try await client.pipeline(
                            Array(repeating: RedisCommand("INCR", .string(key)), count: 10))
                        let numbers = try results.compactMap { try $0.get().integer }
                        #expect(numbers == Array(numbers[0]..<(numbers[0] + 10)))
                    }
                }
                try await group.waitForAll()
            }
            _ = try await client.send(RedisCommand("DEL", .string(key)))
        }
    }

    @Test("a reply of several megabytes arrives whole")
    func largeReply() async throws {
        try await SharedRedis.withClient { client in
            let bytes = [UInt8](repeating: 0xFF, count: 5 << 20)
            let reply = try await client.send(RedisCommand("ECHO", .bytes(bytes)))
            #expect(reply == .bulk(bytes))
        }
    }

    @Test("a reply over the bound ends the connection, and the next command has a new one")
    func boundedReply() async throws {
        try await SharedRedis.withClient(changing: [set(\.maximumReplyBytes, to: 1 << 20)]) { client in
            await #expect {
                try await client.send(RedisCommand("ECHO", .bytes([UInt8](repeating: 1, count: 5 << 20))))
            } throws: { error in
                guard case RedisError.unknownWhetherExecuted = error else { return false }
                return true
            }
            let reply = try await client.send(RedisCommand("ECHO", "a")).string
            #expect(reply == "a")
        }
    }

    @Test("a command without a reply in time fails as unknown, and its late reply goes to nobody else")
    func timeOut() async throws {
        let key = "postrider-test:\(UUID())"
        try await SharedRedis.withClient { client in
            _ = try await client.send(RedisCommand("PING"))
            await #expect(throws: RedisError.timedOut) {
                try await client.send(RedisCommand("BLPOP", .string(key), "1.5"), timeout: .milliseconds(500))
            }
            let reply = try await client.send(RedisCommand("ECHO", "a")).string
            #expect(reply == "a")
        }
    }

    @Test("a cancelled task stops waiting at once and says whether its command was written")
    func cancellation() async throws {
        let key = "postrider-test:\(UUID())"
        let name = "cancelled-\(UUID())"
        try await SharedRedis.withClient(changing: [set(\.clientName, to: name)]) { client in
            let waiting = Task {
                try await client.send(RedisCommand("BLPOP", .string(key), "30"), timeout: .seconds(60))
            }
            try await SharedRedis.withClient { other in
                var isBlocked = false
                while !isBlocked {
                    let list = try await other.send(RedisCommand("CLIENT", "LIST")).string ?? ""
                    isBlocked = list.split(separator: "\n").contains { $0.contains(name) && $0.contains("cmd=blpop") }
                }
            }
            waiting.cancel()
            await #expect(throws: RedisError.cancelled(mayHaveExecuted: true)) { try await waiting.value }
        }
        try await SharedRedis.withClient { client in
            let early = Task { try await client.send(RedisCommand("ECHO", "a")) }
            early.cancel()
            do {
                // The cancellation may come too late; then the reply counts.
                let reply = try await early.value.string
                #expect(reply == "a")
            } catch {
                guard case RedisError.cancelled = error else { return #expect(Bool(false), "\(error)") }
            }
        }
    }

    @Test("no more commands than allowed are outstanding; further ones are refused unwritten")
    func overload() async throws {
        let key = "postrider-test:\(UUID())"
        try await SharedRedis.withClient(changing: [set(\.maximumOutstanding, to: 3)]) { client in
            async let first = client.send(RedisCommand("BLPOP", .string(key), "0.2"))
            await #expect {
                try await client.pipeline(Array(repeating: RedisCommand("PING"), count: 4))
            } throws: {
                guard case RedisError.overloaded = $0 else { return false }
                return true
            }
            _ = try await first
            let reply = try await client.send(RedisCommand("PING")).string
            #expect(reply == "PONG")
        }
    }

    @Test("a closed client refuses")
    func closing() async throws {
        try await SharedRedis.withClient { client in
            _ = try await client.send(RedisCommand("PING"))
            await client.close()
            await #expect(throws: RedisError.closed) { try await client.send(RedisCommand("PING")) }
        }
    }

    @Test("a script runs by its digest with its keys and arguments, and its error has the script's own code")
    func scripts() async throws {
        try await SharedRedis.withClient { client in
            let script = RedisScript("return {KEYS[1], ARGV[1], 7}")
            for _ in 0..<2 {
                let reply = try await client.run(script, keys: ["k"], arguments: ["ä"])
                #expect(reply == .array([.bulk([0x6B]), .bulk(Array("ä".utf8)), .integer(7)]))
            }
            let failing = RedisScript("return redis.error_reply('EPOCH no')")
            await #expect(throws: RedisError.server(RedisServerError(line: "EPOCH no"))) {
                try await client.run(failing, keys: [])
            }
        }
    }

    @Test("the database of the configuration is selected")
    func database() async throws {
        let key = "postrider-test:\(UUID())"
        try await SharedRedis.withClient(changing: [set(\.database, to: 3)]) { client in
            _ = try await client.send(RedisCommand("SET", .string(key), "3"))
            let elsewhere = try await SharedRedis.withClient { try await $0.send(RedisCommand("GET", .string(key))) }
            #expect(elsewhere.isNull)
            let reply = try await client.send(RedisCommand("DEL", .string(key))).integer
            #expect(reply == 1)
        }
        await #expect(throws: RedisError.self) {
            try await SharedRedis.withClient(changing: [set(\.database, to: 9_999)]) {
                try await $0.send(RedisCommand("PING"))
            }
        }
    }
}
