/// Raw bytes and their hash.
struct Content {
    /// 32 bytes.
    let sha256: [UInt8]
    let raw: RawContent
}

extension NewMessage {
    var content: Content { Content(sha256: sha256, raw: raw) }
}

extension Checkpoint.Quarantined {
    /// `nil` where not even the bytes could be had.
    var content: Content? {
        guard let sha256, let raw else { return nil }
        return Content(sha256: sha256, raw: raw)
    }
}
