import Failure
import Redis
import Testing

@Suite struct RedisConfigurationTests {
    @Test("a URL gives host, port, database, user and TLS, with their defaults")
    func urls() throws {
        let plain = try RedisConfiguration(url: "redis://cache.example")
        #expect(plain.endpoint == .server(RedisAddress(host: "cache.example", port: 6379)) && plain.database == 0)
        #expect(plain.username == nil && plain.password == nil && !plain.usesTLS)

        let full = try RedisConfiguration(url: "rediss://work%40er:p%2Fa%3Ass@[::1]:7000/12", trustRootsFile: "ca.pem")
        #expect(full.endpoint == .server(RedisAddress(host: "::1", port: 7000)) && full.database == 12 && full.usesTLS)
        #expect(full.username == "work@er" && full.password == RedisPassword("p/a:ss"))

        let anonymous = try RedisConfiguration(url: "redis://:secret@127.0.0.1/")
        #expect(anonymous.username == nil && anonymous.password == RedisPassword("secret"))
    }

    @Test("a sentinel URL gives the sentinels, the service and both sign-ins, with their defaults")
    func sentinelURLs() throws {
        let plain = try RedisConfiguration(url: "redis+sentinel://a/main")
        #expect(
            plain.endpoint
                == .sentinels(RedisSentinels(addresses: [RedisAddress(host: "a", port: 26379)], service: "main")))
        #expect(plain.database == 0 && plain.username == nil && plain.password == nil && !plain.usesTLS)

        let full = try RedisConfiguration(
            url: "rediss+sentinel://wo%40rker:p%2Fa%3Ass@a:1,[::1]:2,b/ma%2Fin/12"
                + "?sentinel_username=se%26er&sentinel_password=s%3D%3F%25+1",
            trustRootsFile: "ca.pem")
        let addresses = [("a", 1), ("::1", 2), ("b", 26379)].map { RedisAddress(host: $0.0, port: $0.1) }
        #expect(
            full.endpoint
                == .sentinels(
                    RedisSentinels(
                        addresses: addresses, service: "ma/in", username: "se&er",
                        password: RedisPassword("s=?%+1"))))
        #expect(full.database == 12 && full.usesTLS && full.trustRootsFile == "ca.pem")
        #expect(full.username == "wo@rker" && full.password == RedisPassword("p/a:ss"))
    }

    @Test(
        "an unusable URL is refused without being quoted",
        arguments: [
            "redis+sentinel://:hunter2@a:26379", "redis+sentinel://:hunter2@a:26379/",
            "redis+sentinel://:hunter2@/main",
            "redis+sentinel://:hunter2@a,/main", "redis+sentinel://:hunter2@a:0/main",
            "redis+sentinel://:hunter2@a/main/x", "redis+sentinel://:hunter2@a/main/0/1",
            "redis+sentinel://a/main?sentinel_username=hunter2", "redis+sentinel://a/main?password=hunter2",
            "redis+sentinel://a/main?sentinel_password=hunter2&sentinel_password=hunter2",
            "redis+sentinel://:hun#ter2hunter2@a/main", "redis://:hunter2@a,b", "redis://:hunter2@a:6379x",
            "redis://:hunter2@[::1", "redis://:%ffhunter2@a", "http://:hunter2@a", "redis://:hunter2@",
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

    @Test("the description of a sentinel configuration names sentinels and service, and no user or password")
    func sentinelRedaction() throws {
        let configuration = try RedisConfiguration(
            url: "rediss+sentinel://someone:hunter2@a,[::1]:7/main/3?sentinel_username=other&sentinel_password=hunter2")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect("\(configuration)" == "rediss+sentinel://a:26379,[::1]:7/main/3")
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2"))
        }
    }
}
