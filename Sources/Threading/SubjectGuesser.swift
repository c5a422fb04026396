import MailModel

/// Joins replies that name no ancestor to what they seem to answer.
///
/// Never by subject alone: the subject must have a reply prefix, In-Reply-To and References (and a provider's thread)
/// must be missing, someone other than the account's owner must take part in both, and they must lie within 7 days.
struct SubjectGuesser {
    let batch: [ThreadableMessage]
    let candidates: [String: [SubjectCandidate]]
    let ownAddresses: Set<String>

    /// What a guess would join a message to, with what decides between several.
    private struct Choice {
        enum Target {
            case message(Int)
            case thread(ThreadID)
        }

        let target: Target
        let date: EpochSeconds
        let participants: Set<String>
    }

    /// - Returns: positions of the messages that were joined by a guess.
    func joinGuesses(in graph: inout ThreadGraph) -> Set<Int> {
        // Nearly all mail has its links: a batch in which nothing can be guessed has no subject taken apart twice.
        let mayGuess =
            !candidates.isEmpty
            || batch.contains { $0.namesNoAncestor && BaseSubject.parse($0.subject).isReply }
        guard mayGuess else { return [] }
        let subjects = batch.map { BaseSubject.parse($0.subject) }
        var byBase: [String: [Int]] = [:]
        for (index, subject) in subjects.enumerated() where !subject.base.isEmpty {
            byBase[subject.base, default: []].append(index)
        }
        var guessed: Set<Int> = []
        for (index, subject) in subjects.enumerated() where !subject.base.isEmpty {
            let stored = candidates[subject.base] ?? []
            if subject.isReply {
                guard batch[index].namesNoAncestor else { continue }
                // A Thread-Index that has found its conversation leaves nothing to be guessed.
                if batch[index].threadIndexRoot != nil, !graph.isAlone(message: index) { continue }
                let before = stored.map {
                    Choice(target: .thread($0.thread), date: $0.date, participants: $0.participants)
                }
                let beside = (byBase[subject.base] ?? []).filter { $0 != index }.map {
                    Choice(target: .message($0), date: batch[$0].date, participants: batch[$0].participants)
                }
                if let best = best(of: before + beside, for: batch[index]), join(index, to: best.target, in: &graph) {
                    guessed.insert(index)
                }
            } else if !subject.isForward {
                // It may be what a reply that came earlier was answering.
                for orphan in stored where orphan.awaitsOriginal && orphan.date >= batch[index].date {
                    let choice = Choice(
                        target: .thread(orphan.thread), date: orphan.date, participants: orphan.participants)
                    guard agrees(choice, with: batch[index]) else { continue }
                    if join(index, to: choice.target, in: &graph) { guessed.insert(index) }
                }
            }
        }
        return guessed
    }

    /// The nearest before it, else the nearest after it: people answer what they have just read.
    private func best(of choices: [Choice], for message: ThreadableMessage) -> Choice? {
        var best: (choice: Choice, isLater: Bool, distance: Int64)?
        for choice in choices where agrees(choice, with: message) {
            let isLater = choice.date > message.date
            let distance = abs(choice.date.rawValue - message.date.rawValue)
            if let found = best {
                if found.isLater != isLater {
                    if isLater { continue }
                } else if found.distance < distance {
                    continue
                } else if found.distance == distance, !precedes(choice.target, found.choice.target) {
                    continue
                }
            }
            best = (choice, isLater, distance)
        }
        return best?.choice
    }

    /// Decides between equals: stored threads before the batch, then by id or position.
    private func precedes(_ left: Choice.Target, _ right: Choice.Target) -> Bool {
        switch (left, right) {
        case (.thread(let a), .thread(let b)): a < b
        case (.thread, .message): true
        case (.message, .thread): false
        case (.message(let a), .message(let b)): a < b
        }
    }

    private func agrees(_ choice: Choice, with message: ThreadableMessage) -> Bool {
        guard abs(choice.date.rawValue - message.date.rawValue) <= BaseSubject.reach else { return false }
        return message.participants.contains { choice.participants.contains($0) && !ownAddresses.contains($0) }
    }

    /// Whether the guess has changed anything.
    private func join(_ message: Int, to target: Choice.Target, in graph: inout ThreadGraph) -> Bool {
        switch target {
        case .message(let other):
            !graph.areTogether(message: message, other: other)
                && graph.join(message: message, toMessage: other) == .joined
        case .thread(let thread):
            !graph.areTogether(message: message, thread: thread)
                && graph.join(message: message, to: thread) == .joined
        }
    }
}
