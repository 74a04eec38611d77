import Contracts
import Domain
import Postgres
import ServiceKit

/// Notices that the release before has told from here: what its commands say of them is still done, for as long as it runs beside.
enum FormerNotices {
    /// All notices of a command are read, or none: one that is not there is a slip. What was read before stays read by whoever did.
    static func acknowledge(
        _ messages: [Received<AcknowledgeNotices>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let owners = try FormerNoticeStore.lock(Set(messages.flatMap(\.body.noticeIds)), transaction)
        for message in messages {
            let body = message.body
            let refusal = body.noticeIds.enumerated().lazy.compactMap { place, id -> Refusal? in
                let path = "$.noticeIds[\(place)]"
                guard let owner = owners[id] else {
                    return Refusal(
                        .notFound, path: path,
                        "there is no notice '\(id)' here: what came to you is read by 'waybill notices read'")
                }
                guard message.permit == nil, let owner, owner != body.by else { return nil }
                return Refusal(.notAuthorised, path: path, "the notice '\(id)' is for '\(owner)'")
            }.first
            if let refusal {
                effects.refuse(message, refusal)
                continue
            }
            try FormerNoticeStore.put(body.noticeIds, readBy: body.by, at: effects.now, transaction)
            effects.count("notices_acknowledged", body.noticeIds.count)
        }
    }
}
