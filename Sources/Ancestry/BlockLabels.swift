/// The labels of forwarded blocks, in the languages and the forms of Outlook, Gmail, Apple Mail, Thunderbird, Yahoo,
/// Naver, Daum, Mail.ru and QQ.
enum BlockLabels {
    /// The longest label, in bytes of its key; what is longer isn't looked up.
    static let longest = 48

    /// - Parameter key: the label in lower case, without white space, marks and its colon.
    static func field(_ key: String) -> BlockField? { fields[key] }

    private static let fields: [String: BlockField] = {
        var fields: [String: BlockField] = [:]
        for (field, words) in [
            (BlockField.from, senders), (.sent, dates), (.to, recipients), (.subject, subjects), (.other, others),
        ] {
            for line in words {
                for word in line.split(separator: " ") { fields[FoldedText.fold(String(word))] = field }
            }
        }
        return fields
    }()

    private static let senders = [
        "from",  // English; Gmail and Naver in most languages
        "보낸사람 보내는사람 보낸이 발신 발신자 발신인 보낸분",  // Korean
        "von absender",  // German
        "de",  // French, Spanish, Portuguese
        "expéditeur remitente remetente",
        "da mittente",  // Italian
        "van afzender",  // Dutch
        "från avsändare",  // Swedish
        "od nadawca",  // Polish
        "от откого отправитель",  // Russian
        "kimden gönderen",  // Turkish
        "差出人 送信者 送信元 発信者 発信元",  // Japanese
        "发件人 發件人 寄件人 寄件者 发送人 發送人 发信人 發信人",  // Chinese
    ]

    private static let dates = [
        "sent date senton datesent",  // English
        "보낸날짜 날짜 일시 보낸시간 보낸일시 발송일 발송일시 발신일 발신일시 작성일 보냄 시간 일자",  // Korean
        "gesendet gesendetam datum",  // German; Dutch and Swedish have Datum too
        "envoyé envoyéle dated'envoi",  // French
        "enviado enviadoel fecha fechadeenvío",  // Spanish
        "enviada enviadaem enviadoem data datadeenvio",  // Portuguese
        "inviato inviatoil inviata datainvio",  // Italian, which has Data as well
        "verzonden verzondenop verstuurd",  // Dutch
        "skickat skickatden sänt sändes",  // Swedish
        "wysłano wysłane wysłany datawysłania",  // Polish
        "отправлено дата датаотправки послано",  // Russian
        "gönderildi gönderilen gönderme göndermetarihi gönderilmetarihi tarih",  // Turkish
        "送信日時 日付 日時 送信日 受信日時",  // Japanese
        "发送时间 发送日期 发件日期 发信时间 日期 时间 已发送 發送時間 發送日期 傳送時間 傳送日期 寄件日期 寄件時間 時間 已傳送",  // Chinese
    ]

    private static let recipients = [
        "to",  // English
        "받는사람 받는이 받은사람 받은이 수신 수신자 수신인 받는분",  // Korean
        "an empfänger",  // German
        "à a pour destinataire",  // French; Italian and Spanish have A too
        "para destinatario destinatário",  // Spanish, Portuguese
        "per",  // Italian
        "aan",  // Dutch
        "till",  // Swedish
        "do adresat",  // Polish
        "кому получатель",  // Russian
        "kime alıcı",  // Turkish
        "宛先 受信者 送信先",  // Japanese
        "收件人 收件者 收信人",  // Chinese
    ]

    private static let subjects = [
        "subject",  // English
        "제목",  // Korean
        "betreff",  // German
        "objet sujet",  // French
        "asunto",  // Spanish
        "assunto",  // Portuguese
        "oggetto",  // Italian
        "onderwerp",  // Dutch
        "ämne",  // Swedish
        "temat",  // Polish
        "тема",  // Russian
        "konu",  // Turkish
        "件名 題名 表題",  // Japanese
        "主题 主題 主旨 标题 標題 题目",  // Chinese
    ]

    private static let others = [
        "cc bcc reply-to replyto importance attachments priority sensitivity sender organization newsgroups x-mailer",
        "참조 숨은참조 회신 중요도 첨부 첨부파일",  // Korean
        "kopie kopie(cc) blindkopie antwortan wichtigkeit anlagen priorität",  // German, Dutch
        "copie copieà cci répondreà piècesjointes piècejointe",  // French
        "copia copiaoculta respondera importancia datosadjuntos",  // Spanish
        "cópia comcópia responderpara importância anexos",  // Portuguese
        "ccn copianascosta rispondia priorità allegati",  // Italian
        "antwoordnaar beantwoorden urgentie bijlagen",  // Dutch
        "kopia kopiatill hemligkopia svarsadress svaratill prioritet bifogadefiler",  // Swedish, Polish
        "dw udw odpowiedzdo ważność załączniki dowiadomości",  // Polish
        "копия копии скрытаякопия ответить важность вложения",  // Russian
        "bilgi kopya gizli yanıtla önem ekler",  // Turkish
        "写し ccの宛先 返信先 重要度 添付ファイル",  // Japanese
        "抄送 抄送人 密送 副本 密件副本 回复 答复 重要性 附件 回覆",  // Chinese
    ]
}
