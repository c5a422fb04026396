import Failure
import Redis
import Testing

@Suite struct RedisConfigurationTests {
    @Test("a URL gives host, port, database, user and TLS, with their defaults")
    func urls() throws {
        let plain = try RedisConfiguration(url: "redis://cache.example")
        #expect(plain.host == "cache.example" && plain.port == 6379 && plain.database == 0)
        #expect(plain.username == nil && plain.password == nil && !plain.usesTLS)

        let full = try RedisConfiguration(url: "rediss://work%40er:p%2Fa%3Ass@[::1]:7000/12", trustRootsFile: "ca.pem")
        #expect(full.host == "::1" && full.port == 7000 && full.database == 12 && full.usesTLS)
        #expect(full.username == "work@er" && full.password == RedisPassword("p/a:ss"))

        let anonymous = try RedisConfiguration(url: "redis://:secret@127.0.0.1/")
        #expect(anonymous.username == nil && anonymous.password == RedisPassword("secret"))
    }

    @Test(
        "an unusable URL is refused without being quoted",
        arguments: [
            "redis+sentinel://:hunter2@a:26379/primary", "http://:hunter2@a", "redis://:hunter2@",
            "redis://:hunter2@a/x",
            "redis://:hunter2@a:0", "redis://:hunter2@a:99999", "redis://:hunter2@a/0?x=1", "redis://hunter2@a",
            "hunter2",
        ])
    func refusals(_ url: String) throws {
        let error = try #require(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(!"\(error)".contains("hunter2"))
        #expect(error.disposition == .needsUser)
    }

    @Test("no description of a configuration shows its password or user")
    func redaction() throws {
        let configuration = try RedisConfiguration(url: "redis://someone:hunter2@[::1]:7000/3")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect("\(configuration)" == "redis://[::1]:7000/3")
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2"))
        }
    }
}
