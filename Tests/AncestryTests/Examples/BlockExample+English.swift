extension BlockExample {
    static let english = [
        BlockExample(
            "Gmail, English", subject: "Lunch", isAnnounced: true,
            """
            FYI, see below.

            ---------- Forwarded message ---------
            From: Kim Lee <kim@example.com>
            Date: Mon, Jan 15, 2024 at 10:30 AM
            Subject: Lunch
            To: <lee@example.com>
            Cc: Pat <pat@example.com>


            Shall we?
            """),
        BlockExample(
            "Gmail app with bold type, English", subject: "Lunch", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            From: *Kim Lee* <kim@example.com>
            Date: Mon, Jan 15, 2024, 10:30 AM
            Subject: Lunch
            To: Lee <lee@example.com>
            """),
        BlockExample(
            "Outlook, English (United States)", subject: "RE: Lunch", isAnnounced: false,
            """
            Please take over.

            From: Kim Lee <kim@example.com>
            Sent: Monday, January 15, 2024 10:30 AM
            To: Lee <lee@example.com>; Pat <pat@example.com>
            Subject: RE: Lunch

            Hi
            """),
        BlockExample(
            "Outlook 2010 with mailto, English", subject: "Lunch", isAnnounced: false,
            """
            -----Original Message-----
            From: Kim Lee [mailto:kim@example.com]
            Sent: Monday, January 15, 2024 10:30 AM
            To: Lee
            Cc: Pat
            Subject: Lunch
            Importance: High

            Hi
            """),
        BlockExample(
            "Outlook to colleagues, English (United Kingdom)", address: nil, subject: "Lunch", isAnnounced: false,
            """
            ________________________________
            From: Kim Lee
            Sent: 15 January 2024 10:30
            To: Lee
            Subject: Lunch
            """),
        BlockExample(
            "Outlook on the web, bold in plain text, English", subject: "Lunch", isAnnounced: false,
            """
            ________________________________
            *From:* Kim Lee <kim@example.com>
            *Sent:* Monday, January 15, 2024 10:30:00 AM
            *To:* Lee <lee@example.com>
            *Subject:* Lunch
            """),
        BlockExample(
            "Apple Mail, English", subject: "Lunch", offset: -300, isAnnounced: true,
            """
            Begin forwarded message:

            > From: Kim Lee <kim@example.com>
            > Subject: Lunch
            > Date: January 15, 2024 at 10:30:00 AM EST
            > To: Lee <lee@example.com>
            >
            > Shall we?
            """),
        BlockExample(
            "iPhone, English (United Kingdom)", subject: "Lunch", offset: 0, isAnnounced: true,
            """
            Sent from my iPhone

            Begin forwarded message:

            > From: Kim Lee <kim@example.com>
            > Date: 15 January 2024 at 10:30:00 GMT
            > To: lee@example.com
            > Subject: Lunch
            >
            > ﻿Shall we?
            """),
        BlockExample(
            "Thunderbird, English", subject: "Lunch", offset: 540, isAnnounced: true,
            """
            -------- Forwarded Message --------
            Subject: 	Lunch
            Date: 	Mon, 15 Jan 2024 10:30:00 +0900
            From: 	Kim Lee <kim@example.com>
            To: 	Lee <lee@example.com>



            Shall we?
            """),
        BlockExample(
            "Yahoo, English", subject: "Lunch", isAnnounced: true,
            """
               ----- Forwarded Message ----- From: "Kim Lee" <pat@example.com>
             ----- Forwarded Message -----
            From: "Kim Lee" <kim@example.com>
            To: "lee@example.com" <lee@example.com>
            Sent: Monday, January 15, 2024, 10:30:00 AM
            Subject: Lunch

            Shall we?
            """),
        BlockExample(
            "what HTML of a table shows, English", subject: "Lunch", isAnnounced: false,
            """
            From:

            Kim Lee <kim@example.com>

            Sent:

            Monday, January 15, 2024 10:30 AM

            To:

            Lee <lee@example.com>

            Subject:

            Lunch

            Shall we?
            """),
        BlockExample(
            "wrapped lines, English",
            subject: "A subject that is so long that the program had to break it into two lines", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            From: Kim Lee
            <kim@example.com>
            Date: Mon, Jan 15, 2024 at 10:30 AM
            Subject: A subject that is so long that the program had to break it
            into two lines
            To: Lee <lee@example.com>, Pat <pat@example.com>, Sam
            <sam@example.com>,
            Alex <alex@example.com>

            Shall we?
            """),
    ]
}
