import Domain

extension OrderMarginSettled {
    func check(_ fields: FieldReader) throws(Refusal) {
        var seen: Set<Int> = []
        for (index, line) in lines.enumerated() {
            try fields.require(
                seen.insert(line.line).inserted, .duplicateLine, "lines[\(index)].line",
                "line \(line.line) stands twice in the order")
        }
    }
}
