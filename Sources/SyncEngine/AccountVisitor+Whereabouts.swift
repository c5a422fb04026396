import IMAP
import IMAPCore
package import MailModel
package import MailStore

extension AccountVisitor {
    /// Looks on the server for messages that bear an id, in the folders that may be read, and tells by which rule each was
    /// skipped. Nothing is written.
    package func whereabouts(of id: HeaderMessageID, account key: AccountKey) async throws -> [Whereabouts] {
        let mailbox = try await openMailbox(try await store.account(key), false).mailbox
        do {
            var found: [Whereabouts] = []
            for folder in try await store.folders(of: key) where folder.isSelectable {
                found += try await look(for: id, in: folder, of: key, mailbox)
            }
            await mailbox.logout()
            return found
        } catch {
            await mailbox.close()
            throw error
        }
    }

    private func look(
        for id: HeaderMessageID, in folder: Folder, of key: AccountKey, _ mailbox: IMAPConnection
    ) async throws -> [Whereabouts] {
        let selected: SelectedMailbox
        do {
            selected = try await mailbox.examine(folder.path)
        } catch {
            guard case .refused = error else { throw error }
            return []
        }
        let uids = try await mailbox.uidSearch(.header(field: "Message-ID", value: id.rawValue))
        guard !uids.isEmpty else { return [] }
        let coverage = try await store.coverage(of: folder.id, uidValidity: selected.uidValidity, account: key)
        var found: [Whereabouts] = []
        for try await batch in try mailbox.fetchAttributes(uids, items: [.internalDate, .messageID]) {
            for attributes in batch where attributes.names(id) {
                found.append(
                    Whereabouts(
                        path: folder.path.display, isWatched: folder.isWatched, uid: attributes.uid,
                        internalDate: attributes.internalDate,
                        reason: coverage.skipped.first { $0.value.contains(attributes.uid) }?.key))
            }
        }
        return found
    }
}
