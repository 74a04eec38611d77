import Contracts
import Domain
import Postgres
import ServiceKit

/// Works out whom notices are told, and has them told.
struct TellingHandlers: Sendable {
    /// The task that looks at notices whose deadline is over.
    static let due = "notices.due"
    /// The task that tells what was put off.
    static let wake = "notices.wake"
    /// The task that has open notices addressed anew when people, the policy or the day are others.
    static let people = "notices.people"
    /// The task that does so for a part of them.
    static let readdress = "notices.readdress"
    /// How many notices are addressed at once.
    private static let part = 2_000

    let planner: HandoverPlanner

    // MARK: What is said

    /// Takes over what is said of notices, in whatever order it comes, and has those told who are to know.
    func take(
        _ raised: [Received<NoticeRaised>], _ changed: [Received<NoticeChanged>], _ cleared: [Received<NoticeCleared>],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let all =
            raised.map { (content: $0.body.notice, service: $0.envelope.source) }
            + changed.map { (content: $0.body.notice, service: $0.envelope.source) }
        let said = Dictionary(all.map { ($0.content.noticeId, $0) }) {
            $1.content.revision > $0.content.revision ? $1 : $0
        }
        let over = Dictionary(cleared.map { ($0.body.noticeId, $0.body) }) { $1.revision > $0.revision ? $1 : $0 }
        let ids = Set(said.keys).union(over.keys)
        try NoticeStore.lock(ids, transaction)
        try NoticeStore.put(Array(said.values), transaction)
        try NoticeStore.clear(Array(over.values), transaction)
        try tell(ids.sorted(), transaction, &effects)
    }

    /// Works out whom some notices are told, and has those told for whom there is reason. Their locks are held.
    func tell(_ ids: [String], _ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        guard !ids.isEmpty else { return }
        let now = effects.now
        let said = try NoticeStore.load(ids, transaction)
        let before = try RecipientStore.load(ids, transaction)
        let known = try PeopleReplica.known(transaction)
        let named = try CustomerOwnerStore.named(
            said.filter { $0.standing.isOpen(at: now) }, in: known.book, on: now.day(), transaction)
        // Of a customer of which nothing is known who was named stays so.
        let notices = said.map { notice in named[notice.id].map(notice.naming) ?? notice }
        try NoticeStore.name(zip(said, notices).filter { $0.moved != $1.moved }.map(\.1), transaction)
        var addressing = try Addressing(known, at: now)
        var instead: [(id: String, role: RecipientRole?)] = []
        var changed: [(noticeId: String, login: String, state: RecipientState)] = []
        var tellings: [Telling] = []
        for notice in notices where notice.standing.isOpen(at: now) {
            let addressees = addressing.addressees(of: notice.addressed)
            instead.append((notice.id, addressees.instead))
            let former = before[notice.id] ?? [:]
            for (login, state) in Occasions.next(notice.standing, addressees.roles, before: former, at: now)
            where former[login] != state {
                changed.append((notice.id, login, state))
                guard state.occasion != former[login]?.occasion, state.isWaiting(at: now) else { continue }
                tellings.append(
                    Telling(
                        login: login, noticeId: notice.id, occasion: state.occasion, kind: notice.kind,
                        severity: notice.severity, revision: notice.standing.revision))
            }
            if let dueAt = notice.dueAt, dueAt > now { effects.schedule(Self.due, key: notice.id, at: dueAt) }
        }
        try NoticeStore.put(instead, transaction)
        try RecipientStore.put(changed, at: now, transaction)
        effects.count("notices_told", tellings.count)
        try planner.plan(tellings, known, at: now, transaction)
    }

    // MARK: What people do

    /// Writes down what people did with notices that came to them: all of a command, or nothing of it.
    func mark(
        _ messages: [Received<MarkNotices>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.lock(messages.flatMap(\.body.noticeIds), transaction)
        let told = try RecipientStore.told(
            messages.flatMap { message in message.body.noticeIds.map { ($0, message.body.by) } }, transaction)
        var marks: [RecipientStore.Mark] = []
        for message in messages {
            let body = message.body
            if let place = body.noticeIds.firstIndex(where: { !told.contains([$0, body.by]) }) {
                // What is somebody else's is no other answer than what is not there.
                effects.refuse(
                    message,
                    Refusal(
                        .notFound, path: "$.noticeIds[\(place)]",
                        "no notice '\(body.noticeIds[place])' has come to '\(body.by)'"))
                continue
            }
            marks += body.noticeIds.map {
                RecipientStore.Mark(
                    noticeId: $0, login: body.by, mark: body.mark, at: effects.now, until: body.until,
                    channel: body.channel)
            }
            for id in body.noticeIds {
                if let until = body.until {
                    effects.schedule(Self.wake, key: "\(id) \(body.by)", at: until, payload: id)
                }
            }
        }
        try RecipientStore.put(marks, transaction)
        effects.count("notices_marked", marks.count)
    }

    // MARK: At a time

    /// What is done at a time.
    var tasks: [ScheduledTask] {
        [
            .onDemand(Self.due) { items, transaction, effects in
                let ids = Set(items.map(\.key)).sorted()
                try NoticeStore.lock(ids, transaction)
                try tell(ids, transaction, &effects)
            },
            .onDemand(Self.wake) { items, transaction, effects in
                let ids = Set(items.map(\.payload)).sorted()
                try NoticeStore.lock(ids, transaction)
                try tell(ids, transaction, &effects)
            },
            .every(Self.people, seconds: 5) { _, transaction, effects in try lookAtPeople(transaction, &effects) },
            .onDemand(Self.readdress) { items, transaction, effects in
                let parts = try items.map { item in
                    try NoticeStore.open(after: item.payload, limit: Self.part, transaction)
                }
                let ids = Set(parts.joined()).sorted()
                try NoticeStore.lock(ids, transaction)
                try tell(ids, transaction, &effects)
                // The next part has a transaction, and so locks, of its own.
                for part in parts where part.count == Self.part {
                    guard let last = part.last else { continue }
                    effects.schedule(Self.readdress, key: last, at: effects.now, payload: last)
                }
            },
        ]
    }

    /// Has all open notices addressed anew, part by part, when people, the policy or the day are others than last time.
    private func lookAtPeople(_ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        let (mark, day) = (try RecipientStore.mark(transaction), effects.now.day())
        if let last = try RecipientStore.addressed(transaction), last.mark == mark, last.day == day { return }
        try RecipientStore.addressed(by: mark, on: day, transaction)
        effects.schedule(Self.readdress, key: "", at: effects.now)
    }
}
