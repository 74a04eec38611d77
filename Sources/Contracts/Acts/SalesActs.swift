import Domain

/// What people do about agreements and notices.
enum SalesActs {
    static let all: [ActDescription] = [
        ActDescription(
            AgreementRecorded.self,
            .may(.act, .agreement, of: .account, "customer.code") { body, source in
                [body.customer.name(from: source)]
            }),
        ActDescription(
            AcknowledgeNotices.self,
            .may(.act, .notice, of: .notice, "noticeIds") { body, _ in body.noticeIds.map { .init(.notice, $0) } }),
    ]
}
