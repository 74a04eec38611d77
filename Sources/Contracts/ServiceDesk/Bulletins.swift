import Domain

extension PublishBulletins {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(month.components.day == 1, .badTime, "month", "a month is named by its first day")
    }
}

extension TakeBulletinStep {
    /// An objection says to what, an answer to which objection.
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(month.components.day == 1, .badTime, "month", "a month is named by its first day")
        let isObjection = step == .objected
        try fields.require(
            measure != nil || !isObjection, .missingField, "measure", "say to which figure the customer objects")
        try fields.require(
            measure == nil || isObjection, .valueNotAllowed, "measure", "an answer goes by its objection")
        try fields.require(
            objectionId != nil || isObjection, .missingField, "objectionId", "say which objection is answered")
        try fields.require(
            objectionId == nil || !isObjection, .valueNotAllowed, "objectionId", "an objection answers no other")
    }
}
