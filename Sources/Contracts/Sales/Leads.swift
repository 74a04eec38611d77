extension LeadCaptured {
    func check(_ fields: FieldReader) throws(Refusal) {
        var names: Set<String> = []
        for (place, attribute) in attributes.enumerated() {
            try fields.require(
                names.insert(attribute.name).inserted, .duplicateElement, "attributes[\(place)].name",
                "'\(attribute.name)' is said twice")
        }
    }
}

extension LeadReason {
    /// Whether a person may give it, and not the clock or the rule of assignment alone.
    package var isOfPeople: Bool {
        switch self {
        case .notContacted, .stale, .nobodyFree: false
        default: true
        }
    }
}

extension TakeLeadStep {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(step != .assigned || to != nil, .missingField, "to", "say to whom the lead is given")
        let needsReason = step == .recycled || step == .closed
        try fields.require(!needsReason || reason != nil, .missingField, "reason", "say why")
        try fields.require(
            reason?.isOfPeople ?? true, .valueNotAllowed, "reason", "only the clock, or the rule of assignment, says so"
        )
        try fields.require(
            (expectedMargin == nil) == (currency == nil), .missingField,
            expectedMargin == nil ? "expectedMargin" : "currency", "an amount and its currency come together")
    }
}
