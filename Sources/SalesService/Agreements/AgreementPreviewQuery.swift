import Contracts
import Domain
import Postgres
import ServiceKit

/// What would become of agreements of an old system's file.
enum AgreementPreviewQuery {
    static func agreements(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        var preview = try Preview(arguments, AgreementRecorded.self)
        let known = try AgreementStore.agreements(
            preview.bodies.map { (preview.source, $0.body.terms.agreementId) }, transaction)
        for (place, body) in preview.bodies {
            let name = AgreementKey(source: preview.source, identifier: body.terms.agreementId)
            guard let before = known[name], before.terms.revision >= body.terms.revision else {
                preview.tell(place, known[name] == nil ? .new : .changed)
                continue
            }
            if before.terms.revision == body.terms.revision,
                !Content<String>(body).isSame(as: before.fingerprint)
            {
                preview.refuse(
                    place,
                    Refusal(
                        .conflictingRevision, path: "$.revision",
                        "revision \(body.terms.revision) of this agreement came before with other content: raise the revision"
                    ))
            } else {
                preview.tell(place, .same)
            }
        }
        return try preview.tables()
    }
}
