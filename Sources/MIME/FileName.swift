/// A file's name as mail gives it, made safe to show and to save under.
enum FileName {
    /// Keeps what follows the last path separator, without control characters; `nil` where nothing is left, or a name
    /// that means a folder.
    static func clean(_ name: String) -> String? {
        let last = name.unicodeScalars.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? []
        var scalars = String.UnicodeScalarView(last.filter { $0.value >= 0x20 && $0.value != 0x7F })
        while let first = scalars.first, first == " " { scalars.removeFirst() }
        while let final = scalars.last, final == " " { scalars.removeLast() }
        // 255 bytes is what file systems take.
        while scalars.count > 64, String(scalars).utf8.count > 255 { scalars.removeLast(8) }
        let text = String(scalars)
        return text.isEmpty || text == "." || text == ".." ? nil : text
    }
}
