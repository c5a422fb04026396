package import MailModel

/// What a first sync has found and done.
package struct SyncProgress: Sendable, Hashable {
    package var threadsFound = 0
    package var threadsDone = 0
    package var messagesFound = 0
    package var messagesDone = 0
    package var bytesFound = 0
    package var bytesDone = 0
    package var beganAt: EpochSeconds?

    package init() {}
}
