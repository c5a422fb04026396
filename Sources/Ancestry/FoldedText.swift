/// Text in the form in which words of many languages are compared.
enum FoldedText {
    /// Lower-cased; the dot that Turkish's capital dotted I leaves behind is dropped. Composed and decomposed letters
    /// are equal by Swift's own rules.
    static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var folded = text.lowercased().unicodeScalars
        folded.removeAll { $0.value == 0x307 }
        return String(folded)
    }
}
