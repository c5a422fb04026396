import MailModel
import Postgres

/// Writes raw bytes of messages, once an account and content, within a transaction of its caller's.
struct ContentWriter {
    let account: AccountKey
    let session: PostgresSession

    /// What a row of `blobs` takes beside its content, in bytes: so the whole buffer is allocated once, and what grows to
    /// megabytes is not copied over and over.
    private static let overhead = 128

    /// Writes those contents that aren't stored yet.
    func copyMissing(_ contents: [Content]) throws {
        let rows = try session.query(
            Statement(
                "SELECT sha256 FROM blobs WHERE organization_id = $1 AND account_id = $2 AND sha256 = ANY ($3::bytea[])",
                account.organizationID, account.accountID, contents.map(\.sha256)))
        var known = Set(try rows.map { try $0.get(0, as: [UInt8].self) })
        try copy(contents.filter { known.insert($0.sha256).inserted })
    }

    /// Raw bytes up to 1 MiB go into their row; above, into chunk rows that are sent 4 MiB at a time, so that memory
    /// is bounded whatever the size of the message.
    func copy(_ contents: [Content]) throws {
        guard !contents.isEmpty else { return }
        let inline = contents.lazy.map(\.raw.count).filter { $0 <= BlobLayout.inlineLimit }.reduce(0, +)
        var copy = CopyBuffer(
            table: "blobs", columns: ["organization_id", "account_id", "sha256", "size", "content"],
            capacity: inline + contents.count * Self.overhead)
        for content in contents {
            func append(_ bytes: UnsafeRawBufferPointer?) {
                copy.row { row in
                    row.append(account.organizationID)
                    row.append(account.accountID)
                    row.append(content.sha256)
                    row.append(Int64(content.raw.count))
                    if let bytes { row.append(bytes: bytes) } else { row.appendNull() }
                }
            }
            if content.raw.count <= BlobLayout.inlineLimit {
                try content.raw.withBytes(in: 0..<content.raw.count) { append($0) }
            } else {
                append(nil)
            }
        }
        _ = try session.copyIn(copy)
        for content in contents where content.raw.count > BlobLayout.inlineLimit { try copyChunks(of: content) }
    }

    private func copyChunks(of content: Content) throws {
        var copy = CopyBuffer(
            table: "blob_chunks", columns: ["organization_id", "account_id", "sha256", "number", "content"])
        var number: Int32 = 0
        var offset = 0
        while offset < content.raw.count {
            let end = min(offset + BlobLayout.chunkSize, content.raw.count)
            try content.raw.withBytes(in: offset..<end) { bytes in
                copy.row { row in
                    row.append(account.organizationID)
                    row.append(account.accountID)
                    row.append(content.sha256)
                    row.append(number)
                    row.append(bytes: bytes)
                }
            }
            number += 1
            offset = end
            if copy.byteCount >= BlobLayout.sendSize || offset == content.raw.count {
                _ = try session.copyIn(copy)
                copy.removeAll(keepingCapacity: true)
            }
        }
    }
}
