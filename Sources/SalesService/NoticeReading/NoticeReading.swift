import Contracts
import Domain
import Postgres
import ServiceKit

/// Notices that somebody has read.
enum NoticeReading {
    /// All notices of a command are read, or none: one that is not there is a slip, and one for somebody else is that
    /// person's to read. What was read before stays read by whoever did.
    static func acknowledge(
        _ messages: [Received<AcknowledgeNotices>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let owners = try NoticeReadingStore.lock(Set(messages.flatMap(\.body.noticeIds)), transaction)
        for message in messages {
            let body = message.body
            if let refusal = refusal(of: body, owners, isRuled: message.permit != nil) {
                effects.refuse(message, refusal)
                continue
            }
            try NoticeReadingStore.put(body.noticeIds, readBy: body.by, at: effects.now, transaction)
            effects.count("notices_acknowledged", body.noticeIds.count)
        }
    }

    /// - Parameters:
    ///   - owners: for each notice that is there, for whom it is; nobody when that is not known.
    ///   - isRuled: whether the policy of permissions has said already that this person may.
    static func refusal(
        of command: AcknowledgeNotices, _ owners: [String: String?], isRuled: Bool = false
    ) -> Refusal? {
        for (place, id) in command.noticeIds.enumerated() {
            let path = "$.noticeIds[\(place)]"
            guard let owner = owners[id] else {
                return Refusal(.notFound, path: path, "there is no notice '\(id)'")
            }
            if !isRuled, let owner, owner != command.by {
                return Refusal(.notAuthorised, path: path, "the notice '\(id)' is for '\(owner)'")
            }
        }
        return nil
    }
}
