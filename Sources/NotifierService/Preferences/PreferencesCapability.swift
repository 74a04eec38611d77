import Contracts
import Domain
import Postgres
import ServiceKit

extension Capability {
    /// How people want to be told.
    static func preferences(floor: NoticeSeverity) -> Capability {
        Capability(
            handlers: [
                .on(SetNoticePreferences.self) { messages, transaction, effects in
                    let now = effects.now
                    try PreferenceStore.put(
                        messages.map {
                            ($0.body.login ?? $0.body.by, $0.body, $0.envelope.time ?? now, $0.envelope.id)
                        }, transaction)
                }
            ],
            questions: [
                Query(NotifierQuestions.preferences) { arguments, transaction in
                    try PreferenceQueries(floor: floor).show(arguments, transaction)
                }
            ],
            tables: [ScopedTable("reader", .owned(owner: "t.login", branch: nil, day: nil))])
    }
}
