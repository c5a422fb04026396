/// The names of months, in full, as they stand beside a day, and abbreviated.
enum MonthNames {
    /// 1 to 12.
    ///
    /// - Parameter word: folded, without a full stop.
    static func month(_ word: String) -> Int? { months[word] }

    /// Words that name a day of the week in another language: French, Spanish and Italian shorten Tuesday to `mar`.
    static func isAlsoWeekday(_ word: String) -> Bool { word == "mar" }

    private static let months: [String: Int] = {
        var months: [String: Int] = [:]
        for (index, line) in names.enumerated() {
            for word in line.split(separator: " ") { months[FoldedText.fold(String(word))] = index + 1 }
        }
        return months
    }()

    // English, German, Dutch, Swedish; French, Spanish, Portuguese, Italian; Polish, Russian, Turkish. Chinese,
    // Japanese and Korean number theirs.
    private static let names = [
        """
        january jan januar jän jänner januari janvier janv enero ene janeiro gennaio gen styczeń stycznia sty январь \
        января янв ocak oca
        """,
        """
        february feb februar februari febr février févr fév fevr febrero fevereiro fev febbraio luty lutego lut \
        февраль февраля февр фев şubat şub
        """,
        "march mar märz mär mrz maart mrt mars marzo março marzec marca март марта мар mart",
        "april apr avril avr abril abr aprile kwiecień kwietnia kwi апрель апреля апр nisan nis",
        "may mai mei maj mayo maio maggio mag maja май мая mayıs",
        "june jun juni juin junio junho giugno giu czerwiec czerwca cze июнь июня июн haziran haz",
        "july jul juli juillet juil julio julho luglio lug lipiec lipca lip июль июля июл temmuz tem",
        """
        august aug augusti augustus août aout agosto ago sierpień sierpnia sie август августа авг ağustos ağu
        """,
        """
        september sep sept septembre septiembre setiembre set setembro settembre wrzesień września wrz сентябрь \
        сентября сент сен eylül eyl
        """,
        """
        october oct oktober okt octobre octubre outubro out ottobre ott październik października paź październ \
        октябрь октября окт ekim eki
        """,
        "november nov novembre noviembre novembro listopad listopada lis ноябрь ноября нояб ноя kasım kas",
        """
        december dec dezember dez décembre déc diciembre dic dezembro dicembre grudzień grudnia gru декабрь декабря \
        дек aralık ara
        """,
    ]
}
