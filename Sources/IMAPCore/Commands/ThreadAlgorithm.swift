/// A way in which a server groups messages (RFC 5256, draft-ietf-morg-inthread).
package enum ThreadAlgorithm: String, Sendable, Hashable {
    /// By References and In-Reply-To alone.
    case refs = "REFS"
    /// By references, then by subject.
    case references = "REFERENCES"
}
