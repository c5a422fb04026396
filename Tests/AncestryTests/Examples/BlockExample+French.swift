extension BlockExample {
    static let french = [
        BlockExample(
            "Gmail, French", subject: "Déjeuner", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            De : Kim Lee <kim@example.com>
            Date: lun. 15 janv. 2024 à 10:30
            Subject: Déjeuner
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, French", subject: "RE: Déjeuner", isAnnounced: false,
            """
            De : Kim Lee <kim@example.com>
            Envoyé : lundi 15 janvier 2024 10:30
            À : Lee <lee@example.com>
            Cc : Pat <pat@example.com>
            Objet : RE: Déjeuner

            Bonjour
            """),
        BlockExample(
            "Outlook 2007, French", subject: "Déjeuner", isAnnounced: false,
            """
            -----Message d'origine-----
            De : Kim Lee [mailto:kim@example.com]
            Envoyé le : lundi 15 janvier 2024 10:30
            À : Lee
            Objet : Déjeuner
            """),
        BlockExample(
            "Apple Mail, French", subject: "Déjeuner", offset: 60, isAnnounced: true,
            """
            Début du message réexpédié :

            > De: Kim Lee <kim@example.com>
            > Objet: Déjeuner
            > Date: 15 janvier 2024 à 10:30:00 UTC+1
            > À: lee@example.com
            """),
        BlockExample(
            "Thunderbird, French", subject: "Déjeuner", offset: 60, isAnnounced: true,
            """
            -------- Message transféré --------
            Sujet : 	Déjeuner
            Date : 	Mon, 15 Jan 2024 10:30:00 +0100
            De : 	Kim Lee <kim@example.com>
            Pour : 	lee@example.com
            Copie à : 	pat@example.com
            """),
        BlockExample(
            "Yahoo, French", subject: "Déjeuner", isAnnounced: true,
            """
            ----- Message transmis -----
            De : "Kim Lee" <kim@example.com>
            À : "lee@example.com" <lee@example.com>
            Envoyé : lundi 15 janvier 2024 à 10:30:00
            Objet : Déjeuner
            """),
    ]
}
