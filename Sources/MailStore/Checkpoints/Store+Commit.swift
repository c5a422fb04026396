import MailModel
import Postgres

extension Store {
    /// Stores messages' raw bytes ahead of the checkpoint that brings the messages, on a connection of its own, so that
    /// the largest part of the work runs beside the rest.
    ///
    /// Content is addressed by its hash: whatever a crash leaves behind is used by the next try, and a writer that lost
    /// its lease can do no harm. A checkpoint writes by itself whatever wasn't stored ahead, so that messages may be let
    /// go of their bytes afterwards (``RawContent/onceStored``) or not.
    package func storeContents(of messages: [NewMessage], under lease: LaneLease) async throws(StoreError) {
        try await transaction { session in
            _ = try session.query(Self.markHolder(of: lease))
            try ContentWriter(account: lease.account, session: session).copyMissing(messages.map(\.content))
        }
    }

    /// Makes a checkpoint durable, all or nothing, under a lease: the fence is the transaction's last statement, in one
    /// pipeline with COMMIT.
    ///
    /// - Parameter addresses: the account's own, lower-cased.
    /// - Throws: ``StoreError/leaseLost`` when a successor took the lane; nothing was kept then.
    package func commit(
        _ checkpoint: Checkpoint, addresses: Set<String>, under lease: LaneLease
    ) async throws(StoreError) -> CheckpointResult {
        let ids = ids
        return try await transaction(fence: lease) { session in
            let writer = CheckpointWriter(account: lease.account, addresses: addresses, ids: ids, session: session)
            return try writer.write(checkpoint)
        }
    }
}
