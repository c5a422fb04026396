/// A setting that is missing or wrong, in words that name it and the way out.
struct SettingsError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
