extension BlockExample {
    static let japanese = [
        BlockExample(
            "Gmail, Japanese", subject: "昼食の件", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            From: Kim Lee <kim@example.com>
            Date: 2024年1月15日(月) 10:30
            Subject: 昼食の件
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, Japanese", subject: "RE: 昼食の件", isAnnounced: false,
            """
            差出人: Kim Lee <kim@example.com>
            送信日時: 2024年1月15日月曜日 10:30
            宛先: Lee <lee@example.com>
            CC: Pat <pat@example.com>
            件名: RE: 昼食の件
            """),
        BlockExample(
            "Apple Mail, Japanese", subject: "昼食の件", offset: 540, isAnnounced: true,
            """
            転送されたメッセージ：

            > 差出人: Kim Lee <kim@example.com>
            > 件名: 昼食の件
            > 日付: 2024年1月15日 10:30:00 JST
            > 宛先: lee@example.com
            """),
        BlockExample(
            "Thunderbird, Japanese", subject: "昼食の件", offset: 540, isAnnounced: true,
            """
            -------- 転送メッセージ --------
            件名: 	昼食の件
            日付: 	Mon, 15 Jan 2024 10:30:00 +0900
            差出人: 	Kim Lee <kim@example.com>
            宛先: 	lee@example.com
            """),
        BlockExample(
            "Yahoo! JAPAN", subject: "昼食の件", isAnnounced: false,
            """
            ----- Original Message -----
            From: Kim Lee <kim@example.com>
            To: lee@example.com
            Date: 2024/01/15 月 10:30
            Subject: 昼食の件
            """),
    ]
}
