import Postgres
import Testing

@Suite("PostgresConfiguration")
struct ConfigurationTests {
    @Test(
        "no description of it shows the password",
        arguments: [
            "postgres://anna:s3cret@db.example:5433/mail", "postgresql://anna@/mail?host=/run/pg&password=s3cret",
            "postgres://anna:s3cret@one,two:5433/mail?sslmode=require",
        ])
    func redaction(url: String) throws {
        let configuration = try PostgresConfiguration(url: url)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), "\([configuration])", dumped] {
            #expect(!text.contains("s3cret"))
            #expect(text.contains("anna@"))
        }
    }

    @Test(
        "what is no URL of PostgreSQL's is refused without being quoted",
        arguments: ["host=db password=s3cret", "mysql://a:s3cret@db", "postgres://a:s3cret%zz@db/x", ""])
    func malformed(url: String) throws {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
        #expect(error?.kind == .configuration)
        #expect(!"\(String(describing: error))".contains("s3cret"))
    }
}
