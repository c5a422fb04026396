/// Makes an error of a NO, BAD or BYE: what is the user's to mend, what passes by itself, and when (RFC 5530;
/// mail-exactness 25–27).
enum RefusalClassifier {
    /// - Parameters:
    ///   - command: its name.
    ///   - isSignIn: whether it carried the credentials.
    ///   - secrets: what must not be repeated out of the server's text.
    static func error(
        for status: StatusResponse, command: String, isSignIn: Bool, secrets: [String] = []
    ) -> IMAPError {
        let text = redact(status.text, secrets)
        if let throttle = throttle(status.code, text) { return .throttled(throttle) }
        if isSignIn {
            if case .webAlert(let address)? = status.code { return .signInRefused(.webSignIn(address)) }
            if contains(text, "web browser") || contains(text, "web login required") {
                return .signInRefused(.webSignIn(nil))
            }
            if case .serverBug? = status.code {
                return .throttled(.init(reason: .unavailable, retryAfter: nil, text: text))
            }
            return .signInRefused(.credentials(text))
        }
        return .refused(
            .init(command: command, isBad: status.condition == .bad, code: status.code, text: text))
    }

    /// A BYE that no LOGOUT asked for.
    static func error(forGoodbye status: StatusResponse) -> IMAPError {
        let text = redact(status.text, [])
        return throttle(status.code, text).map { .throttled($0) } ?? .goodbye(text)
    }

    private static func throttle(_ code: ResponseCode?, _ text: String) -> IMAPError.Throttle? {
        let wait = backoff(text)
        func because(_ reason: IMAPError.Throttle.Reason) -> IMAPError.Throttle {
            .init(reason: reason, retryAfter: wait, text: text)
        }
        if contains(text, "too many simultaneous connections") || contains(text, "too many connections")
            || contains(text, "maximum number of connections")
        {
            return because(.tooManyConnections)
        }
        switch code {
        case .limit, .throttled: return because(.quota)
        case .overQuota where contains(text, "bandwidth") || contains(text, "command"): return because(.quota)
        case .inUse: return because(.inUse)
        case .unavailable: return because(.unavailable)
        default: break
        }
        if contains(text, "authenticated but not connected") { return because(.unavailable) }
        if wait != nil || contains(text, "request is throttled") { return because(.quota) }
        return nil
    }

    /// Seconds from Microsoft's `Suggested Backoff Time: 299961 milliseconds`; at most a day.
    static func backoff(_ text: String) -> Double? {
        guard let range = lowered(text).firstRange(of: "suggested backoff time:") else { return nil }
        let rest = lowered(text)[range.upperBound...].drop { $0 == " " }
        guard let value = Double(rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }), value >= 0 else {
            return nil
        }
        let unit = rest.drop { $0.isASCII && ($0.isNumber || $0 == ".") }.drop { $0 == " " }
        let isSeconds = unit.hasPrefix("s") && !unit.hasPrefix("ms")
        return Swift.min(isSeconds ? value : value / 1_000, 86_400)
    }

    private static func lowered(_ text: String) -> String { text.lowercased() }

    private static func contains(_ text: String, _ words: String) -> Bool { lowered(text).contains(words) }

    private static func redact(_ text: String, _ secrets: [String]) -> String {
        var out = String(text.prefix(300))
        for secret in secrets where !secret.isEmpty { out = out.replacing(secret, with: "…") }
        return out
    }
}
