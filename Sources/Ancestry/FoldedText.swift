/// Text in the form in which words of many languages are compared.
enum FoldedText {
    /// Lower-cased, with a plain i for all of Turkish's: its capital ones change places when they are lower-cased by the
    /// rules of other languages. Composed and decomposed letters are equal by Swift's own rules.
    static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var folded = String.UnicodeScalarView()
        for scalar in text.lowercased().unicodeScalars {
            switch scalar.value {
            // The dot above that a lower-cased dotted capital keeps.
            case 0x307: continue
            case 0x131: folded.append("i")
            default: folded.append(scalar)
            }
        }
        return String(folded)
    }
}
