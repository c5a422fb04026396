extension BlockExample {
    static let swedish = [
        BlockExample(
            "Gmail, Swedish", subject: "Lunch", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            Från: Kim Lee <kim@example.com>
            Date: mån 15 jan. 2024 kl 10:30
            Subject: Lunch
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, Swedish", subject: "SV: Lunch", isAnnounced: false,
            """
            Från: Kim Lee <kim@example.com>
            Skickat: den 15 januari 2024 10:30
            Till: Lee <lee@example.com>
            Kopia: Pat <pat@example.com>
            Ämne: SV: Lunch
            """),
        BlockExample(
            "Outlook 365, Swedish", subject: "Lunch", isAnnounced: false,
            """
            Från: Kim Lee <kim@example.com>
            Skickat: måndag den 15 januari 2024 10:30
            Till: Lee <lee@example.com>
            Ämne: Lunch
            """),
        BlockExample(
            "Apple Mail, Swedish", subject: "Lunch", offset: 60, isAnnounced: true,
            """
            Vidarebefordrat mejl:

            > Från: Kim Lee <kim@example.com>
            > Ämne: Lunch
            > Datum: 15 januari 2024 kl. 10:30:00 CET
            > Till: lee@example.com
            """),
        BlockExample(
            "Thunderbird, Swedish", subject: "Lunch", offset: 60, isAnnounced: true,
            """
            -------- Vidarebefordrat meddelande --------
            Ämne: 	Lunch
            Datum: 	Mon, 15 Jan 2024 10:30:00 +0100
            Från: 	Kim Lee <kim@example.com>
            Till: 	lee@example.com
            """),
    ]
}
