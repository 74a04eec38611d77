import Contracts
import Domain
import ServiceKit

/// Up to what somebody may decide: by the amounts of the policy of permissions, or, while none are written, by the tiers of the
/// authority file.
enum Mandate: Sendable {
    /// A tier of the file, and the most that it may approve of this kind.
    case tier(Authority.Tier, FixedDecimal)
    /// What the policy has let through.
    case policy(ActPermit)

    /// By whose authority something was decided.
    struct Approval: Sendable {
        /// The tier's name, or the role's.
        let name: String
        /// The way of the policy; `nil` by the file.
        let way: ActWayTaken?
    }

    /// In which currency amounts of several currencies are added up.
    var currency: Currency {
        switch self {
        case .tier(let tier, _): tier.currency
        case .policy: .cny
        }
    }

    /// By whose authority it may be decided.
    ///
    /// - Parameters:
    ///   - amount: what it comes to, when it comes to something.
    ///   - days: for how many days it is to hold, when it is to.
    ///   - rates: by what amounts of other currencies are compared.
    ///   - day: whose rates these are.
    ///   - path: where the message says how much, or who.
    ///   - place: where it says what a rate is needed for; `path` when not given.
    ///   - words: what it comes to, in words, by the amount in the currency of the tier.
    /// - Throws: the refusal, when it is more than may be decided.
    func check(
        _ amount: Money? = nil, days: Int? = nil, _ rates: RateTable, on day: CalendarDay, at path: String,
        rateAt place: String? = nil, _ words: (String) -> String = { $0 }
    ) throws(Refusal) -> Approval {
        switch self {
        case .policy(let permit):
            let way = try permit.way(
                PermissionMeasure(amount: amount, days: days), rates, on: day, at: path, rateAt: place)
            return Approval(name: way.authority, way: way)
        case .tier(let tier, let most):
            if let days, days > tier.days {
                throw Refusal(
                    .aboveAuthority, path: path, "a \(tier.name) may decide for \(tier.days) days at most")
            }
            guard let amount else { return Approval(name: tier.name, way: nil) }
            guard let worth = rates.convert(amount.amount, from: amount.currency, to: tier.currency, on: day) else {
                throw Refusal(
                    .noRate, path: place ?? path, "there is no rate of \(amount.currency.code) on \(day)")
            }
            guard worth <= most else {
                throw Refusal(
                    .aboveAuthority, path: path,
                    words("\(worth.moneyText) \(tier.currency.code)")
                        + "; a \(tier.name) may approve up to \(most.moneyText)")
            }
            return Approval(name: tier.name, way: nil)
        }
    }
}

extension Authority {
    /// Up to what somebody may decide of a branch's business; `nil` when not at all.
    ///
    /// Once the policy has amounts it alone says so, and has said already that this person may; the file is not asked.
    ///
    /// - Parameters:
    ///   - permit: what the policy has let through; nothing while none holds.
    ///   - login: the person.
    ///   - branch: the branch; `nil` for what is the group's.
    ///   - day: the day.
    ///   - most: which amount of a tier counts.
    func mandate(
        _ permit: ActPermit?, of login: String, branch: String?, on day: CalendarDay,
        most: (Tier) -> FixedDecimal = { $0.cap }
    ) -> Mandate? {
        if let permit, permit.hasAmounts { return .policy(permit) }
        return tier(of: login, branch: branch, on: day).map { .tier($0, most($0)) }
    }
}
