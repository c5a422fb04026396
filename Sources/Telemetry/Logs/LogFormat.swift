/// How log lines are written: for people, or one JSON object a line for machines.
package enum LogFormat: String, Sendable, CaseIterable {
    case text, json
}
