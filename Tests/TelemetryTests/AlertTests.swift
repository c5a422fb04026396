import Foundation
import MetricNames
import Testing

@Suite("The alerts that are shipped")
struct AlertTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../deploy/prometheus/alerts.yml").standardized

    /// A metric as an expression names it, and the labels that it matches by.
    private struct Use: Hashable {
        let name: String
        let labels: Set<String>
    }

    private static func uses(in text: String) -> Set<Use> {
        Set(
            text.matches(of: /\b((?:postrider|process)_\w+)(?:\{([^}]*)\})?/).map { match in
                let labels = match.2?.matches(of: /(\w+)\s*[=!]/).map { String($0.1) } ?? []
                return Use(name: String(match.1), labels: Set(labels))
            })
    }

    private static func definition(_ name: String) -> MetricDefinition? {
        PostriderMetrics.all.first { definition in
            switch definition.kind {
            case .counter, .gauge: definition.name == name
            case .histogram: ["_bucket", "_sum", "_count"].contains { definition.name + $0 == name }
            }
        }
    }

    @Test("every metric and label in them stands in the catalogue")
    func names() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let uses = Self.uses(in: text)
        #expect(uses.count >= 12)
        for use in uses {
            let definition = Self.definition(use.name)
            #expect(definition != nil, "\(use.name)")
            #expect(use.labels.subtracting(["job", "instance", "le"]).isSubset(of: definition?.labels ?? []), "\(use)")
        }
    }

    @Test("there is an alert for each thing that an operator was promised to hear of, with words and a severity")
    func alerts() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let rules = text.components(separatedBy: "- alert: ").dropFirst()
        let names = rules.map { $0.prefix { $0 != "\n" } }
        #expect(
            Set(names).isSuperset(of: [
                "PostriderQueueSlow", "PostriderNoLiveWorker", "PostriderNoLeader", "PostriderNothingDispatched",
                "PostriderJobsRescued", "PostriderDeadLetters", "PostriderRedisMemory", "PostriderRedisEvicts",
                "PostriderOutboxLag", "PostriderDrainTimeouts", "PostriderAccountsStale",
            ]))
        for rule in rules {
            for part in ["expr:", "severity:", "summary:", "description:"] {
                #expect(rule.contains(part), "\(rule.prefix(40)) has no \(part)")
            }
        }
    }
}
