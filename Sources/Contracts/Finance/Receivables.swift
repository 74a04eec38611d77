import Domain

extension PaymentReceived {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(allocations, within: amount)
    }
}

extension SupplierPaymentMade {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(allocations, within: amount)
    }
}

extension FieldReader {
    /// No more of a payment is allocated than was paid.
    fileprivate func require(_ allocations: [PaymentAllocation], within amount: FixedDecimal) throws(Refusal) {
        let allocated = allocations.reduce(FixedDecimal.zero) { $0 + $1.amount }
        try require(allocated <= amount, .overAllocated, "allocations", "more is allocated than was paid")
    }
}
