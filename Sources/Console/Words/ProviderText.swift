/// What the console says of sign-ins by the provider, in both languages.
enum ProviderText: Sendable, Equatable {
    case signIn(String), orPassword, emergency, notOnRecord, again, unsuccessful, other
    case signedOut(String), signOutThere(String)
    case fault(ProviderSignIn.Fault)

    /// The text in both languages.
    var both: (zh: String, en: String) {
        switch self {
        case .signIn(let name): ("使用 \(name) 登录", "Sign in by \(name)")
        case .orPassword: ("或使用本控制台的密码", "Or by a password of the console's own")
        case .emergency:
            (
                "本控制台的密码仅在登录服务无法连接时可用。",
                "Passwords of the console's own let in only while the provider cannot be reached."
            )
        case .notOnRecord:
            (
                "此次登录无法记入审计，因此未予放行。请稍后重试。",
                "The sign-in could not be put on record, so nobody was let in. Try again in a moment."
            )
        case .again: ("重新登录", "Sign in again")
        case .unsuccessful: ("登录未完成", "You are not signed in")
        case .other: ("其他登录方式", "Other ways to sign in")
        case .signedOut(let name):
            ("您已退出本控制台。在 \(name) 仍处于登录状态。", "You are signed out here. At \(name) you still are signed in.")
        case .signOutThere(let name): ("同时退出 \(name)", "Sign out at \(name) as well")
        case .fault(let fault): Self.words(of: fault)
        }
    }

    private static func words(of fault: ProviderSignIn.Fault) -> (zh: String, en: String) {
        switch fault {
        case .over:
            (
                "此次登录在其他浏览器中开始、已超过十分钟或已使用过。",
                "The sign-in was begun in another browser, more than ten minutes ago, or has been used."
            )
        case .denied(let code): ("登录服务没有放行（\(code)）。", "The provider did not let you in (\(code)).")
        case .away:
            (
                "登录服务暂时无法连接。请稍后重试，或使用本控制台的密码。",
                "The provider cannot be reached. Try again in a moment, or use a password of the console's own."
            )
        case .untrusted:
            (
                "登录服务的回答无法采信，未予放行。请告知管理员，原因见控制台日志。",
                "What the provider answered cannot be believed, and nobody was let in. Tell an operator: the console's log "
                    + "says why."
            )
        case .noLogin:
            (
                "登录服务没有给出可用的登录名。请联系管理员。",
                "The provider names no login that is one of ours. Ask an operator."
            )
        case .noGroup:
            ("您不在允许使用本控制台的组中。", "You are in none of the groups that may use the console.")
        case .closed: ("此登录名已被管理员关闭。", "An operator has closed this login.")
        case .bound:
            (
                "此登录名已绑定登录服务中的另一个账号。请联系管理员。",
                "This login belongs to another account of the provider. Ask an operator."
            )
        case .notRecorded:
            (
                "组织中今天没有此登录名的人员。请联系管理员。",
                "The organisation has nobody of this login today. Ask an operator."
            )
        case .cannotTell:
            (
                "暂时无法核对组织中的人员，未予放行。请稍后重试。",
                "Whether the organisation has you cannot be found out now, so nobody was let in. Try again in a moment."
            )
        case .wait(let seconds):
            ("请在 \(seconds) 秒后重试。", "Try again in \(seconds) seconds.")
        }
    }
}
