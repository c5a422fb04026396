package import MailModel

extension FolderRole {
    /// A folder's role: by SPECIAL-USE (RFC 6154) or XLIST's older names, else by its own name.
    ///
    /// - Parameter attributes: in small letters with their backslash, as ``ListResponse/attributes`` has them.
    package init?(path: FolderPath, attributes: Set<String>) {
        if path.isInbox {
            self = .inbox
        } else if let role = Self.specialUse.first(where: { attributes.contains($0.attribute) })?.role {
            self = role
        } else if let role = Self.byName[Self.wellKnownPart(of: path)] {
            self = role
        } else {
            return nil
        }
    }

    private static let specialUse: [(attribute: String, role: FolderRole)] = [
        ("\\inbox", .inbox), ("\\sent", .sent), ("\\drafts", .drafts), ("\\trash", .trash), ("\\junk", .junk),
        ("\\spam", .junk), ("\\archive", .archive), ("\\all", .all), ("\\allmail", .all),
    ]

    /// The name that is looked up: that of a folder on the top level, or right below INBOX or Gmail's root.
    private static func wellKnownPart(of path: FolderPath) -> String {
        let levels = path.display.split(separator: "/")
        switch levels.count {
        case 1:
            return levels[0].lowercased()
        case 2 where ["inbox", "[gmail]", "[google mail]"].contains(levels[0].lowercased()):
            return levels[1].lowercased()
        default:
            return ""
        }
    }

    /// What servers and mail programs call these folders in the languages of Europe and in some others.
    private static let byName: [String: FolderRole] = {
        let names: [(FolderRole, [String])] = [
            (
                .sent,
                [
                    "sent", "sent items", "sent mail", "sent messages", "sent-mail", "gesendet", "gesendete objekte",
                    "gesendete elemente", "gesendete nachrichten", "envoyés", "messages envoyés", "éléments envoyés",
                    "objets envoyés", "enviados", "elementos enviados", "mensajes enviados", "itens enviados",
                    "mensagens enviadas", "inviati", "posta inviata", "inviata", "verzonden", "verzonden items",
                    "verzonden berichten", "skickat", "skickade", "skickade objekt", "sendt", "sendte", "sendt post",
                    "sendte elementer", "lähetetyt", "lähetetyt viestit", "wysłane", "elementy wysłane", "odeslané",
                    "odeslaná pošta", "odoslané", "poslano", "elküldött", "elküldött elemek", "trimise",
                    "отправленные", "надіслані", "изпратени", "απεσταλμένα", "gönderilmiş", "gönderilmiş öğeler",
                    "gönderilenler", "送信済み", "送信済みアイテム", "送信済みメール", "已发送", "已发送邮件", "寄件備份", "보낸편지함", "보낸 편지함",
                ]
            ),
            (
                .drafts,
                [
                    "drafts", "draft", "entwürfe", "entwurf", "brouillons", "brouillon", "borradores", "rascunhos",
                    "bozze", "concepten", "utkast", "kladder", "kladde", "luonnokset", "szkice", "wersje robocze",
                    "koncepty", "rozepsané", "osnutki", "piszkozatok", "ciorne", "черновики", "чернетки", "чернови",
                    "πρόχειρα", "taslaklar", "下書き", "草稿", "草稿箱", "임시보관함",
                ]
            ),
            (
                .trash,
                [
                    "trash", "deleted", "deleted items", "deleted messages", "bin", "papierkorb", "gelöscht",
                    "gelöschte objekte", "gelöschte elemente", "corbeille", "éléments supprimés",
                    "messages supprimés", "papelera", "elementos eliminados", "lixeira", "lixo", "itens excluídos",
                    "cestino", "posta eliminata", "prullenbak", "verwijderde items", "papperskorgen", "borttaget",
                    "papirkurv", "slettet post", "slettede elementer", "roskakori", "poistetut", "kosz",
                    "elementy usunięte", "koš", "odstraněná pošta", "kôš", "koš", "lomtár", "kuka", "gunoi",
                    "coș de gunoi", "корзина", "удаленные", "удалённые", "кошик", "видалені", "кошче",
                    "κάδος απορριμμάτων", "çöp", "çöp kutusu", "silinmiş öğeler", "ゴミ箱", "削除済みアイテム", "已删除",
                    "已删除邮件", "垃圾桶", "휴지통",
                ]
            ),
            (
                .junk,
                [
                    "junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk", "bulk mail", "spamverdacht",
                    "unerwünscht", "indésirables", "courrier indésirable", "pourriel", "correo no deseado",
                    "no deseado", "lixo eletrônico", "lixo eletrónico", "posta indesiderata", "ongewenst",
                    "ongewenste e-mail", "ongewenste reclame", "skräppost", "uønsket e-post", "uønsket mail",
                    "søppelpost", "roskaposti", "wiadomości-śmieci", "nevyžádaná pošta", "nevyžiadaná pošta",
                    "levélszemét", "mesaje nedorite", "спам", "нежелательная почта", "небажана пошта", "ανεπιθύμητα",
                    "önemsiz", "önemsiz e-posta", "迷惑メール", "垃圾邮件", "垃圾郵件", "스팸", "스팸편지함",
                ]
            ),
            (
                .archive,
                [
                    "archive", "archives", "archiv", "archivo", "archivio", "archief", "arquivo", "arkiv", "arkisto",
                    "archiwum", "archív", "archívum", "arhiva", "архив", "архів", "αρχείο", "arşiv", "アーカイブ", "存档",
                    "归档", "封存", "보관함",
                ]
            ),
            (
                .all,
                [
                    "all mail", "alle nachrichten", "tous les messages", "todos", "todos los mensajes",
                    "todos os e-mails", "tutti i messaggi", "alle berichten", "all e-post", "al post", "wszystkie",
                    "вся почта", "すべてのメール", "所有邮件", "전체보관함",
                ]
            ),
        ]
        var table: [String: FolderRole] = [:]
        for (role, spellings) in names {
            for spelling in spellings { table[spelling] = role }
        }
        return table
    }()
}
