extension BlockExample {
    static let german = [
        BlockExample(
            "Gmail, German", subject: "Mittagessen", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            Von: Kim Lee <kim@example.com>
            Date: Mo., 15. Jan. 2024 um 10:30 Uhr
            Subject: Mittagessen
            To: <lee@example.com>

            Hallo
            """),
        BlockExample(
            "Outlook, German", subject: "AW: Mittagessen", isAnnounced: false,
            """
            Bitte übernehmen.

            Von: Kim Lee <kim@example.com>
            Gesendet: Montag, 15. Januar 2024 10:30
            An: Lee <lee@example.com>
            Cc: Pat <pat@example.com>
            Betreff: AW: Mittagessen

            Hallo
            """),
        BlockExample(
            "Outlook 2007, German", subject: "Mittagessen", isAnnounced: false,
            """
            -----Ursprüngliche Nachricht-----
            Von: Kim Lee [mailto:kim@example.com]
            Gesendet am: Montag, 15. Januar 2024 10:30
            An: Lee
            Betreff: Mittagessen
            """),
        BlockExample(
            "Apple Mail, German", subject: "Mittagessen", offset: 60, isAnnounced: true,
            """
            Anfang der weitergeleiteten Nachricht:

            > Von: Kim Lee <kim@example.com>
            > Betreff: Mittagessen
            > Datum: 15. Januar 2024 um 10:30:00 MEZ
            > An: lee@example.com
            >
            > Hallo
            """),
        BlockExample(
            "Thunderbird, German", subject: "Mittagessen", offset: 60, isAnnounced: true,
            """
            -------- Weitergeleitete Nachricht --------
            Betreff: 	Mittagessen
            Datum: 	Mon, 15 Jan 2024 10:30:00 +0100
            Von: 	Kim Lee <kim@example.com>
            An: 	lee@example.com
            Kopie (CC): 	pat@example.com
            """),
        BlockExample(
            "GMX", subject: "Mittagessen", isAnnounced: false,
            """
            Gesendet: Montag, 15. Januar 2024 um 10:30 Uhr
            Von: "Kim Lee" <kim@example.com>
            An: lee@example.com
            Betreff: Mittagessen

            Hallo
            """),
    ]
}
