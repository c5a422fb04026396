package import MailModel

package enum DeadLetterSubject {}
package typealias DeadLetterID = Identifier<DeadLetterSubject>

/// A job that was given up.
package struct DeadLetter: Sendable, Hashable {
    package let id: DeadLetterID
    package let job: DeadJob
}
