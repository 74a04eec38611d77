package import Domain

extension OrderLine {
    func check(_ fields: FieldReader) throws(Refusal) {
        guard !serviceItem.hasSuffix("-CREDIT") else { return }
        let rule = "only a service item that ends in -CREDIT may be negative"
        try fields.require(!quantity.isNegative, .negativeAmount, "quantity", rule)
        try fields.require(!revenue.isNegative, .negativeAmount, "revenue", rule)
        try fields.require(!(cost?.isNegative ?? false), .negativeAmount, "cost", rule)
    }
}

extension Order {
    /// What all its lines earn, in its currency.
    package var revenue: Money { Money(lines.reduce(.zero) { $0 + $1.revenue }, currency) }

    func check(_ fields: FieldReader) throws(Refusal) {
        var seen: Set<Int> = []
        for (index, line) in lines.enumerated() {
            try fields.require(
                seen.insert(line.line).inserted, .duplicateLine, "lines[\(index)].line",
                "line \(line.line) stands twice in the order")
        }
    }
}
