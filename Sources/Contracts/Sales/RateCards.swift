extension CardRule {
    func check(_ fields: FieldReader) throws(Refusal) {
        if let validFrom, let validUntil {
            try fields.require(
                validFrom <= validUntil, .contradictoryTimes, "validUntil", "a rule cannot end before it begins")
        }
    }
}

extension ImportRateCard {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            customer == nil || group == nil, .valueNotAllowed, "group",
            "a card is for one customer, for a group, or for everybody")
        var seen: Set<String> = []
        for (place, rule) in rules.enumerated() {
            try fields.require(
                seen.insert(rule.rule).inserted, .duplicateElement, "rules[\(place)].rule",
                "'\(rule.rule)' stands there twice")
        }
    }
}
