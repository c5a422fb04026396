import IMAPCore
import MailModel

/// What a connection knows about being told of changes.
struct PushState {
    /// The scope that NOTIFY tells of.
    var notified: PushScope?
    /// Whether the server refused NOTIFY in every form, or gave it up.
    var hasLostNotify = false
    /// Whether the server refused IDLE, or won't stay in it.
    var hasLostIdle = false
    /// How often in a row an IDLE ended by itself at once.
    var quickEnds = 0

    /// A server that ends so many in a row wants none.
    static let maximumQuickEnds = 3

    func means(_ capabilities: IMAPCapabilities) -> PushStanding.Means {
        if notified != nil { return .notify }
        return capabilities.hasIdle && !hasLostIdle ? .idle : .polling
    }
}
