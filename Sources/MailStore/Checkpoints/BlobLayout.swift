/// How raw bytes lie in PostgreSQL; sizes in bytes.
enum BlobLayout {
    /// Up to here a message is one row of `blobs`.
    static let inlineLimit = 1 << 20
    /// Above, rows of `blob_chunks` of this size.
    static let chunkSize = 256 << 10
    /// How much of a large message is encoded before it is sent.
    static let sendSize = 4 << 20
}
