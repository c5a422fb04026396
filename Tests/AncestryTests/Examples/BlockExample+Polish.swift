extension BlockExample {
    static let polish = [
        BlockExample(
            "Gmail, Polish", subject: "Obiad", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            Od: Kim Lee <kim@example.com>
            Date: pon., 15 sty 2024 o 10:30
            Subject: Obiad
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, Polish", subject: "ODP: Obiad", isAnnounced: false,
            """
            Od: Kim Lee <kim@example.com>
            Wysłano: poniedziałek, 15 stycznia 2024 10:30
            Do: Lee <lee@example.com>
            DW: Pat <pat@example.com>
            Temat: ODP: Obiad
            """),
        BlockExample(
            "Apple Mail, Polish", subject: "Obiad", offset: 60, isAnnounced: true,
            """
            Początek przekazywanej wiadomości:

            > Od: Kim Lee <kim@example.com>
            > Temat: Obiad
            > Data: 15 stycznia 2024 o 10:30:00 CET
            > Do: lee@example.com
            """),
        BlockExample(
            "Thunderbird, Polish", subject: "Obiad", offset: 60, isAnnounced: true,
            """
            --- Treść przekazanej wiadomości ---
            Temat: 	Obiad
            Data: 	Mon, 15 Jan 2024 10:30:00 +0100
            Nadawca: 	Kim Lee <kim@example.com>
            Adresat: 	lee@example.com
            """),
    ]
}
