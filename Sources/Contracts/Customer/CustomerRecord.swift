extension CorrectCustomer {
    package static var upcasters: [Upcaster<Self>] {
        [
            Upcaster(from: CorrectCustomerFormerly.self) { former in
                CorrectCustomer(
                    customerId: former.customerId, field: GoldenField(former.field), value: former.value,
                    reason: former.reason, by: former.by)
            }
        ]
    }
}

extension GoldenField {
    /// The field that the version before calls so.
    init(_ former: CorrectedField) {
        self =
            switch former {
            case .name: .name
            case .creditCode: .creditCode
            case .branch: .branch
            case .salesOwner: .salesOwner
            case .taxId: .taxId
            case .phone: .phone
            case .address: .address
            case .bankAccount: .bankAccount
            }
    }
}
