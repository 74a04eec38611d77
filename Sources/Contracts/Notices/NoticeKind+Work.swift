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

    var ofPromises: NoticeKindDescription {
        let raised =
            switch self {
            case .paymentPromiseDue: "what was promised is due the next day, and has not come"
            case .paymentPromiseBroken: "the promised day is over, and what was promised has not come"
            default: "a customer promises to pay by a day"
            }
        return NoticeKindDescription(
            [.finance], "payment-promise", .receivable, clearedWith: [PaymentApplied.type], raised: raised,
            cleared: "what was promised has come, or nothing of the invoice is open any more",
            whose: "who looks after the customer; two days after the promised day the manager, too",
            next: "waybill finance receivables promises --customer {customer}")
    }

    var ofQuotes: NoticeKindDescription {
        func quote(
            with: [MessageType] = [QuoteChanged.type], raised: String, cleared: String, whose: String, next: String
        ) -> NoticeKindDescription {
            NoticeKindDescription(
                [.sales], "quote", .order, word: "quote", with: with, clearedWith: [QuoteChanged.type], raised: raised,
                cleared: cleared, whose: whose, next: next)
        }
        return switch self {
        case .quoteHeld:
            quote(
                raised: "somebody submits a quote, or its next signature is waited for",
                cleared: "it is approved, sent back or withdrawn",
                whose: "who is asked to sign, or the first who leads its node, or one above, and has not worked on it; "
                    + "whose quote it is, too",
                next: "waybill quotes step {quote} approved")
        case .quoteReturned:
            quote(
                raised: "a quote is sent back instead of being approved",
                cleared: "it is priced anew or submitted again",
                whose: "who has submitted it; whose quote it is, too", next: "waybill quotes show {quote}")
        default:
            quote(
                with: [], raised: "a customer that has a quote may agree to it for three days more",
                cleared: "the customer has answered, or it is revised; by itself after 30 days",
                whose: "whose quote it is; after its last day the manager, too", next: "waybill quotes show {quote}")
        }
    }

    var ofProducts: NoticeKindDescription {
        func product(
            raised: String, cleared: String, whose: String, next: String
        ) -> NoticeKindDescription {
            NoticeKindDescription(
                [.sales], "product-version", .rate, word: "product", with: [ProductChanged.type],
                clearedWith: [ProductChanged.type], raised: raised, cleared: cleared, whose: whose, next: next)
        }
        return switch self {
        case .productHeld:
            product(
                raised: "somebody proposes a version of what is sold", cleared: "another approves it",
                whose: "who leads the group, unless that is who proposes it",
                next: "waybill products decide {level} {product} {version} approved")
        case .rateCardEnding:
            NoticeKindDescription(
                [.sales], "rate-card-ending", .rate, word: "rate-card",
                raised: "rates of a card end in two weeks, and none come after them",
                cleared: "by itself after their last day",
                whose: "who has said the card; who looks after the customer whose card it is, too",
                next: "waybill rates card {card}")
        default:
            product(
                raised: "a version of what is sold is refused", cleared: "by itself after 30 days",
                whose: "who has proposed it", next: "waybill products show {product} --level {level}")
        }
    }

    /// What waits for a word of ours.
    var ofWaiting: NoticeKindDescription {
        switch self {
        case .complaintPromiseDue:
            NoticeKindDescription(
                [.servicedesk], "complaint-promise", .complaint, clearedWith: [ComplaintProgressed.type],
                raised:
                    "three quarters of the time are gone by whose end a customer was promised to hear of its complaint",
                cleared: "the customer hears of it, or it is closed",
                whose: "who has the complaint; after the promised time the manager, too",
                next: "waybill complaints step {complaint} STEP --source {source} --note NOTE")
        case .deliveryLateExpected:
            NoticeKindDescription(
                [.servicedesk], "delivery-promise", .order,
                raised: "an order is expected to be late, by how long it took others from the same milestone",
                cleared: "it is expected in time, done or cancelled",
                whose: "who looks after the customer; after the promised time the manager, too",
                next: "waybill orders show {order} --source {source}")
        default:
            NoticeKindDescription(
                [.customer], "identity-review", .identity, word: "review",
                raised:
                    "accounts of a branch may be one customer, and nobody has decided or put it off",
                cleared: "all of them are decided or put off", whose: "the branch's manager",
                next: "waybill parties review list")
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
