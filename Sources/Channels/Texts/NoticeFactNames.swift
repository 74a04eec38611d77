import Contracts

/// By which names texts know the facts of notices.
///
/// A service names a fact by its own matter, such as `margin-rate`; templates name what they tell of it. A name that is not here is
/// told as it is.
enum NoticeFactNames {
    /// The name of a fact in templates and in ``NoticeWords/labels``.
    static func told(_ fact: NoticeFact) -> String {
        switch (fact.name, fact.kind) {
        // A day that was agreed, not the time by which somebody must act.
        case ("due", .day): "dueDay"
        // When a task was due that failed.
        case ("due", .time): "wasDue"
        // When a promise is to be kept; a promised amount is another thing.
        case ("promised", .time): "promise"
        default: names[fact.name] ?? fact.name
        }
    }

    private static let names = [
        "acting-for": "left", "credit-codes": "creditCodes", "decided-by": "decidedBy", "days-overdue": "days",
        "ends": "endDay",
        "escalated-to": "escalatedTo", "former-owner": "formerOwner",
        "from": "fromDay",
        "last-contact": "lastDay", "margin-rate": "rate", "most-days": "mostDays", "name": "customer",
        "new-owner": "newOwner", "next-step": "nextStep", "next-step-day": "nextStepDay", "notice-by": "noticeDay",
        "product-name": "productName", "promised-on": "promisedDay", "proposed-by": "by", "recover-by": "recoverBy",
        "speak-by": "speakBy", "submitted-by": "submittedBy",
        "title": "agreementTitle", "valid-from": "validFrom", "valid-until": "validUntil", "write-off": "writeOff",
    ]
}
