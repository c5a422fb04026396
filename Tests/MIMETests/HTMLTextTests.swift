import Testing

@testable import MIME

@Suite("What HTML shows")
struct HTMLTextTests {
    @Test(
        "line ends of the source are blanks, those of blocks and of preformatted text are lines",
        arguments: [
            (
                "<b>From:</b> Kim\r\nLee &lt;kim@x&gt;<br>\r\n<b>Sent:</b> Monday,\r\n January 15<br>",
                "From: Kim Lee <kim@x>\nSent: Monday,  January 15\n"
            ),
            ("<p>a\nb</p>\n<p>c</p>", "\na b\n\nc\n"), ("<pre>a\nb</pre>c\nd", "\na\nb\nc d"),
            ("a<pre>b\nc", "a\nb\nc"), ("</pre>a\nb", "\na b"),
        ])
    func lines(html: String, text: String) {
        #expect(HTMLText.strip(html) == text)
    }
}
