import Contracts
import Domain
import Postgres
import ServiceKit

/// Versions of what is sold, said to who leads the group until they are decided, and to who has proposed one when it is refused.
enum RaisedProducts {
    /// For how many days a refusal is worth telling.
    private static let days: Int64 = 30

    /// - Parameter book: who belongs where; read where it is needed.
    static func tell(
        _ version: ProductVersion, causedBy cause: Envelope, in book: () throws -> OrganisationBook,
        _ effects: inout Effects
    ) throws {
        let terms = version.terms
        let kind: NoticeKind = version.state == .refused ? .productRefused : .productHeld
        let name = NoticeName(kind, terms.code, part: "\(terms.level.rawValue)/\(terms.version)")
        let revision = effects.noticeRevision()
        let proposer = version.proposal.by
        guard version.state != .approved else {
            return effects.clear(
                name, revision: revision, because: version.decidedBy.map { "approved by \($0)" } ?? "approved",
                causedBy: cause)
        }
        let isRefused = kind == .productRefused
        let decided: NoticeFact? = isRefused ? .code("decided-by", version.decidedBy) : .code("proposed-by", proposer)
        effects.raise(
            NoticeContent(
                name, .attention, revision: revision, businessLine: terms.businessLine ?? "*",
                owner: isRefused
                    ? proposer : SecondPerson.first(of: nil, but: [proposer], in: try book(), on: effects.now.day()),
                facts: [
                    .code("level", terms.level.rawValue), .code("product", terms.code),
                    .count("version", terms.version), .text("product-name", terms.name),
                    .day("valid-from", terms.validFrom),
                    .text("note", isRefused ? version.verdictNote : version.proposal.note), decided,
                ],
                next: kind.next([
                    "level": terms.level.rawValue, "product": terms.code, "version": String(terms.version),
                ]), expiresAt: isRefused ? effects.now.adding(seconds: days * 86_400) : nil,
                happenedAt: effects.now), causedBy: cause)
    }
}
