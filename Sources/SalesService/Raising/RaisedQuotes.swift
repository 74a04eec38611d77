import Contracts
import Domain
import Postgres
import ServiceKit

/// Quotes that wait for somebody: for an approval, for whoever has submitted one that was sent back, for a customer's answer before
/// their last day. One notice a quote.
enum RaisedQuotes {
    /// For how many days a quote may still be agreed to when it is said.
    private static let lastDays = 3
    /// For how many days after its last one it is worth telling that nobody has answered.
    private static let days = 30

    /// Whom a quote waits for among our own people, by how it stands.
    private enum Waiting: Equatable {
        case approval
        case submitter(String)

        init?(_ terms: QuoteTerms?) {
            switch (terms?.state, terms?.submittedBy) {
            case (.inApproval, _): self = .approval
            // What is priced anew has been submitted by nobody.
            case (.priced, let login?): self = .submitter(login)
            default: return nil
            }
        }
    }

    /// Says what is other than before.
    ///
    /// - Parameter asked: whose signatures are waited for, where a matrix says so.
    static func tell(
        _ terms: QuoteTerms, before: QuoteTerms?, _ body: TakeQuoteStep, asked: [String], causedBy cause: Envelope,
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let waiting = Waiting(terms) else {
            guard Waiting(before) != nil || before.map({ wasEnding($0, at: effects.now) }) ?? false else { return }
            return clear(terms, because: "\(body.step.rawValue) by \(body.by)", causedBy: cause, &effects)
        }
        try say(
            waiting, terms, asked: asked, sentBack: (body.by, body.note), causedBy: cause, transaction, &effects)
    }

    /// Says what was said of a quote that is somebody else's now: that one is told.
    static func pass(_ terms: QuoteTerms, _ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        guard let waiting = Waiting(terms) else {
            if wasEnding(terms, at: effects.now) { try end([terms], transaction, &effects) }
            return
        }
        let sentBack = try QuoteStore.sentBack(terms.quoteId, transaction)
        // Of what its submitter has taken back nothing was said.
        if case .submitter = waiting, sentBack == nil { return }
        let signing = try AuthorityStore.signing(of: terms.quoteId, revision: terms.revision, transaction)
        try say(
            waiting, terms, asked: signing?.asked ?? [], sentBack: sentBack, causedBy: nil, transaction, &effects)
    }

    /// - Parameter sentBack: who has sent it back last, and in which words.
    private static func say(
        _ waiting: Waiting, _ terms: QuoteTerms, asked: [String], sentBack: (by: String, note: String?)?,
        causedBy cause: Envelope?, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let customerId = try QuoteStore.customerId(of: terms.customer, transaction)
        switch waiting {
        case .approval: try wait(terms, for: asked, causedBy: cause, transaction, &effects)
        case .submitter(let login):
            raise(
                .quoteReturned, terms, customerId, .attention, node: terms.branch, owner: login,
                alsoTo: [terms.owner], [.code("by", sentBack?.by), .text("note", sentBack?.note)], causedBy: cause,
                &effects)
        }
    }

    /// Says for whose signatures a quote waits: the first of them, and the others as well. Where nobody in particular is asked,
    /// whoever leads its node, or one above, and has not worked on it.
    static func wait(
        _ terms: QuoteTerms, for asked: [String], causedBy cause: Envelope?, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let day = effects.now.day()
        let book = try PeopleReplica.known(transaction).book
        let node = terms.branch ?? book.lastKnown(terms.owner, by: day)?.node
        let workers = try asked.isEmpty ? QuoteStore.workers(terms.quoteId, transaction).map(\.login) : []
        raise(
            .quoteHeld, terms, try QuoteStore.customerId(of: terms.customer, transaction), .attention, node: node,
            owner: asked.first ?? SecondPerson.first(of: node, but: workers, in: book, on: day),
            // A notice has so many besides its owner; the quote itself says all of them.
            alsoTo: [terms.owner] + asked.dropFirst().prefix(30), [.code("submitted-by", terms.submittedBy)],
            causedBy: cause, &effects)
    }

    /// Nobody waits for it any more.
    static func clear(
        _ terms: QuoteTerms, because reason: String, causedBy cause: Envelope?, _ effects: inout Effects
    ) {
        effects.clear(
            NoticeName(.quoteHeld, terms.quoteId), revision: effects.noticeRevision(), because: reason, causedBy: cause)
    }

    /// Says of quotes that customers may agree to them for some days only.
    static func end(_ quotes: [QuoteTerms], _ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        for terms in quotes {
            raise(
                .quoteEnding, terms, try QuoteStore.customerId(of: terms.customer, transaction), .attention,
                node: terms.branch, owner: terms.owner, [], causedBy: nil, &effects)
        }
    }

    /// The last days of quotes of which it is said at the end of a day, in order.
    static func ending(at day: CalendarDay) -> ClosedRange<CalendarDay> {
        day.adding(days: 1)...day.adding(days: lastDays)
    }

    /// Whether it may have been said of a quote that it ends; to take back what was not said does no harm.
    private static func wasEnding(_ terms: QuoteTerms, at now: Timestamp) -> Bool {
        terms.state == .sent && terms.validUntil.adding(days: -lastDays) <= now.day()
    }

    private static func raise(
        _ kind: NoticeKind, _ terms: QuoteTerms, _ customerId: String, _ severity: NoticeSeverity, node: String?,
        owner: String?, alsoTo: [String?] = [], _ facts: [NoticeFact?], causedBy cause: Envelope?,
        _ effects: inout Effects
    ) {
        let isEnding = kind == .quoteEnding
        effects.raise(
            NoticeContent(
                NoticeName(kind, terms.quoteId), severity, revision: effects.noticeRevision(),
                // What it comes to is told nobody before it is approved.
                atStake: terms.isTold ? terms.amount.map { Money($0, terms.currency) } : nil, customerId: customerId,
                businessLine: terms.businessLine, node: node, owner: owner, alsoTo: alsoTo,
                facts: [
                    .code("quote", terms.quoteId), .count("quote-revision", terms.revision),
                    .code("customer", terms.customer.code), .text("title", terms.title), .code("owner", terms.owner),
                    .day("valid-until", terms.validUntil),
                ] + facts, next: kind.next(["quote": terms.quoteId]),
                dueAt: OrganisationZone.current.end(of: terms.validUntil),
                expiresAt: isEnding ? OrganisationZone.current.end(of: terms.validUntil.adding(days: days)) : nil,
                happenedAt: effects.now), causedBy: cause)
    }
}
