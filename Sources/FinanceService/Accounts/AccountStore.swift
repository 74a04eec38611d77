import ServiceKit

/// Finance's copy of whose each account is, with who to tell of it.
enum AccountStore {
    static let replica = AccountReplica(keeping: [.name, .branch, .salesOwner], revision: "said")
}
