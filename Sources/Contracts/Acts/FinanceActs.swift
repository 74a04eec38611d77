import Domain

/// What people do about money: alerts, acceptance, receivables, credit, payables, expenses, months and rates.
enum FinanceActs {
    static let all = orders + receivables + credit + payables + group

    private static let orders: [ActDescription] = [
        ActDescription(
            DecideOrder.self,
            .may(.approve, .order, of: .order, "orderId", isMeasured: true) { body, _ in
                [.init(.order, source: body.source, body.orderId)]
            }),
        ActDescription(
            DiagnoseAlert.self,
            .may(.act, .marginAlert, of: .alert, "alertId") { body, _ in [.init(.alert, body.alertId)] }),
        // Whoever sold it says what happened; that a bad margin is taken as it is needs somebody else.
        ActDescription(
            CloseAlert.self,
            .may(.approve, .marginAlert, of: .alert, "alertId") { body, _ in [.init(.alert, body.alertId)] }
                .when("outcome accepted") { $0.outcome == .accepted },
            .may(.act, .marginAlert, of: .alert, "alertId") { body, _ in [.init(.alert, body.alertId)] }),
        ActDescription(
            SetAcceptance.self,
            .may(.approve, .acceptance, of: .customer, "customerId", isMeasured: true) { body, _ in
                [.init(.customer, body.customerId)]
            }.within(\.businessLine)),
        ActDescription(
            GrantOverride.self,
            .may(.approve, .acceptance, of: .customer, "customerId", isMeasured: true) { body, _ in
                [.init(.customer, body.customerId)]
            }.within(\.businessLine)),
    ]

    private static let receivables: [ActDescription] = [
        ActDescription(
            PaymentReturned.self,
            .may(.act, .receivable, of: .payment, "paymentId") { body, source in
                [.init(.payment, source: body.paymentSource ?? source, body.paymentId)]
            }),
        ActDescription(
            PaymentAllocated.self,
            .may(.act, .receivable, of: .payment, "paymentId") { body, source in
                [.init(.payment, source: body.paymentSource ?? source, body.paymentId)]
            }),
        ActDescription(
            InvoiceDisputed.self,
            .may(.act, .receivable, of: .invoice, "invoiceId") { body, source in
                [.init(.invoice, source: body.invoiceSource ?? source, body.invoiceId)]
            }),
        ActDescription(
            DisputeResolved.self,
            .may(.act, .receivable, of: .dispute, "disputeId") { body, source in
                [.init(.dispute, source: source, body.disputeId)]
            }),
        ActDescription(
            PaymentPromised.self,
            .may(.act, .receivable, of: .invoice, "invoiceId") { body, source in
                [.init(.invoice, source: body.invoiceSource ?? source, body.invoiceId)]
            }),
        ActDescription(
            WriteOffProposed.self,
            .may(.act, .receivable, of: .invoice, "invoiceId") { body, source in
                [.init(.invoice, source: body.invoiceSource ?? source, body.invoiceId)]
            }),
        ActDescription(
            WriteOffApproved.self,
            .may(.approve, .receivable, of: .writeOff, "writeOffId", isMeasured: true) { body, source in
                [.init(.writeOff, source: source, body.writeOffId)]
            }),
    ]

    private static let credit: [ActDescription] = [
        ActDescription(
            CreditLimitSet.self,
            .may(.act, .credit, of: .account, "customer.code", isMeasured: true) { body, source in
                body.customer.map { [$0.name(from: source)] } ?? []
            }.when("customer") { $0.customer != nil },
            .may(.act, .credit, of: .creditGroup, "group", isMeasured: true) { body, _ in
                body.group.map { [.init(.creditGroup, $0)] } ?? []
            }),
        ActDescription(
            CreditOverrideApproved.self,
            .may(.approve, .credit, of: .account, "customer.code", isMeasured: true) { body, source in
                body.customer.map { [$0.name(from: source)] } ?? []
            }.when("customer") { $0.customer != nil },
            .may(.approve, .credit, of: .creditGroup, "group", isMeasured: true) { body, _ in
                body.group.map { [.init(.creditGroup, $0)] } ?? []
            }),
        ActDescription(
            CreditHoldLifted.self,
            .may(.approve, .credit, of: .account, "customer.code", isMeasured: true) { body, source in
                [body.customer.name(from: source)]
            }),
        ActDescription(
            TermsAgreed.self,
            .may(.act, .credit, of: .account, "code") { body, source in
                [.init(.account, source: body.codeSource ?? source, body.code)]
            }.when("role customer") { $0.role == .customer },
            .may(.act, .payable)),
    ]

    private static let payables: [ActDescription] = [
        ActDescription(
            ReleasePayable.self,
            .may(.approve, .payable, of: .supplierInvoice, "invoiceId", isMeasured: true) { body, _ in
                [.init(.supplierInvoice, source: body.source, body.invoiceId)]
            }.when("step approve") { $0.step == .approve },
            .may(.act, .payable, of: .supplierInvoice, "invoiceId") { body, _ in
                [.init(.supplierInvoice, source: body.source, body.invoiceId)]
            }),
        ActDescription(
            ExpenseBudgetSet.self,
            .may(.administer, .expense, of: .branch, "branch") { body, _ in [.init(.branch, body.branch)] }),
        ActDescription(
            ApproveExpense.self,
            .may(.approve, .expense, of: .expense, "expenseId", isMeasured: true) { body, _ in
                [.init(.expense, source: body.source, body.expenseId)]
            }),
    ]

    private static let group: [ActDescription] = [
        ActDescription(ClosePeriod.self, .may(.act, .period)),
        // Both who proposes it and who agrees send the same message; each of them has to be somebody who may agree.
        ActDescription(ReopenPeriod.self, .may(.approve, .period)),
        ActDescription(LoadRates.self, .may(.administer, .rate)),
        ActDescription(
            SettleReference.self,
            .may(.act, .reference, of: .order, "number") { body, _ in
                [.init(.order, source: body.meant, body.number)]
            }.when("what order") { $0.what == .order },
            .may(.act, .reference)),
        ActDescription(SettlePaymentReference.self, .may(.act, .reference)),
    ]
}
