import BrokerLayout
package import Contracts
import Domain

/// An act of a batch, as the policy is asked for it.
package struct ActAsked: Sendable {
    /// Its place in the batch.
    let position: Int
    /// Which message it is.
    let type: MessageType
    /// What it asks for; `nil` when nobody has said what is done by such a message.
    let claim: ActClaim?
    /// Who acts.
    let principal: Principal

    /// - Returns: `nil` for what is no act.
    init?(_ message: AnyReceived) {
        guard let act = message.act else { return nil }
        position = message.position
        type = message.envelope.type
        claim = ActCatalogue.act(by: message.body)?.claim(message.body, from: message.envelope.source)
        principal = act.principal
    }
}

/// What the policy says of an act.
package enum ActRuling: Sendable {
    /// It may be carried out.
    case permitted(ActPermit, AuditRule)
    /// It may not.
    case denied(Refusal, AuditRule)
}

/// What a policy says of somebody and a thing, and by what.
struct ActExplanation {
    /// What was asked of the policy: how near the thing is to the person, and to whom the person stands for.
    let request: PermissionRequest
    /// What it says, and which line decides.
    let decision: PermissionDecision
    /// By which ways it is given, with their amounts; none where nothing of it has amounts.
    let grants: [PermissionGrant]
    /// Whether it is known whose the thing is: what is not counts as the group's.
    let isKnown: Bool
}

/// What a policy says of acts on a day. It knows no database: whose the things are that they are about is told to it.
struct ActRules {
    private let policy: PermissionPolicy
    private let day: CalendarDay
    private let standIns: [ActStandIn]
    private var nearness: PermissionNearness

    /// - Parameters:
    ///   - policy: the policy that holds.
    ///   - book: who belongs where.
    ///   - day: the day of the acts.
    ///   - standIns: what was done in others' stead about what is to be approved.
    init(
        _ policy: PermissionPolicy, in book: OrganisationBook, on day: CalendarDay, _ standIns: [ActStandIn] = []
    ) {
        self.standIns = standIns
        self.policy = policy
        self.day = day
        nearness = PermissionNearness(in: book, on: day)
    }

    /// What it says of one act.
    ///
    /// - Parameter homes: whose the things are that acts name.
    mutating func rule(_ asked: ActAsked, _ homes: [ActSubjectName: [ActHome]]) -> ActRuling {
        let person = asked.principal.person
        guard let claim = asked.claim else {
            let detail =
                "nothing says which right '\(asked.type)' takes, so policy version \(policy.version) gives it nobody"
            return .denied(Refusal(.notAuthorised, path: "$", detail), AuditRule(policyVersion: Int64(policy.version)))
        }
        // Whoever operates the system can always set another policy: nobody is locked out by one.
        if person == BrokerUsers.operator, claim.right == .administer, claim.kind == .setting {
            return permitted(
                [PermissionGrant(line: "operator", delegation: nil, onBehalfOf: nil, amounts: nil)], claim)
        }
        // What was told to somebody is theirs to read and to put off, and how they are told theirs to say.
        if claim.isOfOneself(person) {
            return permitted([PermissionGrant(line: "oneself", delegation: nil, onBehalfOf: nil, amounts: nil)], claim)
        }
        var farthest: (request: PermissionRequest, grants: [PermissionGrant])?
        for subject in claim.subjects {
            let found = self.homes(of: subject, homes)
            let request = request(claim, person, subject.subject, found)
            let grants = policy.grants(request, of: business(claim, subject.subject, found))
            guard !grants.isEmpty else {
                return denied(claim, person, request, isNamed: subject != .group, isKnown: !found.isEmpty)
            }
            if farthest.map({ $0.request.relation < request.relation }) ?? true { farthest = (request, grants) }
        }
        guard let farthest else { return denied(claim, person, request(claim, person, .group, []), isNamed: false) }
        return permitted(farthest.grants, claim)
    }

    /// Whether it lets somebody do so much with something.
    mutating func lets(
        _ person: String, _ claim: ActClaim, of home: ActHome, _ measure: PermissionMeasure, _ rates: RateTable
    ) -> Bool {
        // Any kind of thing of which one has one home.
        let request = request(claim, person, .order, [home])
        let grants = policy.grants(request, of: business(claim, .order, [home]))
        guard case .within = grants.reach(measure, rates, on: day) else { return false }
        return true
    }

