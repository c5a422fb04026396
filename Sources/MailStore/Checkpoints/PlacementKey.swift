import MailModel

/// What no two placements have in common.
struct PlacementKey: Hashable {
    let folder: FolderID
    let uidValidity: UIDValidity
    let uid: UID

    /// Of several that are for one placement the last, in the place of the first: a server may give one UID twice, and
    /// what it said last counts.
    static func lasts<Element>(of elements: [Element], _ key: (Element) -> PlacementKey) -> [Element] {
        guard elements.count > 1 else { return elements }
        var slots: [PlacementKey: Int] = [:]
        slots.reserveCapacity(elements.count)
        var lasts: [Element] = []
        lasts.reserveCapacity(elements.count)
        for element in elements {
            if let slot = slots[key(element)] {
                lasts[slot] = element
            } else {
                slots[key(element)] = lasts.count
                lasts.append(element)
            }
        }
        return lasts
    }
}

extension PlacementKey {
    init(_ message: NewMessage) {
        self.init(folder: message.folder, uidValidity: message.uidValidity, uid: message.uid)
    }
}

extension PlacementRow {
    var key: PlacementKey { PlacementKey(folder: folder, uidValidity: uidValidity, uid: uid) }
}

extension Checkpoint.FlagChange {
    var key: PlacementKey { PlacementKey(folder: folder, uidValidity: uidValidity, uid: uid) }
}
