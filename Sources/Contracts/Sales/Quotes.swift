extension TakeQuoteStep {
    func check(_ fields: FieldReader) throws(Refusal) {
        if step == .requested {
            try fields.require(customer != nil, .missingField, "customer", "say for whom it is")
            try fields.require(!lines.isEmpty, .missingField, "lines", "say what is quoted")
            try fields.require(currency != nil, .missingField, "currency", "say in which currency")
            try fields.require(validUntil != nil, .missingField, "validUntil", "say until when the customer may agree")
        } else {
            try fields.require(
                customer == nil, .valueNotAllowed, "customer", "for whom a quote is, is said when it is asked for")
        }
        let mayPrice = step == .requested || step == .priced || step == .revised
        for (name, isThere) in [
            ("lines", !lines.isEmpty), ("currency", currency != nil), ("validUntil", validUntil != nil),
            ("pricedOn", pricedOn != nil), ("paymentDays", paymentDays != nil), ("owner", owner != nil),
            ("branch", branch != nil),
            ("businessLine", businessLine != nil), ("opportunityId", opportunityId != nil), ("title", title != nil),
        ] {
            try fields.require(
                mayPrice || !isThere, .valueNotAllowed, name, "this is said when it is requested, priced or revised")
        }
        try fields.require(step != .refused || lossReason != nil, .missingField, "lossReason", "say why it was refused")
        try fields.require(
            step == .refused || lossReason == nil && lostTo == nil, .valueNotAllowed,
            lossReason == nil ? "lostTo" : "lossReason", "only what was refused has a reason for it")
        try fields.require(step != .returned || note != nil, .missingField, "note", "say why it is sent back")
    }
}
