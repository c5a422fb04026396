/// What one field says.
struct FieldSet {
    /// Bit n stands for the value n.
    var bits: UInt64 = 0
    /// It holds a `*` or `?` without a step.
    var isAny = false
    /// It holds a step.
    var isStepped = false
}
