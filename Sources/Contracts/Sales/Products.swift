extension ProductTerms {
    func check(_ fields: FieldReader) throws(Refusal) {
        let isUnit = level == .unit
        let retires = isRetired ?? false
        try fields.require(
            !isUnit || unit != nil || retires, .missingField, "unit", "say in what the unit is counted")
        try fields.require(!isUnit || parts.isEmpty, .valueNotAllowed, "parts", "a unit is made of nothing else")
        for (name, isThere) in [
            ("unit", unit != nil), ("measure", measure != nil), ("sellRules", !sellRules.isEmpty),
            ("costRules", !costRules.isEmpty),
        ] {
            try fields.require(
                isUnit || !isThere, .valueNotAllowed, name, "only a unit is measured, sold and costed by itself")
        }
        try fields.require(
            isUnit || retires || !parts.isEmpty, .missingField, "parts", "say what the \(level.rawValue) is made of")
        var seen: Set<String> = []
        for (place, part) in parts.enumerated() {
            try fields.require(
                seen.insert(part.code).inserted, .duplicateElement, "parts[\(place)].code",
                "'\(part.code)' stands there twice")
            try fields.require(
                level == .product || part.isOption == nil, .valueNotAllowed, "parts[\(place)].isOption",
                "only an item of a product may be left out")
        }
    }
}

extension DecideProduct {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            verdict == .approved || note != nil, .missingField, "note", "say why it is refused")
    }
}
