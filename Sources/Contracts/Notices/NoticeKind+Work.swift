import Domain

/// What runs by a clock while people work on it: leads, opportunities, complaints.
extension NoticeKind {
    var ofLeads: NoticeKindDescription {
        func contact(
            with: [MessageType] = [], raised: String, whose: String, next: String
        ) -> NoticeKindDescription {
            NoticeKindDescription(
                [.sales], "lead-contact", .customer, word: "lead", with: with, clearedWith: [LeadChanged.type],
                raised: raised, cleared: "somebody speaks with it, gives it away or closes it", whose: whose, next: next
            )
        }
        return switch self {
        case .leadDue:
            contact(
                raised: "nobody has spoken with a lead for one hour of working time",
                whose: "who has it; after four hours the manager, too", next: "waybill leads step {lead} contacted")
        case .leadEscalated:
            contact(
                raised: "nobody has spoken with a lead for four hours of working time, and for each four hours more",
                whose: "who has it, otherwise the branch's manager; one manager more each time",
                next: "waybill leads show {lead}")
        case .leadTaken:
            NoticeKindDescription(
                [.sales], "lead-taken", .customer, word: "lead", with: [LeadChanged.type],
                raised: "nobody has spoken with a lead for two hours of working time, and it goes elsewhere",
                cleared: "by itself after 7 days", whose: "who had it", next: "waybill leads show {lead}")
        case .leadAgain:
            NoticeKindDescription(
                [.sales], "lead-again", .customer, word: "lead", with: [LeadStored.type],
                raised: "a lead that somebody has is captured once more", cleared: "by itself after 7 days",
                whose: "who has it", next: "waybill leads show {lead}")
        default:
            contact(
                with: [LeadStored.type, LeadChanged.type], raised: "somebody gets a lead with which nobody has spoken",
                whose: "who gets it; after four hours of working time the manager, too",
                next: "waybill leads step {lead} contacted")
        }
    }

    var ofOpportunities: NoticeKindDescription {
        switch self {
        case .opportunityStalled:
            NoticeKindDescription(
                [.sales], "opportunity-stalled", .customer, word: "opportunity",
                clearedWith: [OpportunityChanged.type],
                raised: "an opportunity is in its stage for longer than nine of ten of its kind",
                cleared: "it goes on, or is decided", whose: "who has it; after a week the manager, too",
                next: "waybill opportunities show {opportunity} --source {source}")
        default:
            NoticeKindDescription(
                [.sales], "opportunity-step", .customer, word: "opportunity", clearedWith: [OpportunityChanged.type],
                raised: "the day of an opportunity's next step has passed",
                cleared: "another next step is named, or it is decided",
                whose: "who has it; two days after the day of the step the manager, too",
                next: "waybill opportunities show {opportunity} --source {source}")
        }
    }

    var ofClocks: NoticeKindDescription {
        func clock(raised: String, whose: String) -> NoticeKindDescription {
            NoticeKindDescription(
                [.servicedesk], "complaint-clock", .complaint, with: [ComplaintClockReached.type],
                clearedWith: [ComplaintProgressed.type], raised: raised,
                cleared: "what the clock waits for is done, or the complaint is closed", whose: whose,
                next: "waybill complaints step {complaint} STEP --source {source} --note NOTE")
        }
        return switch self {
        case .complaintClockDue:
            clock(
                raised:
                    "75 % of the time is gone that a complaint may take until the first answer, until it does no more harm, or until it is put right",
                whose: "who has the complaint")
        default:
            clock(
                raised: "that time is over, then half as much again, then as much again",
                whose: "who has the complaint, and one manager more at 100, 150 and 200 %")
        }
    }
}
