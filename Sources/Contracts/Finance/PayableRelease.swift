extension ReleasePayable {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            step == .approve || !(reason ?? "").isEmpty, .missingField, "reason", "who proposes it says why")
    }
}
