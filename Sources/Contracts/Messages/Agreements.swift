public import Domain

/// What an agreement with a customer is about.
public enum AgreementKind: String, Sendable, CaseIterable {
    /// On what terms we work for it at all.
    case framework
    /// Prices for a time.
    case rates
    /// One undertaking with its own beginning and end.
    case project
    /// Space kept for it.
    case warehouse
    /// Anything else.
    case other
}

/// How an agreement stands on a day.
public enum AgreementState: String, Sendable, CaseIterable {
    /// It holds, and ends unless something is done; the time to do it has come.
    case ending
    /// It holds, and goes on for another year unless notice is given; the time to give it has come.
    case renewing
    /// It holds.
    case active
    /// It does not hold yet.
    case upcoming
    /// Its time is over.
    case expired
    /// It was ended before its time.
    case ended
}

/// What is agreed with a customer: the commercial contract, as much of it as others need to know.
public struct AgreementTerms: Sendable, Equatable {
    /// The agreement's own number.
    public let agreementId: String
    /// Counts what was said of it from 1; a higher one replaces a lower one.
    public let revision: Int
    /// What it is about.
    public let kind: AgreementKind
    /// What it is called.
    public let title: String
    /// The first day on which it holds.
    public let validFrom: CalendarDay
    /// The last day on which it holds; it has no end when not given.
    public let validUntil: CalendarDay?
    /// Whether it goes on year by year unless notice is given; no, when not given.
    public let renews: Bool?
    /// How many days before its end something has to be done; 60 when not given.
    public let noticeDays: Int?
    /// The line of business, when it is for one only.
    public let businessLine: String?
    /// What it is expected to bring in a year, without tax.
    public let yearlyAmount: FixedDecimal?
    /// Of the amount.
    public let currency: Currency?
    /// The first day on which it holds no more, when it was ended before its time.
    public let endedOn: CalendarDay?

    /// - Parameters: as the properties.
    public init(
        agreementId: String,
        revision: Int,
        kind: AgreementKind,
        title: String,
        validFrom: CalendarDay,
        validUntil: CalendarDay? = nil,
        renews: Bool? = nil,
        noticeDays: Int? = nil,
        businessLine: String? = nil,
        yearlyAmount: FixedDecimal? = nil,
        currency: Currency? = nil,
        endedOn: CalendarDay? = nil
    ) {
        self.agreementId = agreementId
        self.revision = revision
        self.kind = kind
        self.title = title
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.renews = renews
        self.noticeDays = noticeDays
        self.businessLine = businessLine
        self.yearlyAmount = yearlyAmount
        self.currency = currency
        self.endedOn = endedOn
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        agreementId = try fields.identifier("agreementId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        kind = try fields.choice("kind", AgreementKind.self)
        title = try fields.text("title")
        validFrom = try fields.day("validFrom")
        validUntil = try fields.optionalDay("validUntil")
        renews = try fields.optionalBoolean("renews")
        noticeDays = try fields.optionalInteger("noticeDays", 0...730)
        businessLine = try fields.optionalIdentifier("businessLine")
        yearlyAmount = try fields.optionalDecimal("yearlyAmount")
        currency = try fields.optionalCurrency("currency")
        endedOn = try fields.optionalDay("endedOn")
        if let validUntil {
            try fields.require(
                validFrom <= validUntil, .contradictoryTimes, "validUntil", "it ends before it begins")
        }
        try fields.require(
            renews != true || validUntil != nil, .missingField, "validUntil",
            "what has no end is not renewed: say until when it holds first")
        try fields.require(
            (yearlyAmount == nil) == (currency == nil), .missingField,
            yearlyAmount == nil ? "yearlyAmount" : "currency",
            "an amount and its currency come together")
        try fields.require(
            yearlyAmount.map { $0 >= .zero } ?? true, .valueNotAllowed, "yearlyAmount", "it is not negative")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("agreementId", agreementId)
        object.integer("revision", revision)
        object.choice("kind", kind)
        object.text("title", title)
        object.text("validFrom", validFrom.description)
        object.text("validUntil", validUntil?.description)
        object.boolean("renews", renews)
        object.integer("noticeDays", noticeDays)
        object.text("businessLine", businessLine)
        object.amount("yearlyAmount", yearlyAmount)
        object.text("currency", currency?.code)
        object.text("endedOn", endedOn?.description)
    }

    /// The last day of the time that holds on a day, or held last: an agreement that is renewed goes on for whole years;
    /// one that ends on 29 February ends on the 28th in years without.
    ///
    /// - Returns: `nil` when it has no end.
    public func end(asOf day: CalendarDay) -> CalendarDay? {
        guard let validUntil, renews == true, day > validUntil else { return validUntil }
        let limit = min(day, endedOn ?? day)
        let (year, month, dayOfMonth) = validUntil.components
        func anniversary(_ year: Int) -> CalendarDay? {
            CalendarDay(year: year, month: month, day: dayOfMonth) ?? CalendarDay(year: year, month: month, day: 28)
        }
        let first = max(year, limit.components.year)
        return [first, first + 1].lazy.compactMap(anniversary).first { $0 >= limit } ?? validUntil
    }

    /// The first day on which something has to be done about its end.
    public func noticeDay(asOf day: CalendarDay) -> CalendarDay? {
        end(asOf: day).map { $0.adding(days: -(noticeDays ?? 60)) }
    }

    /// How it stands on a day.
    public func state(on day: CalendarDay) -> AgreementState {
        if let endedOn, endedOn <= day { return .ended }
        if day < validFrom { return .upcoming }
        guard let end = end(asOf: day), let notice = noticeDay(asOf: day) else { return .active }
        if day > end { return .expired }
        return day < notice ? .active : renews == true ? .renewing : .ending
    }
}

/// `agreement.recorded.v1`: what is agreed with a customer. A higher revision replaces a lower one.
public struct AgreementRecorded: Message {
    /// Its name on the wire.
    public static let type = MessageType("agreement.recorded.v1")
    /// What is agreed.
    public let terms: AgreementTerms
    /// With whom.
    public let customer: CustomerCode
    /// Who says so.
    public let by: String

    /// - Parameters: as the properties.
    public init(terms: AgreementTerms, customer: CustomerCode, by: String) {
        self.terms = terms
        self.customer = customer
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        terms = try AgreementTerms(fields: &fields)
        customer = try fields.object("customer", CustomerCode.self)
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        terms.write(to: &object)
        object.object("customer", customer)
        object.text("by", by)
    }
}

/// `sales.agreement-changed.v1`: what is agreed with a customer now.
public struct AgreementChanged: Message {
    /// Its name on the wire.
    public static let type = MessageType("sales.agreement-changed.v1")
    /// What is agreed.
    public let terms: AgreementTerms
    /// The system whose number the agreement has.
    public let source: String
    /// The customer, by the code it was agreed under.
    public let customerCode: String
    /// When sales took it over.
    public let changedAt: Timestamp

    /// - Parameters: as the properties.
    public init(terms: AgreementTerms, source: String, customerCode: String, changedAt: Timestamp) {
        self.terms = terms
        self.source = source
        self.customerCode = customerCode
        self.changedAt = changedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        terms = try AgreementTerms(fields: &fields)
        source = try fields.identifier("source", maximum: 128)
        customerCode = try fields.identifier("customerCode")
        changedAt = try fields.timestamp("changedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        terms.write(to: &object)
        object.text("source", source)
        object.text("customerCode", customerCode)
        object.timestamp("changedAt", changedAt)
    }
}
