extension SuggestLead {
    /// It names what it was seen by, and nothing else.
    func check(_ fields: FieldReader) throws(Refusal) {
        let isComplaint = evidence == .complaint
        try fields.require(
            complaintId != nil || !isComplaint, .missingField, "complaintId", "it was seen by a complaint: say which")
        try fields.require(
            complaintId == nil || isComplaint, .valueNotAllowed, "complaintId",
            "what was seen by a '\(evidence.rawValue)' names the order and no complaint")
        try fields.require(
            orderId != nil || isComplaint, .missingField, "orderId",
            "it was seen by a '\(evidence.rawValue)': say of which order")
        try fields.require(
            orderId == nil || !isComplaint, .valueNotAllowed, "orderId", "what was seen by a complaint names no order")
    }
}
