extension BlockExample {
    static let italian = [
        BlockExample(
            "Gmail, Italian", subject: "Pranzo", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            Da: Kim Lee <kim@example.com>
            Date: lun 15 gen 2024 alle ore 10:30
            Subject: Pranzo
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, Italian", subject: "R: Pranzo", isAnnounced: false,
            """
            Da: Kim Lee <kim@example.com>
            Inviato: lunedì 15 gennaio 2024 10:30
            A: Lee <lee@example.com>
            Cc: Pat <pat@example.com>
            Oggetto: R: Pranzo
            """),
        BlockExample(
            "Apple Mail, Italian", subject: "Pranzo", offset: 60, isAnnounced: true,
            """
            Inizio messaggio inoltrato:

            > Da: Kim Lee <kim@example.com>
            > Oggetto: Pranzo
            > Data: 15 gennaio 2024 alle ore 10:30:00 CET
            > A: lee@example.com
            """),
        BlockExample(
            "Thunderbird, Italian", subject: "Pranzo", offset: 60, isAnnounced: true,
            """
            -------- Messaggio Inoltrato --------
            Oggetto: 	Pranzo
            Data: 	Mon, 15 Jan 2024 10:30:00 +0100
            Mittente: 	Kim Lee <kim@example.com>
            A: 	lee@example.com
            """),
        BlockExample(
            "Libero, Italian", subject: "Pranzo", isAnnounced: false,
            """
            ---------- Messaggio originale ----------
            Da: Kim Lee <kim@example.com>
            A: lee@example.com
            Data: 15 gennaio 2024 alle 10.30
            Oggetto: Pranzo
            """),
    ]
}
