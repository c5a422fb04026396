extension BlockExample {
    static let spanish = [
        BlockExample(
            "Gmail, Spanish", subject: "Comida", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            De: Kim Lee <kim@example.com>
            Date: lun, 15 ene 2024 a las 10:30
            Subject: Comida
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, Spanish", subject: "RE: Comida", isAnnounced: false,
            """
            De: Kim Lee <kim@example.com>
            Enviado el: lunes, 15 de enero de 2024 10:30
            Para: Lee <lee@example.com>
            CC: Pat <pat@example.com>
            Asunto: RE: Comida
            """),
        BlockExample(
            "Outlook on the web, Spanish (Mexico)", subject: "Comida", isAnnounced: false,
            """
            ________________________________
            De: Kim Lee <kim@example.com>
            Enviado: lunes, 15 de enero de 2024 10:30 a. m.
            Para: Lee <lee@example.com>
            Asunto: Comida
            """),
        BlockExample(
            "Apple Mail, Spanish", subject: "Comida", offset: 60, isAnnounced: true,
            """
            Inicio del mensaje reenviado:

            > De: Kim Lee <kim@example.com>
            > Asunto: Comida
            > Fecha: 15 de enero de 2024, 10:30:00 CET
            > Para: lee@example.com
            """),
        BlockExample(
            "Thunderbird, Spanish", subject: "Comida", offset: 60, isAnnounced: true,
            """
            -------- Mensaje reenviado --------
            Asunto: 	Comida
            Fecha: 	Mon, 15 Jan 2024 10:30:00 +0100
            De: 	Kim Lee <kim@example.com>
            Para: 	lee@example.com
            """),
    ]
}
