import Domain

/// What people do about notices that come to them.
enum NotifierActs {
    static let all: [ActDescription] = [
        // One's own: nobody needs a line for it, and none takes it.
        ActDescription(
            MarkNotices.self, .may(.act, .notice, of: .person, "by") { body, _ in [.init(.person, body.by)] }),
        ActDescription(
            SetNoticePreferences.self,
            .may(.administer, .person, of: .person, "login") { body, _ in [.init(.person, body.login ?? body.by)] }
                .when("login of another") { body in body.login.map { $0 != body.by } ?? false },
            .may(.act, .notice, of: .person, "by") { body, _ in [.init(.person, body.by)] }),
    ]
}
