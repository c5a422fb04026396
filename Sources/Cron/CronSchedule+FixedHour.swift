// A fixed hour. Let reached(t) be the latest local time that the zone's clock has shown up to t: it never goes back. A
// local time L fires at the first t with reached(t) >= L, so that the ticks up to t are those of the L up to reached(t).
extension CronSchedule {
    func nextReached(of fields: CronFields, after moment: Int64) -> Int64? {
        fields.first(from: reached(by: moment) + 1).map(firstReaching)
    }

    func previousReached(of fields: CronFields, through moment: Int64) -> Int64? {
        fields.last(through: reached(by: moment)).map(firstReaching)
    }

    private func reached(by moment: Int64) -> Int64 {
        var reached = moment + zone.offset(at: moment)
        // No fold is longer than a day: what was shown before two days ago is shown again by now.
        var from = moment - 2 * Self.day
        while let transition = zone.transition(after: from), transition <= moment {
            reached = max(reached, transition - 1 + zone.offset(at: transition - 1))
            from = transition
        }
        return reached
    }

    private func firstReaching(_ local: Int64) -> Int64 {
        // No offset is as long as a day: here the clock shows less than `local`.
        var from = local - Self.day
        while let transition = zone.transition(after: from) {
            let moment = local - zone.offset(at: from)
            if moment < transition { return moment }
            if transition + zone.offset(at: transition) >= local { return transition }
            from = transition
        }
        return local - zone.offset(at: from)
    }

    static var day: Int64 { 86_400 }
}
