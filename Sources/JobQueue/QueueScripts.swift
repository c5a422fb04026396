internal import Redis

/// The queue's Lua scripts: one of each, so that their digests are learned once a process.
enum QueueScripts {
    static let establish = RedisScript(PackageResources.establish_lua)
    static let enqueue = script(PackageResources.enqueue_lua)
    static let claim = script(PackageResources.gates_lua, PackageResources.claiming_lua, PackageResources.claim_lua)
    static let take = script(PackageResources.gates_lua, PackageResources.take_lua)
    static let finish = script(PackageResources.gates_lua, PackageResources.finishing_lua, PackageResources.finish_lua)
    static let exchange = script(
        PackageResources.gates_lua, PackageResources.finishing_lua, PackageResources.claiming_lua,
        PackageResources.exchange_lua)
    static let extend = script(PackageResources.extend_lua)
    static let reap = script(PackageResources.gates_lua, PackageResources.reap_lua)
    static let promote = script(PackageResources.gates_lua, PackageResources.promote_lua)
    static let control = script(PackageResources.gates_lua, PackageResources.control_lua)
    static let overview = script(PackageResources.gates_lua, PackageResources.overview_lua)
    static let inspect = script(PackageResources.inspect_lua)

    /// A script that begins with the prelude.
    private static func script(_ parts: [UInt8]...) -> RedisScript {
        RedisScript(PackageResources.prelude_lua + parts.flatMap { $0 })
    }
}
