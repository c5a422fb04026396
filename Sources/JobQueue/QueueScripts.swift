internal import Redis

/// The queue's Lua scripts: one of each, so that their digests are learned once a process.
enum QueueScripts {
    static let establish = RedisScript(PackageResources.establish_lua)
    static let enqueue = RedisScript(PackageResources.prelude_lua + PackageResources.enqueue_lua)
    static let claim = RedisScript(PackageResources.prelude_lua + PackageResources.claim_lua)
    static let extend = RedisScript(PackageResources.prelude_lua + PackageResources.extend_lua)
    static let finish = RedisScript(PackageResources.prelude_lua + PackageResources.finish_lua)
    static let reap = RedisScript(PackageResources.prelude_lua + PackageResources.reap_lua)
    static let promote = RedisScript(PackageResources.prelude_lua + PackageResources.promote_lua)
}
