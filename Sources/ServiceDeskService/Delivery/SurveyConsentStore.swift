import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of who wants to be asked, and of surveys that are held back until they do.
enum SurveyConsentStore {
    /// Why a survey is held back.
    static let noConsent = "no-consent"

    /// Lets only this transaction judge some accounts: of a consent and a survey whoever is second sees the other.
    static func lock(_ accounts: Set<AccountKey>, _ transaction: borrowing Transaction) throws(PostgresError) {
        try KeyLock.lock("survey consent", accounts.sorted(), transaction)
    }

    /// Takes over what is newer than what is known; of two words of one moment, the one that forbids. Queued.
    static func put(
        _ words: [(account: AccountKey, body: ConsentRecorded)], _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        func order(_ body: ConsentRecorded) -> (Timestamp, Int) { (body.at, body.state == .withdrawn ? 1 : 0) }
        var latest: [[String]: (account: AccountKey, body: ConsentRecorded)] = [:]
        for word in words {
            let key = [word.account.source, word.account.code, word.body.channel.rawValue]
            if let before = latest[key], order(before.body) >= order(word.body) { continue }
            latest[key] = word
        }
        let rows = latest.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into contact_consent as c (source, code, channel, state, said_at)
            select * from unnest(
                \(rows.map(\.account.source)), \(rows.map(\.account.code)), \(rows.map(\.body.channel.rawValue)),
                \(rows.map(\.body.state.rawValue)), \(rows.map(\.body.at)))
            on conflict (source, code, channel) do update set state = excluded.state, said_at = excluded.said_at
            where (c.said_at, (c.state = 'withdrawn')::integer)
                < (excluded.said_at, (excluded.state = 'withdrawn')::integer)
            """)
    }

    /// Those of some accounts that want to be spoken with by any channel.
    static func granted(
        _ accounts: Set<AccountKey>, _ transaction: borrowing Transaction
    ) throws -> Set<AccountKey> {
        guard !accounts.isEmpty else { return [] }
        let sorted = accounts.sorted()
        let rows = try transaction.query(
            """
            select distinct c.source, c.code from contact_consent c
            join unnest(\(sorted.map(\.source)), \(sorted.map(\.code))) as k(source, code)
                on k.source = c.source and k.code = c.code
            where c.state = 'granted'
            """, as: (String, String).self)
        return Set(rows.map { AccountKey(source: $0.0, code: $0.1) })
    }

    private struct Row: PostgresRow {
        let survey: SurveyRequested

        init(row: inout RowReader) throws(PostgresError) {
            survey = SurveyRequested(
                surveyId: try row("survey_id"), customerId: try row("customer_id"),
                customerCode: try row("customer_code"),
                source: try row("source"), orderId: try row("order_id"), businessLine: try row("business_line"),
                branch: try row("branch"), rule: try row("rule"), requestedAt: try row("requested_at"))
        }
    }

    /// The surveys of some accounts that are held back and of which the customer was to be asked after a time.
    static func held(
        of accounts: Set<AccountKey>, since time: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [SurveyRequested] {
        guard !accounts.isEmpty else { return [] }
        let sorted = accounts.sorted()
        return try transaction.query(
            """
            select s.survey_id, s.customer_id, s.customer_code, s.source, s.order_id, s.business_line, s.branch, s.rule,
                s.requested_at
            from survey s join unnest(\(sorted.map(\.source)), \(sorted.map(\.code))) as k(source, code)
                on k.source = s.source and k.code = s.customer_code
            where s.held_why is not null and s.requested_at > \(time) order by s.survey_id
            """, as: Row.self
        ).map(\.survey)
    }

    /// Lets customers answer surveys that were held back. Queued.
    static func release(_ invitations: [SurveyInvited], _ transaction: borrowing Transaction) throws(PostgresError) {
        guard !invitations.isEmpty else { return }
        try transaction.queue(
            """
            update survey s set held_why = null, token_mark = t.mark, expires_at = t.expires
            from unnest(
                \(invitations.map(\.surveyId)), \(invitations.map { SurveyToken(text: $0.token).mark }),
                \(invitations.map(\.expiresAt))) as t(survey_id, mark, expires)
            where s.survey_id = t.survey_id and s.held_why is not null
            """)
    }

    /// How many surveys are held back, by why.
    static func standing(_ transaction: borrowing Transaction) throws -> [(String, Double)] {
        try transaction.query(
            "select held_why, count(*)::float8 from survey where held_why is not null group by 1 order by 1",
            as: (String, Double).self
        ).map { ($0.0, $0.1) }
    }
}
