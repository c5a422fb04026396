extension BlockExample {
    static let turkish = [
        BlockExample(
            "Gmail, Turkish", subject: "Öğle yemeği", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            Gönderen: Kim Lee <kim@example.com>
            Date: 15 Oca 2024 Pzt, 10:30
            Subject: Öğle yemeği
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, Turkish", subject: "YNT: Öğle yemeği", isAnnounced: false,
            """
            Kimden: Kim Lee <kim@example.com>
            Gönderildi: 15 Ocak 2024 Pazartesi 10:30
            Kime: Lee <lee@example.com>
            Bilgi: Pat <pat@example.com>
            Konu: YNT: Öğle yemeği
            """),
        BlockExample(
            "Apple Mail, Turkish", subject: "Öğle yemeği", offset: 180, isAnnounced: true,
            """
            İleti başlangıcı:

            > Kimden: Kim Lee <kim@example.com>
            > Konu: Öğle yemeği
            > Tarih: 15 Ocak 2024 10:30:00 GMT+3
            > Kime: lee@example.com
            """),
        BlockExample(
            "Thunderbird, Turkish", subject: "Öğle yemeği", offset: 180, isAnnounced: true,
            """
            -------- İletilen İleti --------
            Konu: 	Öğle yemeği
            Tarih: 	Mon, 15 Jan 2024 10:30:00 +0300
            Kimden: 	Kim Lee <kim@example.com>
            Kime: 	lee@example.com
            """),
    ]
}
