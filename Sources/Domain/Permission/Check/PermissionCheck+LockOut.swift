extension PermissionPolicy {
    /// What sets a policy: the right to administer this kind, of the group as a whole.
    public static let setBy = PermissionKind.setting

    /// What is wrong when nobody could set the policy that follows; `nil` when somebody can.
    ///
    /// It is no finding of the policy by itself: one that is looked at in a file may be of a part only. Before it holds it is
    /// refused.
    public var lockOut: PermissionFinding? {
        func mayAdminister(_ roles: [PermissionRole]) -> Bool {
            ruling(roles, .administer, Self.setBy, .group).outcome == .full
        }
        guard PermissionRole.allCases.contains(where: { mayAdminister([$0]) }) else {
            return PermissionFinding(
                .nobodyAdministers, path: "$.lines",
                "no role may administer '\(Self.setBy.rawValue)' of the whole group: nobody could set the next policy")
        }
        guard people.isEmpty || people.contains(where: { mayAdminister($0.roles) }) else {
            return PermissionFinding(
                .nobodyAdministers, path: "$.people",
                "roles may administer '\(Self.setBy.rawValue)', but nobody has one of them: nobody could set the next "
                    + "policy")
        }
        return nil
    }
}
