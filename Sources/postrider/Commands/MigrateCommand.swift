import ArgumentParser
import MailStore
import Postgres

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings the database's schema up to date; safe to run at any time.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let assembly = try Assembly(await options.settings())
        let pool = try assembly.pool(role: nil, size: 1)
        let applied = try await Migrator(pool: pool, migrations: StoreMigrations.all).migrate()
        for migration in applied { print("applied \(migration.number) \(migration.name)") }
        if applied.isEmpty { print("the schema is up to date") }
        await pool.close()
    }
}
