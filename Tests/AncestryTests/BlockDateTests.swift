import MailModel
import Testing

@testable import Ancestry

@Suite("Dates in forwarded blocks")
struct BlockDateTests {
    @Test(
        "every language's way of writing 15 January 2024, 10:30, is read",
        arguments: [
            // English: Outlook, Gmail, Apple Mail, Thunderbird, Naver
            "Monday, January 15, 2024 10:30 AM", "Mon, Jan 15, 2024 at 10:30 AM",
            "Mon, Jan 15, 2024 at 10:30\u{202F}AM",
            "Monday, 15 January 2024 10:30", "January 15, 2024 at 10:30:00 AM", "15 January 2024 at 10:30:59",
            "Mon, 15 Jan 2024 10:30:00", "Jan 15, 2024, 10:30 a.m.", "15-Jan-2024 10:30", "15 Jan 24 10:30",
            "2024-01-15 10:30:00", "1/15/2024 10:30 AM", "15/01/2024 10:30", "Mon Jan 15 10:30:00 2024",
            "Monday, January 15th, 2024 10:30am",
            // Korean
            "2024년 1월 15일 월요일 오전 10:30", "2024년 1월 15일 (월) 오전 10:30", "2024년 1월 15일 오전 10:30:00",
            "2024년 1월 15일 월요일, 10시 30분 00초", "2024-01-15 (월) 10:30:00", "2024. 1. 15. 오전 10:30", "2024.01.15 10:30",
            // German
            "Montag, 15. Januar 2024 10:30", "Mo., 15. Jan. 2024 um 10:30 Uhr", "15. Januar 2024 um 10:30:00",
            "15.01.2024 10:30", "15.01.24 10:30", "15. Jänner 2024 10:30",
            // French
            "lundi 15 janvier 2024 10:30", "lun. 15 janv. 2024 à 10:30", "15 janvier 2024 à 10:30:00",
            "15 janvier 2024 10h30",
            // Spanish
            "lunes, 15 de enero de 2024 10:30", "lun, 15 ene 2024 a las 10:30",
            "El lun., 15 de ene. de 2024 a la(s) 10:30 a. m.",
            "15 de enero de 2024, 10:30:00",
            // Portuguese
            "segunda-feira, 15 de janeiro de 2024 10:30", "seg., 15 de jan. de 2024 às 10:30",
            "15 de janeiro de 2024 às 10:30:00", "15 de janeiro de 2024 10h30",
            // Italian
            "lunedì 15 gennaio 2024 10:30", "lun 15 gen 2024 alle ore 10:30", "15 gennaio 2024 alle ore 10:30:00",
            "15 gennaio 2024 10.30",
            // Dutch
            "maandag 15 januari 2024 10:30", "ma 15 jan 2024 om 10:30", "15 januari 2024 om 10:30:00",
            "15-01-2024 10:30",
            // Swedish
            "den 15 januari 2024 10:30", "måndag den 15 januari 2024 10:30", "mån 15 jan. 2024 kl 10:30",
            "15 januari 2024 kl. 10.30", "den 15 januari 2024 10:30 fm",
            // Polish
            "poniedziałek, 15 stycznia 2024 10:30", "pon., 15 sty 2024 o 10:30", "15 stycznia 2024 o 10:30:00",
            // Russian
            "15 января 2024 г. 10:30", "понедельник, 15 января 2024 г. 10:30", "пн, 15 янв. 2024 г. в 10:30",
            "15 января 2024 г. в 10:30:00", "Понедельник, 15 января 2024, 10:30",
            // Turkish
            "15 Ocak 2024 Pazartesi 10:30", "15 Oca 2024 Pzt, 10:30 tarihinde", "15 Ocak 2024 ÖÖ 10:30",
            // Japanese
            "2024年1月15日 10:30", "2024年1月15日月曜日 10:30", "2024年1月15日(月) 10:30", "2024年1月15日 午前10:30", "2024/01/15 10:30",
            "2024年1月15日 10時30分", "２０２４年１月１５日 １０：３０",
            // Chinese, simplified and traditional
            "2024年1月15日 星期一 10:30", "2024年1月15日周一 上午10:30", "2024年1月15日(星期一) 上午10:30", "2024年1月15日 上午 10:30",
            "2024年1月15日 週一 上午10:30", "2024年1月15日 10点30分", "2024年1月15日 10點30分",
        ])
    func everyLanguage(text: String) {
        #expect(BlockDate.read(text).contains(Make.time(2024, 1, 15, 10, 30)), "\(text)")
    }

