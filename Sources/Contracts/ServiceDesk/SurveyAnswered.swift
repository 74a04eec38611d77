extension SurveyAnswered {
    /// An answer has at least one of the three scores.
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            satisfaction != nil || recommendation != nil || effort != nil, .missingField, "satisfaction",
            "an answer has a score: satisfaction, recommendation or effort")
    }
}
