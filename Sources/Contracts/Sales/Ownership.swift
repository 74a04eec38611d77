import Domain

extension OwnershipAssigned {
    func check(_ fields: FieldReader) throws(Refusal) {
        var logins: Set<String> = []
        for (place, owner) in owners.enumerated() {
            try fields.require(
                logins.insert(owner.login).inserted, .duplicateElement, "owners[\(place)].login",
                "'\(owner.login)' is named twice")
        }
        let sum = owners.reduce(FixedDecimal.zero) { $0 + $1.share }
        try fields.require(
            sum == FixedDecimal(100), .valueNotAllowed, "owners",
            "the shares come to \(sum) %: they must come to exactly 100")
    }
}

extension OwnershipHandedOver {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            !fromLogin.hasSameBytes(as: toLogin), .valueNotAllowed, "toLogin", "nobody hands over to themselves")
        var codes: Set<AccountKey> = []
        for (place, customer) in customers.enumerated() {
            try fields.require(
                codes.insert(AccountKey(source: customer.source ?? "", code: customer.code)).inserted,
                .duplicateElement, "customers[\(place)]", "'\(customer.code)' is named twice")
        }
    }
}