    @Test(
        "every month's names are known, in full and short",
        arguments: [
            (
                1,
                "January Januar janvier enero janeiro gennaio januari stycznia января Ocak Jan janv ene gen sty янв Oca"
            ),
            (
                2,
                "February Februar février febrero fevereiro febbraio februari lutego февраля Şubat Feb févr fev lut Şub"
            ),
            (3, "March März mars marzo março marca maart марта Mart Mar mrt мар"),
            (4, "April avril abril aprile kwietnia апреля Nisan Apr avr abr kwi апр Nis"),
            (5, "May Mai mayo maio maggio mei maj maja мая Mayıs mag"),
            (6, "June Juni juin junio junho giugno czerwca июня Haziran Jun giu cze июн Haz"),
            (7, "July Juli juillet julio julho luglio lipca июля Temmuz Jul juil lug lip июл Tem"),
            (8, "August août agosto augustus augusti sierpnia августа Ağustos Aug ago sie авг Ağu"),
            (9, "September septembre septiembre setembro settembre września сентября Eylül Sept set wrz сент Eyl"),
            (
                10,
                "October Oktober octobre octubre outubro ottobre października октября Ekim Oct Okt out ott paź окт Eki"
            ),
            (11, "November novembre noviembre novembro listopada ноября Kasım Nov lis нояб Kas"),
            (
                12,
                "December Dezember décembre diciembre dezembro dicembre grudnia декабря Aralık Dec Dez déc dic gru дек Ara"
            ),
        ])
    func months(month: Int, names: String) {
        for name in names.split(separator: " ") {
            #expect(BlockDate.read("9 \(name) 2023 08:05") == [Make.time(2023, month, 9, 8, 5)], "\(name)")
            #expect(
                BlockDate.read("9. \(name.uppercased()). 2023 08:05") == [Make.time(2023, month, 9, 8, 5)], "\(name)")
        }
    }

    @Test(
        "afternoons are afternoons, and twelve is noon or midnight",
        arguments: [
            ("Jan 15, 2024 at 3:05 PM", 15), ("Jan 15, 2024 at 12:05 AM", 0), ("Jan 15, 2024 at 12:05 PM", 12),
            ("15 ene 2024 3:05 p. m.", 15), ("2024년 1월 15일 오후 3:05", 15), ("2024년 1월 15일 (월) 오후 12:05", 12),
            ("2024年1月15日 午後3:05", 15), ("2024年1月15日 周一 下午3:05", 15), ("2024年1月15日 下午 3:05", 15),
            ("15 Ocak 2024 ÖS 3:05", 15), ("15 januari 2024 3:05 em", 15), ("2024年1月15日 晚上9:05", 21),
            ("2024年1月15日 凌晨12:05", 0),
        ])
    func halves(text: String, hour: Int) {
        #expect(BlockDate.read(text) == [Make.time(2024, 1, 15, hour, 5)], "\(text)")
    }

    @Test(
        "a zone is read where one is given, in digits or by its name",
        arguments: [
            ("Mon, 15 Jan 2024 10:30:00 +0900", 540), ("Mon, 15 Jan 2024 10:30:00 -0530 (XYZ)", -330),
            ("2024-01-15 (월) 10:30:00 (GMT+09:00)", 540), ("15 janvier 2024 à 10:30:00 UTC+1", 60),
            ("15. Januar 2024 um 10:30:00 MEZ", 60), ("January 15, 2024 at 10:30:00 AM EST", -300),
            ("15 января 2024 г. в 10:30:00 GMT+3", 180), ("Понедельник, 15 января 2024, 10:30 +03:00", 180),
            ("2024年1月15日 GMT+8 上午10:30:00", 480), ("2024年1月15日 10:30:00 JST", 540), ("15 January 2024 10:30 GMT", 0),
            ("January 15, 2024 at 10:30:00 AM GMT-3:30", -210), ("15 Jan 2024 10:30:00 +0000 (UTC)", 0),
            ("15 Jan 2024 10:30:00 +0900 (KST)", 540), ("2024년 1월 15일 월요일, 10시 30분 00초 +0900", 540),
        ])
    func zones(text: String, offset: Int) {
        #expect(BlockDate.read(text) == [Make.time(2024, 1, 15, 10, 30, offset: offset)], "\(text)")
    }

    @Test("a zone's name with two meanings tells none")
    func ambiguousZone() {
        #expect(BlockDate.read("2024年1月15日 10:30:00 CST") == [Make.time(2024, 1, 15, 10, 30)])
    }

    @Test("with slashes a date may be two days, with full stops it is one")
    func twoDays() {
        #expect(
            BlockDate.read("3/4/2024 10:30") == [Make.time(2024, 4, 3, 10, 30), Make.time(2024, 3, 4, 10, 30)])
        #expect(BlockDate.read("03.04.2024 10:30") == [Make.time(2024, 4, 3, 10, 30)])
        #expect(BlockDate.read("4/4/2024 10:30") == [Make.time(2024, 4, 4, 10, 30)])
        #expect(BlockDate.read("24/01/15 10:30").contains(Make.time(2024, 1, 15, 10, 30)))
    }

    @Test("a weekday that is spelled like a month isn't taken for one")
    func tuesdays() {
        #expect(BlockDate.read("mar. 16 janv. 2024 à 10:30") == [Make.time(2024, 1, 16, 10, 30)])
        #expect(BlockDate.read("mar, 12 mar 2024 a las 10:30") == [Make.time(2024, 3, 12, 10, 30)])
    }

    @Test(
        "what has no time or no day is no date",
        arguments: [
            "", "yesterday", "January 15, 2024", "10:30", "2024年1月15日", "31 February 2024 10:30", "15 Jan 2024 25:00",
            "15 Jan 10:30", "99/99/2024 10:30", "::::", "1:2:3", "+09:00", "15 . 2024 :", "0 Jan 2024 10:30",
        ])
    func noDate(text: String) {
        #expect(BlockDate.read(text).isEmpty, "\(text)")
    }
}
