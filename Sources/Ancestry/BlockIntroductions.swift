/// The lines that mail programs put above a message that they forward.
enum BlockIntroductions {
    /// The longest one, in bytes without its dashes.
    static let longest = 96

    /// Whether a line says that a message is forwarded. One that announces an original message isn't told from text:
    /// what follows it decides.
    ///
    /// - Parameter phrase: in lower case, white space folded, without dashes, brackets and colon around it.
    static func announcesForward(_ phrase: String) -> Bool { phrases.contains(phrase) }

    private static let phrases = Set(known.map(FoldedText.fold))

    private static let known = [
        // Gmail, in nearly all languages; Thunderbird, Yahoo; Apple Mail.
        "forwarded message", "begin forwarded message", "forwarded mail", "forwarded email", "forwarded e-mail",
        // Korean
        "전달된 메시지", "전달된 메세지", "전달된 메시지 시작", "전달한 메시지", "전달 메시지", "전달된 메일", "전달 메일",
        // German
        "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "weitergeleitete e-mail",
        // French
        "message transféré", "message transmis", "début du message réexpédié", "début du message transféré",
        "message réexpédié",
        // Spanish
        "mensaje reenviado", "inicio del mensaje reenviado", "comienzo del mensaje reenviado",
        // Portuguese
        "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem encaminhada",
        "início da mensagem reencaminhada", "mensagem reenviada",
        // Italian
        "messaggio inoltrato", "inizio messaggio inoltrato", "inizio del messaggio inoltrato",
        // Dutch
        "doorgestuurd bericht", "begin doorgestuurd bericht", "begin van doorgestuurd bericht",
        // Swedish
        "vidarebefordrat meddelande", "vidarebefordrat mejl", "vidarebefordrat brev", "vidarebefordrat e-post",
        // Polish
        "przekazana wiadomość", "treść przekazanej wiadomości", "wiadomość przesłana dalej",
        "początek przekazywanej wiadomości", "początek przekazanej wiadomości", "przesłana wiadomość",
        // Russian
        "пересылаемое сообщение", "перенаправленное сообщение", "пересланное сообщение",
        "начало переадресованного сообщения", "начало пересылаемого сообщения", "переадресованное сообщение",
        "пересланное письмо",
        // Turkish
        "iletilen ileti", "iletilmiş mesaj", "iletilen mesaj", "iletilmiş ileti", "ileti başlangıcı",
        "iletilen ileti başlangıcı", "yönlendirilmiş ileti", "yönlendirilen mesaj",
        // Japanese
        "転送されたメッセージ", "転送メッセージ", "メッセージを転送", "転送されたメール", "転送メール", "転送元メッセージ",
        // Chinese, simplified and traditional
        "转发的邮件", "转发邮件", "转发的消息", "转发的信息", "转发邮件信息", "已转发的邮件", "被转发邮件", "以下是转发的邮件", "下面是被转发的邮件",
        "下面是转发的邮件", "开始转发的邮件", "轉寄的郵件", "轉寄郵件", "轉寄的訊息", "轉寄訊息", "已轉寄的郵件", "以下是轉寄的郵件",
        "以下是被轉寄的郵件", "下面是被轉寄的郵件", "開始轉寄郵件", "開始轉寄訊息", "轉寄的信件", "轉寄信件", "轉發的郵件", "轉發郵件",
    ]
}
