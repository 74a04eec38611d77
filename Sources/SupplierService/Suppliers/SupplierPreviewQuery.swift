import Contracts
import Domain
import Postgres
import ServiceKit

/// What would become of suppliers of an old system's file.
enum SupplierPreviewQuery {
    static func suppliers(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        var preview = try Preview(arguments, SupplierReported.self)
        let known = try SupplierStore.masters(
            preview.bodies.map { AccountKey(source: preview.source, code: $0.body.code) }, transaction)
        let saidAt = preview.saidAt.microsecondsSinceEpoch
        for (place, body) in preview.bodies {
            guard let master = known[AccountKey(source: preview.source, code: body.code)] else {
                preview.tell(place, .new)
                continue
            }
            let credit = body.creditCode.flatMap { UnifiedSocialCreditCode($0)?.text }
            let isName = master.nameSaidAt.map { $0 > saidAt || master.name == body.name } ?? false
            let isCredit = credit == nil || credit == master.credit || master.creditSaidAt.map { $0 > saidAt } ?? false
            preview.tell(place, isName && isCredit ? .same : .changed)
        }
        return try preview.tables()
    }
}
