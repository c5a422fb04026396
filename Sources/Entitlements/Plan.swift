/// What an organization pays for. The raw values are those of the API and the database.
package enum Plan: String, Sendable, Hashable, Codable, CaseIterable {
    case silver, gold, platinum
}

extension Plan: Comparable {
    private var tier: Int {
        switch self {
        case .silver: 0
        case .gold: 1
        case .platinum: 2
        }
    }

    /// Whether moving from `left` to `right` is moving up.
    package static func < (left: Self, right: Self) -> Bool { left.tier < right.tier }
}

extension Plan: CustomStringConvertible {
    /// As people read it: `Silver`.
    package var description: String {
        switch self {
        case .silver: "Silver"
        case .gold: "Gold"
        case .platinum: "Platinum"
        }
    }
}
