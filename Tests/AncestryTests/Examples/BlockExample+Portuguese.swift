extension BlockExample {
    static let portuguese = [
        BlockExample(
            "Gmail, Portuguese (Brazil)", subject: "Almoço", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            De: Kim Lee <kim@example.com>
            Date: seg., 15 de jan. de 2024 às 10:30
            Subject: Almoço
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, Portuguese (Brazil)", subject: "RES: Almoço", isAnnounced: false,
            """
            De: Kim Lee <kim@example.com>
            Enviada em: segunda-feira, 15 de janeiro de 2024 10:30
            Para: Lee <lee@example.com>
            Cc: Pat <pat@example.com>
            Assunto: RES: Almoço
            """),
        BlockExample(
            "Outlook, Portuguese (Portugal)", subject: "Almoço", isAnnounced: false,
            """
            -----Mensagem original-----
            De: Kim Lee <kim@example.com>
            Enviado: 15 de janeiro de 2024 10:30
            Para: Lee <lee@example.com>
            Assunto: Almoço
            """),
        BlockExample(
            "Apple Mail, Portuguese (Brazil)", subject: "Almoço", offset: -180, isAnnounced: true,
            """
            Início da mensagem encaminhada:

            > De: Kim Lee <kim@example.com>
            > Assunto: Almoço
            > Data: 15 de janeiro de 2024 às 10:30:00 BRT
            > Para: lee@example.com
            """),
        BlockExample(
            "Thunderbird, Portuguese", subject: "Almoço", offset: 0, isAnnounced: true,
            """
            -------- Mensagem reencaminhada --------
            Assunto: 	Almoço
            Data: 	Mon, 15 Jan 2024 10:30:00 +0000
            De: 	Kim Lee <kim@example.com>
            Para: 	lee@example.com
            """),
    ]
}
