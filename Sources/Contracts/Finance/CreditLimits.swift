extension CreditLimitSet {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.requireEither(customer, group)
    }
}

extension CreditOverrideApproved {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.requireEither(customer, group)
    }
}

extension FieldReader {
    /// A limit is a customer's or a group's.
    fileprivate func requireEither(_ customer: CustomerCode?, _ group: String?) throws(Refusal) {
        try require(
            (customer == nil) != (group == nil), .missingField, "customer", "name either a customer or a group")
    }
}
