/// The bounds on what a server may make this process hold (security.md, *Bombs*).
package struct ParserLimits: Sendable, Hashable {
    /// Octets of one reply without the bodies that are streamed: lines, and the literals inside them. A `SEARCH`
    /// reply takes up to 11 octets a message, so this bounds how many messages a plain search can name.
    package var maximumLineLength: Int
    /// Octets of one literal that is not a streamed body: a folder's name, a label.
    package var maximumInlineLiteral: Int
    /// The largest body literal that is still read to its end, to be thrown away, when it is over the bound on one
    /// message. A size beyond it is taken as bogus and ends the connection.
    package var maximumDrainedLiteral: UInt64
    /// Flags, attributes, labels and capabilities in one list.
    package var maximumListItems: Int

    package init(
        maximumLineLength: Int = 16 << 20, maximumInlineLiteral: Int = 1 << 20,
        maximumDrainedLiteral: UInt64 = 1 << 30, maximumListItems: Int = 10_000
    ) {
        self.maximumLineLength = maximumLineLength
        self.maximumInlineLiteral = maximumInlineLiteral
        self.maximumDrainedLiteral = maximumDrainedLiteral
        self.maximumListItems = maximumListItems
    }
}
