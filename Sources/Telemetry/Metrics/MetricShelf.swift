import MetricNames

/// All series of a process, by metric and labels: the value that the registry keeps under its lock.
struct MetricShelf {
    /// Metrics that stand in no catalogue; what libraries count is bounded too.
    static let strangersLimit = 1_000

    private struct Board {
        let definition: MetricDefinition
        var series: [[MetricLabel]: MetricSeries] = [:]
    }

    private let catalogue: [String: MetricDefinition]
    private let seriesLimit: Int
    private var boards: [String: Board] = [:]
    private(set) var refusals: [SeriesRefusal: UInt64] = [:]

    init(catalogue: [MetricDefinition], seriesLimit: Int) {
        self.catalogue = Dictionary(catalogue.map { ($0.name, $0) }) { first, _ in first }
        self.seriesLimit = seriesLimit
    }

    /// The series of these labels, made where it is asked for first.
    ///
    /// - Parameter kind: what the caller takes it for; a histogram's bounds count only outside of the catalogue.
    /// - Returns: `nil` where it is refused, which is counted.
    mutating func series(
        _ label: String, _ dimensions: [(String, String)], kind: MetricDefinition.Kind, isTimer: Bool = false
    ) -> MetricSeries? {
        do throws(SeriesRefusal) {
            let definition = definition(of: label, kind: kind, isTimer: isTimer)
            guard definition.kind.isSame(as: kind) else { throw SeriesRefusal.kind }
            let labels = try labels(dimensions, for: definition)
            if let series = boards[definition.name]?.series[labels] { return series }
            let board = boards[definition.name]
            guard board?.series.count ?? 0 < seriesLimit, board != nil || boards.count < Self.strangersLimit else {
                throw SeriesRefusal.limit
            }
            let series = MetricSeries(definition.kind)
            boards[definition.name, default: Board(definition: definition)].series[labels] = series
            return series
        } catch {
            refuse(error)
            return nil
        }
    }

    /// Takes a series away; whoever still holds it writes to nobody.
    mutating func remove(_ object: AnyObject) {
        for (name, board) in boards {
            boards[name]?.series = board.series.filter { $0.value.object !== object }
        }
    }

    /// All that there is, with what was read for this scrape.
    mutating func families(with readings: [MetricReading]) -> [MetricFamily] {
        var families = boards.mapValues {
            MetricFamily(definition: $0.definition, series: $0.series.mapValues(\.value))
        }
        for reading in readings {
            let definition = reading.definition
            do throws(SeriesRefusal) {
                let labels = try labels(Array(zip(definition.labels, reading.values)), for: definition)
                guard families[definition.name]?.definition.kind.isSame(as: definition.kind) ?? true else {
                    throw SeriesRefusal.kind
                }
                var family = families[definition.name] ?? MetricFamily(definition: definition, series: [:])
                guard family.series[labels] != nil || family.series.count < seriesLimit else {
                    throw SeriesRefusal.limit
                }
                family.series[labels] = .real(reading.number)
                families[definition.name] = family
            } catch {
                refuse(error)
            }
        }
        return Array(families.values)
    }

    private mutating func refuse(_ reason: SeriesRefusal) { refusals[reason, default: 0] += 1 }

    private func definition(of label: String, kind: MetricDefinition.Kind, isTimer: Bool) -> MetricDefinition {
        if let known = catalogue[label] ?? boards[label]?.definition { return known }
        let name = MetricNaming.exposed(label, kind: kind, isTimer: isTimer)
        return catalogue[name] ?? boards[name]?.definition ?? MetricDefinition(name, kind, unit: "", help: "")
    }

    /// The labels in the order in which they are written: the definition's, or by name where there is none.
    private func labels(_ dimensions: [(String, String)], for definition: MetricDefinition)
        throws(SeriesRefusal) -> [MetricLabel]
    {
        let given = Dictionary(dimensions) { first, _ in first }
        guard given.count == dimensions.count else { throw .labels }
        var names = given.keys.sorted()
        if catalogue[definition.name] != nil {
            guard names == definition.labels.sorted() else { throw .labels }
            names = definition.labels
        } else {
            guard names.allSatisfy({ MetricNaming.isLegalLabel($0, kind: definition.kind) }) else { throw .labels }
        }
        return names.compactMap { name in given[name].map { MetricLabel(name: name, value: $0) } }
    }
}

extension MetricDefinition.Kind {
    /// Whether both are written and used the same way; histograms may differ in their bounds.
    fileprivate func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (.counter, .counter), (.gauge, .gauge), (.histogram, .histogram): true
        case (.counter, _), (.gauge, _), (.histogram, _): false
        }
    }
}
