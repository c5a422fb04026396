package import Postgres

/// The schema's migrations, oldest first, and the range of schemas that this program works with.
package enum StoreMigrations {
    /// Every numbered file of Resources/Migrations, embedded in the program.
    package static let all: [Migration] = [
        Migration(
            number: 1, name: "foundation", sql: String(decoding: PackageResources._001_foundation_sql, as: UTF8.self)),
        Migration(
            number: 2, name: "operations", sql: String(decoding: PackageResources._002_operations_sql, as: UTF8.self)),
        Migration(
            number: 3, name: "controls", sql: String(decoding: PackageResources._003_controls_sql, as: UTF8.self)),
        Migration(
            number: 4, name: "tick_jobs", sql: String(decoding: PackageResources._004_tick_jobs_sql, as: UTF8.self)),
        Migration(
            number: 5, name: "readings", sql: String(decoding: PackageResources._005_readings_sql, as: UTF8.self)),
        Migration(
            number: 6, name: "continuous", sql: String(decoding: PackageResources._006_continuous_sql, as: UTF8.self)),
        Migration(
            number: 7, name: "connections", sql: String(decoding: PackageResources._007_connections_sql, as: UTF8.self)),
        Migration(
            number: 8, name: "kept_plans", sql: String(decoding: PackageResources._008_kept_plans_sql, as: UTF8.self)),
    ]

    /// A role starts only on a schema within this range; `postrider migrate` brings it there.
    package static let supported = 8...8
}
