extension BlockExample {
    static let russian = [
        BlockExample(
            "Gmail, Russian", subject: "Обед", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            От: Kim Lee <kim@example.com>
            Date: пн, 15 янв. 2024 г. в 10:30
            Subject: Обед
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, Russian", subject: "RE: Обед", isAnnounced: false,
            """
            От: Kim Lee <kim@example.com>
            Отправлено: 15 января 2024 г. 10:30
            Кому: Lee <lee@example.com>
            Копия: Pat <pat@example.com>
            Тема: RE: Обед
            """),
        BlockExample(
            "Apple Mail, Russian", subject: "Обед", offset: 180, isAnnounced: true,
            """
            Начало переадресованного сообщения:

            > Отправитель: Kim Lee <kim@example.com>
            > Тема: Обед
            > Дата: 15 января 2024 г. в 10:30:00 GMT+3
            > Кому: lee@example.com
            """),
        BlockExample(
            "Thunderbird, Russian", subject: "Обед", offset: 180, isAnnounced: true,
            """
            -------- Перенаправленное сообщение --------
            Тема: 	Обед
            Дата: 	Mon, 15 Jan 2024 10:30:00 +0300
            От: 	Kim Lee <kim@example.com>
            Кому: 	lee@example.com
            """),
        BlockExample(
            "Mail.ru", subject: "Обед", offset: 180, isAnnounced: true,
            """
            -------- Пересылаемое сообщение --------
            От кого: Kim Lee <kim@example.com>
            Кому: lee@example.com
            Дата: Понедельник, 15 января 2024, 10:30 +03:00
            Тема: Обед
            """),
    ]
}
