import Failure
import Testing

@testable import Postgres

@Suite("PostgresError")
struct ErrorTests {
    @Test(
        "each SQLSTATE has a kind and a disposition",
        arguments: [
            ("08006", .connectionLost, .retryNow), ("57P01", .connectionLost, .retryNow),
            ("57P03", .unreachable, .retryLater), ("25P03", .connectionLost, .retryNow),
            ("28P01", .authentication, .needsUser), ("40001", .serialization, .retryNow),
            ("40P01", .deadlock, .retryNow), ("55P03", .lockTimeout, .retryLater),
            ("57014", .statementTimeout, .retryLater), ("23505", .uniqueViolation, .permanent),
            ("23503", .foreignKeyViolation, .permanent), ("23514", .checkViolation, .permanent),
            ("23502", .constraintViolation, .permanent), ("22P02", .invalidValue, .permanent),
            ("53100", .diskFull, .retryLater), ("53300", .outOfResources, .retryLater),
            ("42501", .insufficientPrivilege, .needsUser), ("42P01", .notMigrated, .needsUser),
            ("42703", .notMigrated, .needsUser), ("42601", .syntax, .permanent), ("25006", .readOnly, .retryLater),
            ("P0001", .raised, .permanent), ("PR001", .raised, .permanent), ("XX000", .other, .permanent),
            ("0A000", .other, .permanent), ("26000", .stalePlan, .retryNow),
        ] as [(String, PostgresError.Kind, Disposition)])
    func classification(sqlstate: String, kind: PostgresError.Kind, disposition: Disposition) {
        let found = PostgresError.Kind(sqlstate: sqlstate)
        #expect(found == kind)
        #expect(found.disposition == disposition)
    }

    @Test("neither the detail nor a value that a message quotes shows in a description")
    func redaction() {
        let error = PostgresError(
            kind: .invalidValue, sqlstate: "22P02", message: #"invalid input syntax for type uuid: "anna@"example""#,
            detail: "Failing row contains (anna)", activity: "running SELECT $1::uuid")
        var dumped = ""
        dump(error, to: &dumped)
        for text in ["\(error)", String(reflecting: error), dumped] { #expect(!text.contains("anna")) }
        #expect(
            error.description
                == #"running SELECT $1::uuid: invalid input syntax for type uuid: "…" (SQLSTATE 22P02)"#)
    }
}
