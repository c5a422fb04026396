import Foundation

/// Brings a user name or password into the one form that it is hashed in (SASLprep, RFC 4013), since the same password
/// can be typed in several.
///
/// Of the profile's rules that on mixed directions is left out: what it forbids no server would have stored.
enum PasswordPreparation {
    /// - Returns: `nil` for what the profile forbids, and where nothing is left.
    static func prepare(_ text: String) -> String? {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.isEmpty ? nil : text }
        var mapped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isMappedToNothing(scalar) { continue }
            mapped.append(scalar.value != 0x20 && scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        let prepared = String(mapped).precomposedStringWithCompatibilityMapping
        guard !prepared.isEmpty, !prepared.unicodeScalars.contains(where: isForbidden) else { return nil }
        return prepared
    }

    /// RFC 3454 table B.1.
    private static func isMappedToNothing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x34F, 0x1806, 0x180B...0x180D, 0x200B...0x200D, 0x2060, 0xFE00...0xFE0F, 0xFEFF: true
        default: false
        }
    }

    /// RFC 4013 §2.3.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .privateUse, .surrogate, .unassigned, .format, .lineSeparator, .paragraphSeparator: true
        default: scalar.value == 0xFFFD || (0xFFF9...0xFFFC).contains(scalar.value)
        }
    }
}
