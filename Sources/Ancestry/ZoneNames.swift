/// Abbreviations of time zones that programs write beside a date, as far as each means one offset.
enum ZoneNames {
    /// Minutes east of UTC.
    ///
    /// - Parameter word: folded.
    static func offset(_ word: String) -> Int? { offsets[word] }

    // CST is America's and China's, IST India's, Israel's and Ireland's: they tell nothing.
    private static let offsets: [String: Int] = [
        "gmt": 0, "utc": 0, "z": 0, "wet": 0, "west": 60, "bst": 60,
        "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "met": 60, "mest": 120, "eet": 120, "eest": 180,
        "msk": 180, "мск": 180, "trt": 180,
        "jst": 540, "kst": 540, "hkt": 480, "sgt": 480,
        "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "brt": -180,
        "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
    ]
}
