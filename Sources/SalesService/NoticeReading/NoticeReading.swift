import Contracts
import Domain
import Postgres
import ServiceKit

/// Notices that somebody has read.
enum NoticeReading {
    /// For whom a notice is.
    struct Addressees: Sendable, Equatable {
        /// The one who is named; nobody when that is not known.
        let owner: String?
        /// All who share the customer, that one among them; none when one alone looks after it.
        var sharers: [String] = []

        /// Whether somebody may read it.
        func include(_ login: String) -> Bool { owner.map { $0 == login } ?? true || sharers.contains(login) }
    }

    /// All notices of a command are read, or none: one that is not there is a slip, and one for somebody else is that
    /// person's to read. Of those who share a customer one reads for all: what is taken up is taken up, and the notice says by
    /// whom. What was read before stays read by whoever did.
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
    ///   - owners: for each notice that is there, for whom it is.
    ///   - isRuled: whether the policy of permissions has said already that this person may.
    static func refusal(
        of command: AcknowledgeNotices, _ owners: [String: Addressees], isRuled: Bool = false
    ) -> Refusal? {
        for (place, id) in command.noticeIds.enumerated() {
            let path = "$.noticeIds[\(place)]"
            guard let owner = owners[id] else {
                return Refusal(.notFound, path: path, "there is no notice '\(id)'")
            }
            if !isRuled, !owner.include(command.by) {
                let those = owner.sharers.isEmpty ? [owner.owner ?? ""] : owner.sharers
                return Refusal(
                    .notAuthorised, path: path,
                    "the notice '\(id)' is for \(those.map { "'\($0)'" }.joined(separator: ", "))")
            }
        }
        return nil
    }
}
