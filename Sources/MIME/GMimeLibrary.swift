import CGMime

/// GMime's process-wide set-up, done once before the first parser exists.
///
/// It has no counterpart at exit: GMime's tables live as long as the process.
enum GMimeLibrary {
    static let ready: Void = {
        g_mime_init()
        // An attached message is a leaf here: its bytes are one range, its nesting is nobody's recursion, and whoever
        // wants to see inside parses that range by itself.
        for subtype in ["rfc822", "rfc2822", "global", "news", "external-body"] {
            g_mime_object_register_type("message", subtype, postrider_gmime_type_part())
        }
    }()
}
