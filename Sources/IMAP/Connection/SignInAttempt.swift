import IMAPCore

/// One way to sign in.
enum SignInAttempt {
    case scram(ScramClient)
    case command(Command)

    /// Whether a refusal by this way leaves it open what the next would be answered.
    ///
    /// BAD is said of no password. A NO to SCRAM may be said of a server that knows the password only as a hash of
    /// another kind; but a code that speaks of the credentials is meant, and another try would count as a guess.
    func saysNothing(about answer: StatusResponse?) -> Bool {
        guard let answer else { return false }
        switch (self, answer.condition) {
        case (_, .bad): return true
        case (.scram, .no):
            switch answer.code {
            case nil, .cannot, .other: return true
            default: return false
            }
        case (.scram, _), (.command, _): return false
        }
    }
}
