// A wildcard or stepped hour: between two changes of the offset, local time is UTC plus the offset, so that each such
// stretch is searched by itself.
extension CronSchedule {
    func nextShown(of fields: CronFields, after moment: Int64) -> Int64? {
        var start = moment + 1
        var offset = zone.offset(at: start)
        var local = fields.first(from: start + offset)
        while let found = local {
            guard let end = zone.transition(after: start), end <= found - offset else { return found - offset }
            let before = offset
            offset = zone.offset(at: end)
            // What was found lies behind the change; it stands unless a fold, or a gap over it, moves the start.
            if offset < before || end + offset > found { local = fields.first(from: end + offset) }
            start = end
        }
        return nil
    }

    func previousShown(of fields: CronFields, through moment: Int64) -> Int64? {
        var last = moment
        while last >= Self.earliest {
            let local = last + zone.offset(at: last)
            guard let found = fields.last(through: local) else { return nil }
            // Far enough back to hold `found`, if it was shown at all, at whatever offset.
            let first = last - (local - found) - 2 * Self.day
            if let tick = lastShown(of: fields, from: first, through: last) { return tick }
            last = first - 1
        }
        return nil
    }

    private func lastShown(of fields: CronFields, from first: Int64, through last: Int64) -> Int64? {
        var starts = [first]
        while let transition = zone.transition(after: starts[starts.count - 1]), transition <= last {
            starts.append(transition)
        }
        var end = last
        for start in starts.reversed() {
            let offset = zone.offset(at: start)
            if let found = fields.last(through: end + offset), found >= start + offset { return found - offset }
            end = start - 1
        }
        return nil
    }
}
