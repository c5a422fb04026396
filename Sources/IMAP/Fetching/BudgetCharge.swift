/// Octets counted in a budget until this object goes.
final class BudgetCharge: Sendable {
    private let budget: ByteBudget
    private let count: Int

    init(_ count: Int, to budget: ByteBudget) {
        self.count = count
        self.budget = budget
        budget.charge(count)
    }

    deinit { budget.release(count) }
}
