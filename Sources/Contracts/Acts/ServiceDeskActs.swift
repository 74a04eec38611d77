import Domain

/// What people do about complaints.
enum ServiceDeskActs {
    static let all: [ActDescription] = [
        ActDescription(
            ComplaintReported.self,
            .may(.act, .complaint, of: .order, "orderId") { body, source in
                body.orderId.map { [.init(.order, source: body.orderSource ?? source, $0)] } ?? []
            }.when("orderId") { $0.orderId != nil },
            .may(.act, .complaint, of: .account, "customer.code") { body, source in
                [body.customer.name(from: source)]
            }),
        ActDescription(
            ComplaintStepTaken.self,
            .may(.act, .complaint, of: .complaint, "complaintId") { body, _ in
                [.init(.complaint, source: body.source, body.complaintId)]
            }),
        ActDescription(
            ComplaintWaiting.self,
            .may(.act, .complaint, of: .complaint, "complaintId") { body, source in
                [.init(.complaint, source: body.complaintSource ?? source, body.complaintId)]
            }),
        ActDescription(
            TakeRecoveryStep.self,
            .may(.act, .complaint, of: .order, "orderId") { body, _ in
                [.init(.order, source: body.source, body.orderId)]
            }),
        ActDescription(
            SuggestLead.self,
            .may(.act, .complaint, of: .complaint, "complaintId") { body, _ in
                body.complaintId.map { [.init(.complaint, source: body.source, $0)] } ?? []
            }.when("complaintId") { $0.complaintId != nil },
            .may(.act, .complaint, of: .order, "orderId") { body, _ in
                body.orderId.map { [.init(.order, source: body.source, $0)] } ?? []
            }),
        ActDescription(
            ExcludeDelivery.self,
            .may(.act, .complaint, of: .order, "orderId") { body, _ in
                [.init(.order, source: body.source, body.orderId)]
            }),
        ActDescription(
            TakeBulletinStep.self,
            .may(.act, .complaint, of: .customer, "customerId") { body, _ in [.init(.customer, body.customerId)] }),
        ActDescription(PublishBulletins.self, .may(.administer, .setting)),
        ActDescription(SettleComplaintOrder.self, .may(.act, .reference)),
    ]
}
