/// Reads numbers at the time of a scrape.
///
/// What it doesn't give is not shown: a collector that fails leaves a gap, never an old number. It is cancelled at the
/// registry's deadline and has to end then, as everything does that waits for PostgreSQL or Redis.
package typealias MetricCollector = @Sendable () async throws -> [MetricReading]
