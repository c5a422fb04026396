extension BlockExample {
    static let dutch = [
        BlockExample(
            "Gmail, Dutch", subject: "Lunch", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            Van: Kim Lee <kim@example.com>
            Date: ma 15 jan 2024 om 10:30
            Subject: Lunch
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, Dutch", subject: "RE: Lunch", isAnnounced: false,
            """
            Van: Kim Lee <kim@example.com>
            Verzonden: maandag 15 januari 2024 10:30
            Aan: Lee <lee@example.com>
            CC: Pat <pat@example.com>
            Onderwerp: RE: Lunch
            """),
        BlockExample(
            "Apple Mail, Dutch", subject: "Lunch", offset: 60, isAnnounced: true,
            """
            Begin doorgestuurd bericht:

            > Van: Kim Lee <kim@example.com>
            > Onderwerp: Lunch
            > Datum: 15 januari 2024 om 10:30:00 CET
            > Aan: lee@example.com
            """),
        BlockExample(
            "Thunderbird, Dutch", subject: "Lunch", offset: 60, isAnnounced: true,
            """
            -------- Doorgestuurd bericht --------
            Onderwerp: 	Lunch
            Datum: 	Mon, 15 Jan 2024 10:30:00 +0100
            Van: 	Kim Lee <kim@example.com>
            Aan: 	lee@example.com
            """),
        BlockExample(
            "Ziggo, Dutch", subject: "Lunch", isAnnounced: false,
            """
            ------ Oorspronkelijk bericht ------
            Van: Kim Lee (kim@example.com)
            Verzonden op: 15-01-2024 10:30
            Aan: lee@example.com
            Onderwerp: Lunch
            """),
    ]
}
