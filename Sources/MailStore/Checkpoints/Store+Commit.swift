import MailModel

extension Store {
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
