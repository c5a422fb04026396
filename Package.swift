// swift-tools-version: 6.2
import PackageDescription

/// Every target of our own is held to the same rules; a warning is an error.
let rules: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

extension Target.Dependency {
    static let asyncAlgorithms = product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let systemPackage = product(name: "SystemPackage", package: "swift-system")
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
}

extension Target {
    static func ours(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
        .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: rules)
    }

    static func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
        .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: rules)
    }
}

let targets: [Target] = [
    // C: a module map and a shim header each.
    .systemLibrary(name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CGMime", pkgConfig: "gmime-3.0", providers: [.apt(["libgmime-3.0-dev"])]),

    // Rules: pure functions and values.
    .ours("Failure", []),
    .ours("CallSharing", []),
    .ours("MetricNames", [.metrics]),
    .ours("MailModel", []),
    .ours("Threading", ["MailModel"]),
    .ours("SyncPlanning", ["MailModel", "Threading"]),
    .ours("Ancestry", ["MailModel", "Threading"]),
    .ours("Entitlements", ["MailModel"]),
    .ours("Cron", []),

    // Formats: bytes and messages, no socket.
    .ours("IMAPCore", ["Failure", "MailModel", .crypto, .cryptoExtras, .nioCore]),
    .ours("MIME", ["CGMime", "MailModel"]),

    // Connections.
    .ours("OutboundGuard", ["Failure"]),
    .ours("Redis", ["Failure", "CHiredis", .nioCore, .nioPosix, .nioSSL]),
    .ours("Postgres", ["Failure", "CLibPQ"]),
    .ours(
        "IMAP",
        ["Failure", "MetricNames", "CZlib", "IMAPCore", "MailModel", .metrics, .nioCore, .nioPosix, .nioSSL]),
    .ours("Transfer", ["Failure", "CLibCurl"]),

    // Queue and storage.
    .ours("JobQueue", ["CallSharing", "Failure", "Redis"], resources: [.embedInCode("Resources")]),
    .ours(
        "MailStore",
        ["CallSharing", "Failure", "Postgres", "MailModel", "Threading", "SyncPlanning", "Entitlements", .crypto],
        resources: [.embedInCode("Resources/Migrations")]),

    // Engines.
    .ours(
        "SyncEngine",
        [
            "Failure", "MetricNames", "MailStore", "Postgres", "IMAP", "IMAPCore", "MIME", "MailModel", "Threading",
            "Ancestry",
            "SyncPlanning", .crypto, .logging, .metrics, .nioPosix, .asyncAlgorithms,
        ]),
    .ours(
        "Accounts",
        ["Failure", "MailStore", "Postgres", "IMAP", "IMAPCore", "Transfer", "OutboundGuard", "MailModel", .nioCore]),

    // What the queue's jobs mean to mail: the one place that knows both.
    .ours("AccountJobs", ["Cron", "JobQueue", "MailStore", "MailModel"]),

    // The operator's hands, for the command line and the API.
    .ours(
        "Operations", ["AccountJobs", "Cron", "Entitlements", "Failure", "JobQueue", "MailModel", "MailStore"]),

    // Roles.
    .ours(
        "Scheduler",
        ["AccountJobs", "Cron", "Failure", "MailStore", "JobQueue", "MailModel", .logging, .serviceLifecycle]),
    .ours(
        "Worker",
        [
            "AccountJobs", "Failure", "MetricNames", "SyncEngine", "MailStore", "JobQueue", "MailModel", .logging,
            .metrics,
            .serviceLifecycle,
        ]),
    .ours(
        "Listener",
        [
            "IMAP", "IMAPCore", "MailModel", "MailStore", "SyncEngine", "SyncPlanning", "Worker", .logging,
            .serviceLifecycle,
        ]),

    // The program.
    .ours("Telemetry", ["MetricNames", .logging, .metrics]),
    .ours(
        "StatusHTTP",
        [
            "Telemetry", .hummingbird, .hummingbirdCore, .httpTypes, .logging, .nioCore, .nioHTTPTypes,
            .serviceLifecycle,
        ]),
    .executableTarget(
        name: "postrider",
        dependencies: [
            "Telemetry", "StatusHTTP", "MetricNames", "Operations", "Scheduler", "Worker", "Listener", "SyncEngine",
            "SyncPlanning",
            "Accounts",
            "MailStore",
            "Postgres", "JobQueue", "Redis", "AccountJobs",
            "IMAP", "IMAPCore", "MIME", "Threading", "MailModel", "Entitlements", "Transfer", "OutboundGuard",
            "Failure",
            .configuration, .argumentParser, .logging, .metrics, .serviceLifecycle, .unixSignals, .systemPackage,
            .nioPosix,
        ],
        swiftSettings: rules
    ),

    // Benchmarks, driven by scripts/bench.
    .executableTarget(
        name: "QueueBench",
        dependencies: ["AccountJobs", "JobQueue", "MailModel", "MailStore", "Postgres", "Redis", .argumentParser],
        path: "Benchmarks/QueueBench",
        swiftSettings: rules),

    // Tests mirror the sources.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: rules),
    .tests("CallSharingTests", ["CallSharing"]),
    .tests("MailModelTests", ["MailModel", "TestSupport"]),
    .tests("ThreadingTests", ["Threading", "MailModel", "TestSupport"]),
    .tests("SyncPlanningTests", ["SyncPlanning", "Threading", "MailModel", "TestSupport"]),
    .tests("AncestryTests", ["Ancestry", "Threading", "MailModel", "TestSupport"]),
    .tests("EntitlementsTests", ["Entitlements", "MailModel"]),
    .tests("CronTests", ["Cron", "TestSupport"], exclude: ["Fixtures"]),
    .tests("IMAPCoreTests", ["Failure", "IMAPCore", "MailModel", .nioCore]),
    .tests("MIMETests", ["MIME", "MailModel"]),
    .tests("OutboundGuardTests", ["OutboundGuard", "Failure"]),
    .tests("RedisTests", ["Failure", "Redis", "CHiredis", .nioCore, .nioPosix, .nioSSL]),
    .tests("PostgresTests", ["Postgres", "Failure"]),
    .tests(
        "IMAPTests",
        [
            "Failure", "IMAPCore", "IMAP", "MailModel", "Telemetry", .metrics, .nioCore, .nioPosix, .nioSSL,
        ]),
    .tests("TransferTests", ["Transfer", "Failure", "CLibCurl"], exclude: ["Fixtures"]),
    .tests("SyncEngineTests", ["SyncEngine", "Ancestry", "MailStore", "IMAPCore", "MailModel", "Failure"]),
    .tests("TelemetryTests", ["Telemetry", "MetricNames", .metrics]),
    .tests("StatusHTTPTests", ["StatusHTTP", "Telemetry", "MetricNames", .logging, .nioCore, .nioPosix]),
    .tests("JobQueueTests", ["Failure", "Redis", "JobQueue"]),
    .tests(
        "MailStoreTests",
        [
            "MailStore", "Postgres", "MailModel", "Threading", "SyncPlanning", "Entitlements", "Failure", .crypto,
        ]),
    .tests(
        "SchedulerTests",
        [
            "Scheduler", "AccountJobs", "Entitlements", "Failure", "JobQueue", "MailModel", "MailStore", "Postgres",
            "Redis", "SyncPlanning", "Threading", .crypto, .logging, .serviceLifecycle,
        ]),
    .tests(
        "WorkerTests",
        [
            "Worker", "AccountJobs", "Entitlements", "Failure", "JobQueue", "MailModel", "MailStore", "Postgres",
            "Redis", "SyncEngine", "SyncPlanning", "Threading", .crypto, .logging, .serviceLifecycle,
        ]),
    .tests(
        "OperationsTests",
        [
            "Operations", "AccountJobs", "Entitlements", "JobQueue", "MailModel", "MailStore", "Postgres", "Redis",
        ]),
]

let package = Package(
    name: "postrider",
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
