/// A charset as mail means it, which is not always as it is named.
///
/// Names are wishes: `ks_c_5601-1987` and `EUC-KR` are sent for CP949, `gb2312` for GB18030, `iso-8859-1` and
/// `us-ascii` for windows-1252. Each larger set holds the smaller one, so reading the larger loses nothing.
enum Charset: Hashable, Sendable {
    case utf8
    /// None named, or ASCII: the bytes decide where they have the eighth bit.
    case ascii
    case windows1252
    /// One that iconv knows by this name.
    case iconv(String)
    /// A name that says nothing here; the bytes decide.
    case unknown

    /// Reads a charset's name, without regard to case, quotes and white space.
    init(name: some StringProtocol) {
        let key = String(
            decoding: name.utf8.filter { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x27 }, as: UTF8.self
        )
        .lowercased()
        switch key {
        case "", "us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "us", "646", "7bit", "8bit", "x-user-defined",
            "default_charset", "default", "none":
            self = .ascii
        case "utf-8", "utf8", "unicode-1-1-utf-8", "utf-8mb4", "utf8mb4", "cp65001":
            self = .utf8
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1", "windows-1252", "cp1252",
            "cp-1252", "ansi", "windows-ansi", "x-ansi", "iso-8859-1-windows-3.1-latin-1":
            self = .windows1252
        case "ks_c_5601-1987", "ks_c_5601-1989", "ks_c_5601", "ksc5601", "ksc_5601", "ks-c-5601-1987", "ks-c5601-1987",
            "euc-kr", "euckr", "korean", "cp949", "cp-949", "windows-949", "ms949", "uhc", "x-windows-949",
            "csksc56011987",
            "cseuckr", "iso-ir-149":
            self = .iconv("CP949")
        case "gb2312", "gb_2312-80", "gb-2312", "gbk", "x-gbk", "cp936", "ms936", "windows-936", "gb18030", "euc-cn",
            "x-euc-cn", "chinese", "csgb2312", "iso-ir-58":
            self = .iconv("GB18030")
        case "big5", "big-5", "x-x-big5", "cn-big5", "csbig5", "big5-eten", "cp950", "windows-950":
            self = .iconv("CP950")
        case "big5-hkscs", "big5hkscs":
            self = .iconv("BIG5-HKSCS")
        case "shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp932", "csshiftjis", "ms932":
            self = .iconv("CP932")
        case "euc-jp", "eucjp", "x-euc-jp", "x-euc", "ujis":
            self = .iconv("EUC-JP-MS")
        case "iso-2022-jp", "csiso2022jp", "iso-2022-jp-ms", "cp50220", "cp50221":
            self = .iconv("ISO-2022-JP-3")
        case "iso-8859-9", "latin5", "windows-1254", "cp1254": self = .iconv("CP1254")
        case "iso-8859-11", "tis-620", "windows-874", "cp874", "iso8859-11": self = .iconv("CP874")
        case "iso-8859-8-i", "iso-8859-8-e", "logical", "visual": self = .iconv("ISO-8859-8")
        case "iso-8859-6-i", "iso-8859-6-e": self = .iconv("ISO-8859-6")
        case "macintosh", "mac", "x-mac-roman", "macroman": self = .iconv("MACINTOSH")
        case "x-mac-cyrillic": self = .iconv("MAC-CYRILLIC")
        case "unicode-1-1-utf-7", "x-unicode-2-0-utf-7": self = .iconv("UTF-7")
        case "unicode", "utf-16", "ucs-2", "iso-10646-ucs-2": self = .iconv("UTF-16")
        case "unknown-8bit", "x-unknown", "unknown", "binary", "iso-8859-8859-1", "charset", "_autodetect",
            "_autodetect_all", "_iso-2022-jp$esc":
            self = .unknown
        default:
            self = key.hasPrefix("x-cp") ? .iconv(String(key.dropFirst(2))) : .iconv(key)
        }
    }

    /// Whether a text of seven-bit bytes without ESC reads the same as in ASCII.
    var isASCIICompatible: Bool {
        switch self {
        case .utf8, .ascii, .windows1252, .unknown: return true
        case .iconv(let name):
            let key = name.lowercased()
            return
                !(key.hasPrefix("utf-16") || key.hasPrefix("utf-32") || key.hasPrefix("utf-7")
                || key.hasPrefix("iso-2022") || key.hasPrefix("ucs") || key.hasPrefix("hz") || key.hasPrefix("ebcdic")
                || key.hasPrefix("ibm037") || key.hasPrefix("ibm1047") || key.hasPrefix("ibm500"))
        }
    }
}
