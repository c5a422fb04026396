/// A piece of a date as people write it.
enum DateToken: Hashable {
    /// Digits that stand together, at most nine of them.
    case number(Int, digits: Int)
    /// Letters that stand together, folded; each Chinese character by itself.
    case word(String)
    case symbol(Unicode.Scalar)

    /// How much of a text is looked at.
    private static let limit = 160

    static func split(_ text: String) -> [DateToken] {
        var tokens: [DateToken] = []
        var word = String.UnicodeScalarView()
        var value = 0
        var digits = 0
        func flush() {
            if digits > 0 { tokens.append(.number(value, digits: digits)) }
            if !word.isEmpty { tokens.append(.word(FoldedText.fold(String(word)))) }
            value = 0
            digits = 0
            word = String.UnicodeScalarView()
        }
        for scalar in text.unicodeScalars.prefix(limit) {
            if let digit = digit(scalar) {
                if !word.isEmpty || digits == 9 { flush() }
                value = value * 10 + digit
                digits += 1
            } else if scalar.properties.isIdeographic {
                flush()
                tokens.append(.word(String(Character(scalar))))
            } else if scalar.properties.isAlphabetic || scalar.properties.canonicalCombiningClass != .notReordered {
                if digits > 0 { flush() }
                word.append(scalar)
            } else {
                flush()
                switch scalar {
                case "：": tokens.append(.symbol(":"))
                case "−", "–": tokens.append(.symbol("-"))
                case _ where scalar.properties.isWhitespace || scalar.value < 0x20: continue
                default: tokens.append(.symbol(scalar))
                }
            }
        }
        flush()
        return tokens
    }

    /// ASCII's digits and their full-width forms.
    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        switch scalar.value {
        case 0x30...0x39: Int(scalar.value - 0x30)
        case 0xFF10...0xFF19: Int(scalar.value - 0xFF10)
        default: nil
        }
    }

    var number: Int? {
        if case .number(let value, _) = self { value } else { nil }
    }

    var word: String? {
        if case .word(let word) = self { word } else { nil }
    }
}