    /// What it says of somebody and one thing, where nobody acts.
    ///
    /// - Parameters:
    ///   - person: whom it is asked of.
    ///   - claim: which right to what; of its subjects the first counts.
    ///   - homes: whose the thing is.
    mutating func explain(
        _ person: String, _ claim: ActClaim, _ homes: [ActSubjectName: [ActHome]]
    ) -> ActExplanation {
        let name = claim.subjects.first ?? .group
        let found = self.homes(of: name, homes)
        let request = request(claim, person, name.subject, found)
        let isMeasured = policy.isMeasured(claim.right, claim.kind)
        return ActExplanation(
            request: request, decision: policy.decide(request),
            grants: isMeasured ? policy.grants(request, of: business(claim, name.subject, found)) : [],
            isKnown: name.subject == .group || !found.isEmpty)
    }

    private func permitted(_ grants: [PermissionGrant], _ claim: ActClaim) -> ActRuling {
        let rule = grants.first.map { ActWayTaken(grant: $0, amount: nil, version: policy.version).rule } ?? .none
        let mine = standIns.filter { standIn in
            standIn.kind == claim.kind.rawValue && claim.subjects.contains { $0.identifier == standIn.object }
        }
        return .permitted(ActPermit(grants, claim, policy, mine), rule)
    }

    /// What is said of something that somebody does not see is said of what is not there, too: else by trying numbers anybody
    /// could find out what there is, and how near.
    private func denied(
        _ claim: ActClaim, _ person: String, _ request: PermissionRequest, isNamed: Bool, isKnown: Bool = true
    ) -> ActRuling {
        let decision = policy.decide(request)
        var (told, seen) = (request, request)
        seen.right = .see
        let isSeen = policy.decide(seen).outcome == .full
        let isSomebodys = isNamed && claim.kind.isOwned
        if isSomebodys, !isSeen {
            told.relation = .group
            told.relationsOfOthers = request.relationsOfOthers.mapValues { _ in .group }
        }
        let what = "\(claim.right.rawValue) '\(claim.kind.rawValue)' over '\(told.relation.rawValue)'"
        var detail =
            policy.decide(told).line.map {
                "line '\($0)' of policy version \(policy.version) takes from '\(person)' to \(what)"
            } ?? "no line of policy version \(policy.version) gives '\(person)' to \(what)"
        if isSomebodys, !isKnown || !isSeen {
            detail += "; whose it is is not known here, or not seen by '\(person)', so it counts as the group's"
        }
        return .denied(
            Refusal(.notAuthorised, path: claim.path, detail),
            AuditRule(line: decision.line, policyVersion: Int64(policy.version)))
    }

    // MARK: Whose it is

    private func homes(of name: ActSubjectName, _ homes: [ActSubjectName: [ActHome]]) -> [ActHome] {
        switch name.subject {
        case .group: []
        case .branch: [ActHome(branch: name.identifier)]
        case .person: [ActHome(owner: name.identifier, branch: nearness.node(of: name.identifier))]
        default: homes[name] ?? []
        }
    }

    private mutating func request(
        _ claim: ActClaim, _ person: String, _ subject: ActSubject, _ homes: [ActHome]
    ) -> PermissionRequest {
        let relation = relation(to: person, claim.kind, subject, homes)
        var others: [String: PermissionRelation] = [:]
        for delegation in policy.delegations
        where delegation.deputy.hasSameBytes(as: person) && delegation.days.contains(day) {
            others[delegation.principal] = self.relation(to: delegation.principal, claim.kind, subject, homes)
        }
        // The user who operates the system is no person: it has this role, whatever a policy says of people.
        return PermissionRequest(
            person == BrokerUsers.operator ? .role(.operator) : .person(person), claim.right, claim.kind, relation,
            on: day, relationsOfOthers: others)
    }

    /// How near the thing is; of one that belongs to several the nearest counts, unless it is wholly of each.
    private mutating func relation(
        to person: String, _ kind: PermissionKind, _ subject: ActSubject, _ homes: [ActHome]
    ) -> PermissionRelation {
        guard kind.isOwned, !homes.isEmpty else { return .group }
        var relations: [PermissionRelation] = []
        for home in homes {
            relations.append(nearness.relation(to: person, ofOwner: home.owner, in: home.branch, on: home.day))
        }
        return (subject.isOfEach ? relations.max() : relations.min()) ?? .group
    }

    /// Of which business the thing is, for amounts that are for some business alone.
    private func business(_ claim: ActClaim, _ subject: ActSubject, _ homes: [ActHome]) -> PermissionBusiness {
        let nodes = homes.map { home in Set(home.branch.map { nearness.nodes(above: $0, on: home.day) } ?? []) }
        let all =
            subject.isOfEach
            ? nodes.dropFirst().reduce(nodes.first ?? []) { $0.intersection($1) } : nodes.reduce([]) { $0.union($1) }
        let lines = Set(homes.compactMap(\.line))
        return PermissionBusiness(line: claim.line ?? (lines.count == 1 ? lines.first : nil), nodes: all.sorted())
    }
}
