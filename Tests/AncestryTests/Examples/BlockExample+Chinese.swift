extension BlockExample {
    static let chinese = [
        BlockExample(
            "Gmail, simplified Chinese", subject: "午餐", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            发件人： Kim Lee <kim@example.com>
            Date: 2024年1月15日周一 10:30
            Subject: 午餐
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, simplified Chinese", subject: "答复: 午餐", isAnnounced: false,
            """
            发件人: Kim Lee <kim@example.com>
            发送时间: 2024年1月15日 10:30
            收件人: Lee <lee@example.com>
            抄送: Pat <pat@example.com>
            主题: 答复: 午餐
            """),
        BlockExample(
            "Apple Mail, simplified Chinese", subject: "午餐", offset: 480, isAnnounced: true,
            """
            下面是被转发的邮件：

            > 发件人: Kim Lee <kim@example.com>
            > 主题: 午餐
            > 日期: 2024年1月15日 GMT+8 10:30:00
            > 收件人: lee@example.com
            """),
        BlockExample(
            "Thunderbird, simplified Chinese", subject: "午餐", offset: 480, isAnnounced: true,
            """
            -------- 转发的消息 --------
            主题: 	午餐
            日期: 	Mon, 15 Jan 2024 10:30:00 +0800
            发件人: 	Kim Lee <kim@example.com>
            收件人: 	lee@example.com
            """),
        BlockExample(
            "QQ Mail", subject: "午餐", isAnnounced: false,
            """
            ------------------ 原始邮件 ------------------
            发件人: "Kim Lee" <kim@example.com>;
            发送时间: 2024年1月15日(星期一) 上午10:30
            收件人: "Lee"<lee@example.com>;
            主题: 午餐
            """),
        BlockExample(
            "Foxmail with spaced labels", subject: "午餐", isAnnounced: false,
            """
            发 件 人：Kim Lee <kim@example.com>
            发送时间：2024-01-15 10:30
            收 件 人：lee@example.com
            主  题：午餐
            """),
        BlockExample(
            "NetEase", subject: "午餐", isAnnounced: true,
            """
            -------- 转发邮件信息 --------
            发件人："Kim Lee" <kim@example.com>
            发送日期：2024-01-15 10:30:00
            收件人：lee@example.com
            主题：午餐
            """),
        BlockExample(
            "Gmail, traditional Chinese", subject: "午餐", isAnnounced: true,
            """
            ---------- Forwarded message ---------
            寄件者： Kim Lee <kim@example.com>
            Date: 2024年1月15日 週一 上午10:30
            Subject: 午餐
            To: <lee@example.com>
            """),
        BlockExample(
            "Outlook, traditional Chinese", subject: "回覆: 午餐", isAnnounced: false,
            """
            寄件者: Kim Lee <kim@example.com>
            寄件日期: 2024年1月15日 上午 10:30
            收件者: Lee <lee@example.com>
            副本: Pat <pat@example.com>
            主旨: 回覆: 午餐
            """),
        BlockExample(
            "Apple Mail, traditional Chinese", subject: "午餐", offset: 480, isAnnounced: true,
            """
            以下是被轉寄的郵件：

            > 寄件人: Kim Lee <kim@example.com>
            > 主旨: 午餐
            > 日期: 2024年1月15日 GMT+8 上午10:30:00
            > 收件人: lee@example.com
            """),
        BlockExample(
            "Thunderbird, traditional Chinese", subject: "午餐", offset: 480, isAnnounced: true,
            """
            -------- 轉寄郵件 --------
            主旨: 	午餐
            日期: 	Mon, 15 Jan 2024 10:30:00 +0800
            寄件者: 	Kim Lee <kim@example.com>
            收件者: 	lee@example.com
            """),
    ]
}
