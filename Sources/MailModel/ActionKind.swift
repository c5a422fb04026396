/// What a tracked action is for: mail that acts on a message which isn't stored (product.md §3). There is one of each
/// kind a message at most.
package enum ActionKind: String, Sendable, Hashable, Codable, CaseIterable {
    case reply, forward
}
