extension Array {
    /// The element, or `nil` where there is none: reading ahead in what anyone may have written.
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
