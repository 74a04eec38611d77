import Contracts
import Domain
import Postgres
import ServiceKit

/// Keeps the book of the organisation, its people and who may do what: judges what is said, and tells what has changed.
enum PeopleHandlers {
    static func record(
        _ nodes: [Received<OrganisationRecorded>], _ persons: [Received<PersonRecorded>],
        _ leavers: [Received<PersonLeft>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var said: [Said] =
            nodes.map { message in
                Said(
                    message, .lives(nodes: message.body.nodes, persons: message.body.persons), message.body.recordedAt,
                    by: message.body.by, reason: message.body.reason)
            }
            + persons.map { message in
                Said(
                    message, .lives(nodes: [], persons: message.body.persons), message.body.recordedAt,
                    by: message.body.by, reason: message.body.reason)
            }
            + leavers.map { message in
                Said(
                    message, .left(message.body), message.body.recordedAt, by: message.body.by,
                    reason: message.body.reason)
            }
        said.sort { $0.position < $1.position }
        let latest = ServiceClock.wallClock().adding(microseconds: Self.ahead)
        let known = said.filter { said in
            guard said.statement.recordedAt > latest else { return true }
            // Whatever is said in the meantime would be passed over for it.
            said.refuse(
                Refusal(
                    .contradictoryTimes, path: "$.recordedAt",
                    "it was written down at \(said.statement.recordedAt.inZone()), which is yet to come"), &effects)
            return false
        }
        guard !known.isEmpty else { return }
        try PeopleReplica.lock(transaction)
        let (nodesKnown, personsKnown) = try PeopleStore.known(transaction)
        var judge = PeopleJudge(nodes: nodesKnown, persons: personsKnown)
        judge.judge(known.map(\.statement))
        for (place, refusal) in judge.refusals { known[place].refuse(refusal, &effects) }
        try PeopleStore.put(
            judge.changes.map { change in
                let said = known[change.statement]
                return PeopleStore.Word(
                    change: change, source: said.envelope.source, messageId: said.envelope.id, by: said.by,
                    reason: said.reason)
            }, at: effects.now, transaction)
        try PeopleStore.note(judge.saidAgain, transaction)
        effects.peopleHaveChanged()
        for change in judge.changes {
            let said = known[change.statement]
            switch change.life {
            case .node(let life):
                effects.publish(
                    OrganisationChanged(life, revision: change.revision, changedAt: effects.now, by: said.by),
                    causedBy: said.envelope, key: life.node)
            case .person(let life):
                effects.publish(
                    PersonChanged(life, revision: change.revision, changedAt: effects.now, by: said.by),
                    causedBy: said.envelope, key: life.login)
            }
        }
        effects.count("people_changes", judge.changes.count)
        effects.count("people_repetitions", judge.saidAgain.count)
        effects.count("people_outdated", judge.outdated)
    }

    /// How far another system's clock may be ahead of ours: a day.
    private static let ahead: Int64 = 86_400_000_000

    /// What one message says, of whichever kind it is.
    private struct Said {
        let statement: PeopleStatement
        let envelope: Envelope
        let position: Int
        let by: String?
        let reason: String?
        private let refusing: (Refusal, inout Effects) -> Void

        init<Body>(
            _ message: Received<Body>, _ said: PeopleStatement.Said, _ recordedAt: Timestamp, by: String?,
            reason: String?
        ) {
            statement = PeopleStatement(said: said, recordedAt: recordedAt, isAct: message.principal != nil)
            envelope = message.envelope
            position = message.position
            self.by = message.principal?.person ?? by
            self.reason = reason
            refusing = { refusal, effects in effects.refuse(message, refusal) }
        }

        func refuse(_ refusal: Refusal, _ effects: inout Effects) { refusing(refusal, &effects) }
    }

    /// Who may do what from now on.
    static func setPolicy(
        _ messages: [Received<PermissionPolicySet>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !messages.isEmpty else { return }
        try PeopleReplica.lock(transaction)
        let known = try PeopleReplica.known(transaction)
        var holding: PermissionPolicy?
        do throws(Refusal) { holding = try known.policy } catch {
            // Which policy may follow, only a release that can read this one knows.
            for message in messages { effects.refuse(message, error) }
            return
        }
        var taken: [PermissionPolicyChanged] = []
        for message in messages {
            do throws(Refusal) {
                let text = PolicyText.whole(message.body.document)
                guard
                    let policy = try PolicyRules.next(
                        text, after: holding, on: effects.now.day(),
                        in: known.organisation.divisions.isEmpty ? nil : known.book)
                else {
                    effects.count("policy_repetitions")
                    continue
                }
                holding = policy
                let changed = PermissionPolicyChanged(
                    version: policy.version, document: PolicyText.pieces(try PolicyText.compact(Array(text.utf8))),
                    by: message.principal?.person ?? message.body.by, setAt: effects.now, reason: message.body.reason)
                taken.append(changed)
                effects.publish(changed, causedBy: message.envelope, key: "\(policy.version)")
                effects.count("policies")
            } catch {
                effects.refuse(message, error)
            }
        }
        try PeopleReplica.put(taken, transaction)
        effects.peopleHaveChanged()
    }
}
