import Contracts
import Domain

/// What may be said and decided of what is sold. Pure.
enum ProductPolicy {
    /// Refuses a version that cannot be proposed as things stand.
    static func check(_ proposal: ProposeProduct, in catalogue: ProductCatalogue) throws(Refusal) {
        let terms = proposal.terms
        let known = catalogue.versions(of: terms.key)
        let next = (known.last?.terms.version ?? 0) + 1
        if let last = known.last, last.state == .proposed {
            throw Refusal(
                .wrongState, path: "$.version",
                "version \(last.terms.version) of '\(terms.code)' is proposed: it has to be decided first")
        }
        guard terms.version == next else {
            throw Refusal(
                .conflictingRevision, path: "$.version", "the next version of '\(terms.code)' is \(next)")
        }
        if let former = known.last(where: { $0.state == .approved }), terms.validFrom < former.terms.validFrom {
            throw Refusal(
                .contradictoryTimes, path: "$.validFrom",
                "version \(former.terms.version) holds from \(former.terms.validFrom) on: the next one holds later")
        }
        if known.last(where: { $0.state == .approved }) == nil, terms.retires {
            throw Refusal(.wrongState, path: "$.isRetired", "there is no '\(terms.code)' that could be retired")
        }
        try checkParts(of: terms, in: catalogue)
    }

    /// Refuses parts that there are not on the first day of a version.
    private static func checkParts(of terms: ProductTerms, in catalogue: ProductCatalogue) throws(Refusal) {
        for (place, part) in terms.partKeys.enumerated() {
            let detail: String
            switch catalogue.inForce(part, on: terms.validFrom) {
            case nil: detail = "no \(part.level.rawValue) '\(part.identifier)' holds on \(terms.validFrom)"
            case let held? where held.retires: detail = "'\(part.identifier)' is sold no more on \(terms.validFrom)"
            default: continue
            }
            throw Refusal(.notFound, path: "$.parts[\(place)].code", detail)
        }
    }

    /// A version after it was decided about.
    ///
    /// - Parameters:
    ///   - body: the decision.
    ///   - catalogue: what there is.
    ///   - now: the time as the service sees it: nothing is decided before, whatever day the decision says of itself.
    ///   - areOne: whether two people count as one.
    /// - Throws: a refusal that says why it cannot be.
    static func decide(
        _ body: DecideProduct, in catalogue: ProductCatalogue, now: Timestamp, _ areOne: (String, String) -> Bool
    ) throws(Refusal) -> ProductVersion {
        guard var version = catalogue.version(ProductKey(body.level, body.code), body.version) else {
            throw Refusal(
                .notFound, path: "$.version",
                "there is no version \(body.version) of a \(body.level.rawValue) '\(body.code)'")
        }
        guard version.state == .proposed else {
            throw Refusal(
                .wrongState, path: "$.version",
                "'\(version.decidedBy ?? "")' has \(version.state.rawValue) it already")
        }
        guard !areOne(version.proposal.by, body.by) else {
            throw Refusal(
                .samePerson, path: "$.by",
                "'\(version.proposal.by)' has proposed this; another person is to decide, and no deputy of the same")
        }
        guard body.at >= version.proposal.at else {
            throw Refusal(.contradictoryTimes, path: "$.at", "it was proposed at \(version.proposal.at)")
        }
        // What was there when it was proposed may have been retired since.
        if body.verdict == .approved { try checkParts(of: version.terms, in: catalogue) }
        version.state = body.verdict == .approved ? .approved : .refused
        version.decidedBy = body.by
        version.decidedAt = max(body.at, now)
        version.verdictNote = body.note
        return version
    }
}
