import Testing

@testable import Cron

@Suite("Jitter")
struct JitterTests {
    @Test("an offset depends on the id alone, and is the same in every process and version")
    func stable() {
        #expect(Jitter.offset(schedule: "0198c0de-0000-7000-8000-000000000001", bound: 3_600) == 198)
        #expect(Jitter.offset(schedule: "0198c0de-0000-7000-8000-000000000002", bound: 3_600) == 2_715)
        #expect(Jitter.offset(schedule: "a", bound: 86_400) == 44_089)
    }

    @Test("without a bound there is no offset")
    func none() {
        #expect(Jitter.offset(schedule: "a", bound: 1) == 0)
        #expect(Jitter.offset(schedule: "a", bound: 0) == 0)
        #expect(Jitter.offset(schedule: "a", bound: -5) == 0)
    }

    @Test("offsets of consecutive ids fill the bound evenly")
    func even() {
        var counts = Array(repeating: 0, count: 60)
        for id in 0..<60_000 { counts[Int(Jitter.offset(schedule: "schedule-\(id)", bound: 60))] += 1 }
        // A thousand each; six standard deviations are some 190.
        #expect(counts.allSatisfy { (810...1_190).contains($0) }, "\(counts)")
    }
}
