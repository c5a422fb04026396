extension BlockExample {
    static let korean = [
        BlockExample(
            "Gmail, Korean", subject: "점심 약속", isAnnounced: true,
            """
            참고하세요.

            ---------- Forwarded message ---------
            보낸사람: *Kim Lee* <kim@example.com>
            Date: 2024년 1월 15일 (월) 오전 10:30
            Subject: 점심 약속
            To: 이영희 <lee@example.com>


            안녕하세요
            """),
        BlockExample(
            "Outlook, Korean", subject: "RE: 점심 약속", isAnnounced: false,
            """
            전달드립니다.

            보낸 사람: Kim Lee <kim@example.com>
            보낸 날짜: 2024년 1월 15일 월요일 오전 10:30
            받는 사람: 이영희 <lee@example.com>
            참조: 박철수 <pat@example.com>
            제목: RE: 점심 약속

            안녕하세요
            """),
        BlockExample(
            "Apple Mail, Korean", subject: "점심 약속", offset: 540, isAnnounced: true,
            """
            전달된 메시지 시작:

            > 보낸 사람: Kim Lee <kim@example.com>
            > 제목: 점심 약속
            > 날짜: 2024년 1월 15일 오전 10:30:00 GMT+9
            > 받는 사람: 이영희 <lee@example.com>
            >
            > 안녕하세요
            """),
        BlockExample(
            "Thunderbird, Korean", subject: "점심 약속", offset: 540, isAnnounced: true,
            """
            -------- 전달된 메시지 --------
            제목: 	점심 약속
            날짜: 	Mon, 15 Jan 2024 10:30:00 +0900
            보낸이: 	Kim Lee <kim@example.com>
            받는이: 	lee@example.com
            """),
        BlockExample(
            "Naver", subject: "점심 약속", offset: 540, isAnnounced: false,
            """
            전달합니다.

            -----Original Message-----
            From: "Kim Lee"<kim@example.com>
            To: <lee@example.com>;
            Cc:
            Sent: 2024-01-15 (월) 10:30:00 (GMT+09:00)
            Subject: 점심 약속

            안녕하세요
            """),
        BlockExample(
            "Daum", subject: "점심 약속", offset: 540, isAnnounced: false,
            """
            --------- 원본 메일 ---------
            보낸사람 : "Kim Lee" <kim@example.com>
            받는사람 : <lee@example.com>
            날짜 : 2024년 1월 15일 월요일, 10시 30분 00초 +0900
            제목 : 점심 약속

            안녕하세요
            """),
        BlockExample(
            "Hiworks, Korean", subject: "점심 약속", isAnnounced: false,
            """
            -----원본 메시지-----
            보낸이 : Kim Lee <kim@example.com>
            받는이 : lee@example.com
            보낸시간 : 2024-01-15 10:30:00
            제목 : 점심 약속
            """),
    ]
}
