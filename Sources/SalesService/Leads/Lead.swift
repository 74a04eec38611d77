import Contracts
import Domain

/// Marks keys of captures.
enum CaptureKind {}
/// Which capture.
typealias CaptureKey = SourceKey<CaptureKind>

/// By what somebody has a lead.
enum LeadGround: String, Sendable {
    /// Who looks after the customer.
    case account
    /// The rule of assignment: who knows the business and has room.
    case skill
    /// Somebody gave it.
    case person
    /// It was claimed from the pool.
    case claim
}

/// Somebody who may become a customer, as all that came of it says.
struct Lead: Sendable, Equatable {
    let leadId: String
    var state: LeadState
    /// The lead that this one turned out to be.
    var mergedInto: String?
    /// Counts its changes; 0 before it is kept.
    var revision = 0
    var owner: String?
    var ownerBy: LeadGround?
    var assignedAt: Timestamp?
    var formerOwner: String?
    var pooledAt: Timestamp?
    var reason: LeadReason?
    var branch: String?
    var businessLine: String?
    var customerId: String?
    /// By what it was found to be that customer's.
    var customerBy: LeadEvidence?
    var company: String?
    var contactName: String?
    var email: String?
    var phone: String?
    var consent: ConsentState?
    /// Of the capture by which it came into being.
    let source: String
    let channel: LeadChannel
    let campaign: String?
    var firstAt: Timestamp
    var lastAt: Timestamp
    var touches = 0
    var probability: Double
    var grade: LeadGrade?
    var expectedMargin: FixedDecimal?
    var currency: Currency?
    /// Since when the clock of the first contact runs.
    var clockFrom: Timestamp?
    /// When the clock says something next, and which time that is.
    var dueAt: Timestamp?
    var dueStage = 0
    var contactedAt: Timestamp?
    /// How many minutes of working time it took from the first capture to the first contact.
    var contactMinutes: Int?
    var closedAt: Timestamp?
    var convertedAt: Timestamp?
    var opportunityId: String?

    /// Whether it is somebody's and not done with.
    var isWorkedOn: Bool { state == .assigned || state == .contacted || state == .qualified }

    /// What is told of it.
    func message(by: String?, at: Timestamp) -> LeadChanged {
        LeadChanged(
            leadId: leadId, revision: max(revision, 1), state: state, mergedInto: mergedInto, owner: owner,
            customerId: customerId, businessLine: businessLine, branch: branch, reason: reason,
            contactedAt: contactedAt, expectedMargin: expectedMargin, currency: currency,
            opportunityId: opportunityId, by: by, changedAt: at)
    }
}

/// Something that was done about a lead.
struct LeadEvent: Sendable {
    /// The lead as it stands after it.
    let lead: Lead
    let at: Timestamp
    /// What, in a word.
    let what: String
    var reason: LeadReason?
    var by: String?
    var note: String?
    /// In whose stead that one did it.
    var onBehalfOf: String?
}

extension Lead {
    /// A capture has come.
    mutating func touch(_ body: LeadCaptured) {
        touches += 1
        firstAt = min(firstAt, body.capturedAt)
        let isLatest = body.capturedAt >= lastAt
        lastAt = max(lastAt, body.capturedAt)
        func said(_ new: String?, _ old: String?) -> String? { isLatest ? new ?? old : old ?? new }
        company = said(body.company, company)
        contactName = said(body.contactName, contactName)
        email = said(body.email, email)
        phone = said(body.phone, phone)
        if let new = body.consent, isLatest || consent == nil { consent = new }
        businessLine = businessLine ?? body.businessLine
        branch = branch ?? body.branch
    }

    /// Another lead turned out to be this one: what it knows is kept, and of the two the one that is farther on says how it
    /// stands.
    mutating func take(over other: Lead) {
        if other.rank > rank {
            state = other.state
            owner = other.owner
            ownerBy = other.ownerBy
            assignedAt = other.assignedAt
            formerOwner = other.formerOwner
            pooledAt = other.pooledAt
            reason = other.reason
            clockFrom = other.clockFrom
            dueAt = other.dueAt
            dueStage = other.dueStage
            closedAt = other.closedAt
            convertedAt = other.convertedAt
            opportunityId = other.opportunityId
        }
        if let theirs = other.contactedAt, contactedAt.map({ theirs < $0 }) ?? true {
            contactedAt = theirs
            contactMinutes = other.contactMinutes
        }
        if expectedMargin == nil {
            expectedMargin = other.expectedMargin
            currency = other.currency
        }
        touches += other.touches
        let isLater = other.lastAt > lastAt
        company = isLater ? other.company ?? company : company ?? other.company
        contactName = isLater ? other.contactName ?? contactName : contactName ?? other.contactName
        email = isLater ? other.email ?? email : email ?? other.email
        phone = isLater ? other.phone ?? phone : phone ?? other.phone
        consent = isLater ? other.consent ?? consent : consent ?? other.consent
        firstAt = min(firstAt, other.firstAt)
        lastAt = max(lastAt, other.lastAt)
        businessLine = businessLine ?? other.businessLine
        branch = branch ?? other.branch
        if customerId == nil {
            customerId = other.customerId
            customerBy = other.customerBy
        }
    }

    /// How far on it is.
    private var rank: Int {
        switch state {
        case .closed: 0
        case .pool: 1
        case .assigned: 2
        case .contacted: 3
        case .qualified: 4
        case .converted: 5
        }
    }

    /// It is another one from now on, and nobody's.
    mutating func end(into other: String) {
        mergedInto = other
        dueAt = nil
        owner = nil
    }
}
