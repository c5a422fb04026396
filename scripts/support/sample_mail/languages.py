"""Names, subjects and sentences for mail that looks as people write it, in several languages and charsets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    charsets: tuple[tuple[str, str], ...]
    """Charsets in use for the language: the name in the header, and the body's transfer encoding."""
    people: tuple[str, ...]
    subjects: tuple[str, ...]
    sentences: tuple[str, ...]
    greeting: str
    closing: str


ENGLISH = Language(
    charsets=(("utf-8", "8bit"), ("us-ascii", "7bit"), ("utf-8", "quoted-printable")),
    people=("Alice Moreau", "Ben Carter", "Grace O'Neill", "Tom Okafor", "Priya Raman", "Ella Whitfield"),
    subjects=("Renewal of the framework agreement", "Minutes of Tuesday's call", "Prototype ready for review",
              "Question about invoice 20417", "Access to the staging system", "Travel plans for the spring fair",
              "Numbers for the quarterly report", "Interview schedule", "Delivery date of the second batch",
              "Draft of the press release"),
    sentences=("Thanks for the quick answer yesterday.", "I have attached the latest version for your review.",
               "Could you confirm the dates by Thursday, so that we can book the rooms?",
               "The figures in the second table still need a source.",
               "We agreed that the first milestone moves by one week.",
               "Nothing else has changed since the version that you saw in March.",
               "The supplier promised a new offer before the end of the month.",
               "Please keep Grace in copy from here on.",
               "Our legal team has two small remarks, both in section four.",
               "If that works for you, I will send the order today."),
    greeting="Hello,", closing="Kind regards")

KOREAN = Language(
    charsets=(("utf-8", "base64"), ("euc-kr", "base64"), ("ks_c_5601-1987", "8bit"), ("utf-8", "8bit")),
    people=("김민준", "이서연", "박지훈", "최수아", "정하윤", "한도윤"),
    subjects=("견적서 검토 요청드립니다", "다음 주 회의 일정 안내", "계약서 수정본 송부", "출장 보고서 제출", "서버 점검 공지",
              "신규 프로젝트 제안", "납품 일정 확인 부탁드립니다", "세금계산서 발행 건", "제품 소개 자료 요청", "면접 일정 조율"),
    sentences=("보내 주신 자료 잘 받았습니다.", "첨부한 파일을 확인해 주시기 바랍니다.", "회의는 목요일 오후 세 시에 진행하겠습니다.",
               "수정 사항은 노란색으로 표시해 두었습니다.", "일정이 변경되면 다시 연락드리겠습니다.",
               "견적 금액은 부가세가 포함된 금액입니다.", "담당자가 바뀌어 새 연락처를 함께 보냅니다.",
               "이번 주 안으로 회신 부탁드립니다.", "추가로 필요한 내용이 있으면 말씀해 주세요.", "검토 후 결과를 공유하겠습니다."),
    greeting="안녕하세요,", closing="감사합니다")

JAPANESE = Language(
    charsets=(("utf-8", "base64"), ("iso-2022-jp", "7bit")),
    people=("佐藤健", "鈴木花子", "高橋真一", "田中美咲"),
    subjects=("お見積りの件", "来週の打ち合わせについて", "契約書の修正版", "納期のご確認", "展示会のご案内", "議事録の送付"),
    sentences=("お世話になっております。", "資料を添付いたしましたのでご確認ください。", "来週の木曜日はご都合いかがでしょうか。",
               "修正点は黄色で示しております。", "詳細は改めてご連絡いたします。", "ご返信をお待ちしております。"),
    greeting="お疲れ様です。", closing="よろしくお願いいたします")

GERMAN = Language(
    charsets=(("iso-8859-1", "quoted-printable"), ("utf-8", "8bit"), ("iso-8859-1", "8bit")),
    people=("Jürgen Weiß", "Sabine Müller", "Käthe Schröder", "Björn Großmann"),
    subjects=("Angebot für die Nürnberger Messe", "Rückfrage zur Lieferung", "Prüfung der Verträge", "Grüße aus München",
              "Änderungen am Pflichtenheft", "Übergabe der Schlüssel"),
    sentences=("Vielen Dank für die schnelle Rückmeldung.", "Die geänderten Unterlagen finden Sie im Anhang.",
               "Könnten wir den Termin auf Dienstag verschieben?", "Für die Prüfung benötigen wir noch zwei Tage.",
               "Die Maße in der Zeichnung müssen überprüft werden.", "Bitte bestätigen Sie die Stückzahl."),
    greeting="Guten Tag,", closing="Mit freundlichen Grüßen")

CHINESE = Language(
    charsets=(("gb18030", "base64"), ("utf-8", "8bit")),
    people=("王伟", "李娜", "张敏", "刘洋"),
    subjects=("关于合同的修改意见", "下周会议安排", "报价单请查收", "样品寄送通知", "项目进度汇报"),
    sentences=("您好,资料已经收到。", "请查看附件中的最新版本。", "会议改到星期四下午三点。", "我们会在本周内给您答复。", "如有问题请随时联系我。"),
    greeting="您好,", closing="此致敬礼")

RUSSIAN = Language(
    charsets=(("koi8-r", "8bit"), ("utf-8", "base64")),
    people=("Иван Петров", "Анна Смирнова", "Олег Кузнецов"),
    subjects=("Проект договора", "Сроки поставки", "Протокол совещания", "Счёт на оплату"),
    sentences=("Спасибо за быстрый ответ.", "Новая версия документа во вложении.", "Подтвердите, пожалуйста, дату встречи.",
               "Мы внесли две небольшие правки.", "Жду вашего решения до пятницы."),
    greeting="Здравствуйте,", closing="С уважением")

BY_WEIGHT = ((ENGLISH, 34), (KOREAN, 30), (JAPANESE, 12), (GERMAN, 12), (CHINESE, 6), (RUSSIAN, 6))

# Names that headers use and Python spells otherwise.
CODECS = {"ks_c_5601-1987": "cp949", "us-ascii": "ascii"}
