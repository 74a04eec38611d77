public import Domain

/// What people do by each kind of message that our own people send: every contract with a field that names who acts is in it.
public enum ActCatalogue {
    /// All acts, by the service that carries them out.
    public static let acts: [ActDescription] =
        CustomerActs.all + SalesActs.all + ServiceDeskActs.all + FinanceActs.all + NotifierActs.all

    private static let byType = Dictionary(acts.map { ($0.type, $0) }) { first, _ in first }

    /// What is done by a message of a type, in its newest version; `nil` for what nobody of ours sends.
    public static func act(_ type: MessageType) -> ActDescription? { byType[type] }

    /// What is done by a message; `nil` for what nobody of ours sends.
    public static func act(by message: any Message) -> ActDescription? { byType[Swift.type(of: message).type] }

    /// Whether anything that takes a right to a kind of object comes to an amount.
    public static func isMeasured(_ right: PermissionRight, _ kind: PermissionKind) -> Bool {
        acts.contains { $0.rules.contains { $0.isMeasured && $0.right == right && $0.kind == kind } }
    }
}
