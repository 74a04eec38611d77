import Contracts

/// The templates of all kinds of notices that have words of their own, by kind, in both languages.
package enum NoticeTemplates {
    /// The template of a kind; the generic one for a kind that has none.
    package static func template(_ kind: String, _ language: Language) -> NoticeTemplate {
        let own = language == .zh ? chinese[kind] : english[kind]
        return own ?? generic(kind, language)
    }

    /// The kinds that have words of their own.
    package static var kinds: [String] { english.keys.sorted() }

    /// The template of a kind that has no words of its own: its name, what it is about, and the facts.
    static func generic(_ kind: String, _ language: Language) -> NoticeTemplate {
        let name = PlainWords.line(kind.replacing("-", with: " "), atMost: 64)
        return language == .zh
            ? NoticeTemplate(name, ["{about}（{customer}）：{title}", "{about}：{title}"])
            : NoticeTemplate(name, ["{about} ({customer}): {title}", "{about}: {title}"])
    }

    static let english: [String: NoticeTemplate] = [
        // Finance.
        "margin-alert": NoticeTemplate(
            "Margin too low",
            [
                "Order {order} of {customer} earns {margin} ({rate})", "Order {order} of {customer} earns {margin}",
                "Order {order} of {customer} earns too little",
                "What {customer} orders in {line} earns {margin} ({rate})",
                "What {customer} orders in {line} earns {margin}", "What {customer} orders in {line} earns too little",
                "{about}: too little is earned",
            ],
            ["Revenue {revenue}, cost {cost}; the threshold is {threshold}.", "It comes from: {causes}."]),
        "margin-alert-diagnosed": NoticeTemplate(
            "Margin alert diagnosed",
            ["{about} of {customer}: diagnosed as {reason}", "{about}: the low margin is diagnosed"],
            ["The plan: {plan}, until {recoverBy}."]),
        "margin-alert-escalated": NoticeTemplate(
            "Margin alert overdue",
            [
                "{about} of {customer}: nobody has dealt with the low margin in time",
                "{about}: nobody has dealt with the low margin in time",
            ],
            ["Overdue is {delay}, which was due on {dueDay}.", "It goes to {escalatedTo}."]),
        "order-held": NoticeTemplate(
            "Order waits for approval",
            ["Order {order} of {customer} waits for approval", "{about} waits for approval"],
            ["The rule: {rule}.", "It comes to {amount}."]),
        "order-refused": NoticeTemplate(
            "Order refused",
            ["Order {order} of {customer} is not taken", "{about} is not taken"],
            ["The rule: {rule}.", "It comes to {amount}."]),
        "acceptance-held": NoticeTemplate(
            "Orders need approval",
            ["Each order of {customer} in {line} needs approval", "{about}: each order needs approval"],
            ["Why: {reason}."]),
        "acceptance-stopped": NoticeTemplate(
            "Orders stopped",
            ["No order of {customer} in {line} is taken any more", "{about}: no order is taken any more"],
            ["Why: {reason}."]),
        "acceptance-override": NoticeTemplate(
            "Orders let through",
            [
                "Orders of {customer} are taken until {until} although they are stopped",
                "{about}: orders are let through",
            ],
            ["Let through by {by}: {reason}."]),
        "credit-watch": NoticeTemplate(
            "Credit watched", ["{customer} comes near its credit limit", "{about}: the credit is watched"],
            ["Open are {exposure} of {limit}."]),
        "credit-hold": NoticeTemplate(
            "Credit hold", ["{customer} is on credit hold: each order needs approval", "{about}: on credit hold"],
            ["Open are {exposure} of {limit}."]),
        "credit-stop": NoticeTemplate(
            "Credit stop", ["{customer} is stopped for what it owes", "{about}: stopped for what is owed"],
            ["Open are {exposure} of {limit}."]),
        "receivable-due": NoticeTemplate(
            "Invoice due",
            [
                "Invoice {invoice} of {customer}: {open} due on {dueDay}", "Invoice {invoice} of {customer} is due",
                "{about} is due",
            ]),
        "receivable-overdue": NoticeTemplate(
            "Invoice overdue",
            [
                "Invoice {invoice} of {customer}: {open} overdue for {days} days",
                "Invoice {invoice} of {customer} is overdue", "{about} is overdue",
            ],
            ["It was due on {dueDay}.", "It goes up to {level}."]),
        "payment-promise": NoticeTemplate(
            "Payment promised",
            ["{customer} promises {promised} on {promisedDay} for invoice {invoice}", "{about}: a payment is promised"]),
        "payment-promise-due": NoticeTemplate(
            "Promised payment due",
            [
                "{customer} has promised {promised} for invoice {invoice} by {promisedDay}, and it has not come yet",
                "{about}: a promised payment is due",
            ]),
        "payment-promise-broken": NoticeTemplate(
            "Promised payment missed",
            [
                "{customer} had promised {promised} for invoice {invoice} by {promisedDay}, and it has not come",
                "{about}: a promised payment has not come",
            ]),
        "dispute-opened": NoticeTemplate(
            "Invoice disputed", ["{customer} disputes {disputed} of invoice {invoice}", "{about} is disputed"],
            ["Why: {reason}."]),
        "write-off-proposed": NoticeTemplate(
            "Write-off proposed",
            ["{by} proposes to write {amount} of {customer} off", "{about}: a write-off is proposed"],
            ["Why: {reason}."]),
        "expense-held": NoticeTemplate(
            "Expense waits for approval",
            ["Expense {expense}: {amount} waits for approval", "{about} waits for approval"],
            ["The budget {budget} would be exceeded by {excess}."]),
        "expense-recorded": NoticeTemplate(
            "Expense without approval",
            ["Expense {expense}: {amount} was spent without approval", "{about} was spent without approval"],
            ["Why it needed one: {reason}."]),
        "expense-budget": NoticeTemplate(
            "Budget", ["Budget {budget}: {alert}", "{about}: look at the budget"],
            ["Used are {used} of {amount}.", "Of what was to be sold {sold} is."]),
        "payable-held": NoticeTemplate(
            "Invoice held back",
            ["Invoice {invoice} of {supplier} over {amount} is held back: {match}", "{about} is held back"],
            ["Open is {open}."]),
        "payable-release": NoticeTemplate(
            "Payment of an invoice that does not fit",
            [
                "{by} proposes to pay {open} for invoice {invoice} although it does not fit",
                "{about}: a payment waits for approval",
            ],
            ["Why: {reason}."]),
        "period-reopening": NoticeTemplate(
            "Closed month to be opened", ["{by} wants the month {month} open again", "{about} is to be opened again"],
            ["Why: {reason}."]),
        // Sales.
        "order-swing": NoticeTemplate(
            "Orders changed",
            [
                "{customer} orders {direction} in {line}: {seen}, usually {usual}",
                "{about}: the level of orders has changed",
            ]),
        "odd-order": NoticeTemplate(
            "Unusual order",
            ["Order {order} of {customer} is unlike the others: {seen}", "{about} is unlike the customer's others"],
            ["Usual is {usual}."]),
        "agreement-ending": NoticeTemplate(
            "Agreement ends", ["The agreement {agreement} with {customer} ends on {endDay}", "{about} ends"]),
        "agreement-renewing": NoticeTemplate(
            "Agreement renews itself",
            [
                "The agreement {agreement} with {customer} goes on unless notice is given by {noticeDay}",
                "{about} goes on unless notice is given",
            ]),
        "agreement-expired": NoticeTemplate(
            "Agreement ended", ["The agreement {agreement} with {customer} ended on {endDay}", "{about} has ended"]),
        "owner-changed": NoticeTemplate(
            "Another owner",
            ["{customer} is looked after by {owner} from {fromDay} on", "{about}: another person looks after it"]),
        "owner-left": NoticeTemplate(
            "Owner has left", ["{left} has left; {customer} needs somebody", "{about}: who looked after it has left"]),
        "lead-assigned": NoticeTemplate(
            "Lead to speak with",
            [
                "Lead {company}: speak with it by {speakBy}", "Lead {company} is yours: speak with it",
                "{about} is yours",
            ]),
        "lead-due": NoticeTemplate(
            "Lead without a first contact",
            [
                "Lead {company}: nobody has spoken with it, and after {speakBy} it goes to somebody else",
                "{about}: nobody has spoken with it yet",
            ]),
        "lead-escalated": NoticeTemplate(
            "Lead left lying",
            [
                "Lead {company}: nobody has spoken with it since {captured}",
                "{about}: nobody has spoken with it for long",
            ],
            ["{owner} has it.", "It is in the pool; {formerOwner} had it."]),
        "lead-taken": NoticeTemplate(
            "Lead taken away",
            ["Lead {company} was taken from you: nobody spoke with it in time", "{about} was taken from you"],
            ["{newOwner} has it now."]),
        "lead-again": NoticeTemplate(
            "Lead once more", ["Lead {company} has come once more, by {source}", "{about} has come once more"]),
        "opportunity-stalled": NoticeTemplate(
            "Opportunity stands still",
            ["Opportunity {company} has been in {stage} for {days} days", "{about} stands still"],
            ["Nine of ten leave that stage within {mostDays} days."]),
        "opportunity-step-overdue": NoticeTemplate(
            "Next step overdue",
            ["Opportunity {company}: {nextStep} was due on {nextStepDay}", "{about}: the next step is overdue"]),
        "quote-held": NoticeTemplate(
            "Quote waits for approval",
            ["Quote {quote} for {customer} waits for approval", "{about} waits for approval"],
            ["{submittedBy} has submitted it.", "The customer may agree until {validUntil}."]),
        "quote-returned": NoticeTemplate(
            "Quote sent back", ["{by} has sent quote {quote} for {customer} back", "{about} was sent back"],
            ["Why: {note}."]),
        "quote-ending": NoticeTemplate(
            "Quote about to expire",
            ["{customer} may agree to quote {quote} until {validUntil}", "{about} is about to expire"]),
        "product-held": NoticeTemplate(
            "Version waits for a decision",
            [
                "{by} proposes version {version} of {product}, {productName}",
                "{about}: a version waits for a decision",
            ],
            ["It would hold from {validFrom} on.", "Why: {note}."]),
        "product-refused": NoticeTemplate(
            "Version refused",
            [
                "{decidedBy} has refused version {version} of {product}, {productName}",
                "{about}: a version was refused",
            ],
            ["Why: {note}."]),
        "rate-card-ending": NoticeTemplate(
            "Rates about to end",
            [
                "{rules} rates of card {card} end on {endDay}, and none come after them",
                "{about}: rates are about to end",
            ],
            ["It is for {customer}."]),
        // The service desk.
        "complaint": NoticeTemplate(
            "Complaint", ["{customer} complains: {category}", "{about} is open"],
            ["It is about order {order}.", "Promised by {promise}."]),
        "complaint-clock-due": NoticeTemplate(
            "Complaint soon late",
            [
                "{about} of {customer}: {percent} % of the time until {clock} is gone",
                "{about}: most of its time is gone",
            ], ["{agent} has it."]),
        "complaint-clock-late": NoticeTemplate(
            "Complaint late",
            [
                "{about} of {customer} is late: {percent} % of the time until {clock} is gone",
                "{about} takes longer than it may",
            ], ["{agent} has it."]),
        "complaint-promise-due": NoticeTemplate(
            "Promise about to break",
            [
                "{customer} is promised to hear of {about} by {promise}", "{about}: a promise is about to break",
            ],
            ["{agent} has it."]),
        "survey-requested": NoticeTemplate(
            "Ask how it went", ["Ask {customer} how it went", "{about}: ask how it went"]),
        "survey-callback": NoticeTemplate(
            "Call back", ["{customer} thinks little of order {order}: call back", "{about}: call back"],
            ["Call by {due}."]),
        "delivery-late-expected": NoticeTemplate(
            "Late delivery expected",
            ["Order {order} of {customer} is promised by {promise} and will be late", "{about} will be late"],
            ["It is expected on {expected}."]),
        // The customer service.
        "contact-lapsed": NoticeTemplate(
            "No contact",
            ["Nobody has spoken with {customer} since {lastDay}", "{about}: nobody has spoken with it for long"]),
        "customer-declining": NoticeTemplate(
            "Customer declines", ["{customer} is {state}", "{about} orders less"],
            ["It is so since {since}; before it was {previous}."]),
        "identity-contradiction": NoticeTemplate(
            "Contradicting codes",
            ["{customer} names the codes of two companies", "{about} names the codes of two companies"],
            ["They are {creditCodes}."]),
        "identity-review": NoticeTemplate(
            "Accounts to compare",
            [
                "{about}: {pairs} pairs of accounts may each be one customer",
                "{about}: accounts may be one customer",
            ],
            ["The oldest has waited since {oldest}."]),
        "customer-corrected": NoticeTemplate(
            "Customer corrected", ["{by} corrects a field of {customer}", "{about}: a field was corrected"],
            ["Why: {reason}."]),
        // The supplier service.
        "cost-bias": NoticeTemplate(
            "Costs off",
            [
                "Invoices of {supplier} come to {ratio} of what was expected",
                "{about}: costs are far from what was expected",
            ]),
        // Any service.
        "task-set-aside": NoticeTemplate(
            "Task set aside",
            ["{service}: the task {task} was set aside after {attempts} attempts", "{about} was set aside"],
            ["What went wrong: {error}."]),
    ]

    static let chinese: [String: NoticeTemplate] = [
        "margin-alert": NoticeTemplate(
            "毛利过低",
            [
                "订单 {order}（{customer}）毛利 {margin}，毛利率 {rate}", "订单 {order}（{customer}）毛利 {margin}",
                "订单 {order}（{customer}）毛利过低", "{customer}在{line}毛利 {margin}，毛利率 {rate}",
                "{customer}在{line}毛利 {margin}", "{customer}在{line}毛利过低", "{about}：毛利过低",
            ],
            ["收入 {revenue}，成本 {cost}；预警线 {threshold}。", "原因：{causes}。"]),
        "margin-alert-diagnosed": NoticeTemplate(
            "毛利预警已诊断", ["{about}（{customer}）已诊断：{reason}", "{about}毛利预警已诊断"], ["整改计划：{plan}，期限 {recoverBy}。"]),
        "margin-alert-escalated": NoticeTemplate(
            "毛利预警逾期", ["{about}（{customer}）毛利预警逾期未处理", "{about}毛利预警逾期未处理"],
            ["逾期事项：{delay}，应于 {dueDay}完成。", "已升级至 {escalatedTo}。"]),
        "order-held": NoticeTemplate(
            "订单待审批", ["订单 {order}（{customer}）待审批", "{about}待审批"], ["触发规则：{rule}。", "金额 {amount}。"]),
        "order-refused": NoticeTemplate(
            "订单未接", ["订单 {order}（{customer}）未接", "{about}未接"], ["触发规则：{rule}。", "金额 {amount}。"]),
        "acceptance-held": NoticeTemplate(
            "接单须审批", ["{customer}在{line}的订单逐单审批", "{about}：订单逐单审批"], ["原因：{reason}。"]),
        "acceptance-stopped": NoticeTemplate(
            "停止接单", ["{customer}在{line}停止接单", "{about}：停止接单"], ["原因：{reason}。"]),
        "acceptance-override": NoticeTemplate(
            "特批放行", ["{customer}已停止接单，特批放行至 {until}", "{about}：特批放行"], ["{by} 放行：{reason}。"]),
        "credit-watch": NoticeTemplate(
            "信用关注", ["{customer}接近信用额度", "{about}：信用关注"], ["未结 {exposure}，额度 {limit}。"]),
        "credit-hold": NoticeTemplate(
            "信用冻结", ["{customer}信用冻结，订单逐单审批", "{about}：信用冻结"], ["未结 {exposure}，额度 {limit}。"]),
        "credit-stop": NoticeTemplate(
            "信用停单", ["{customer}因欠款停止接单", "{about}：因欠款停止接单"], ["未结 {exposure}，额度 {limit}。"]),
        "receivable-due": NoticeTemplate(
            "发票到期",
            ["发票 {invoice}（{customer}）{open}，{dueDay}到期", "发票 {invoice}（{customer}）到期", "{about}到期"]),
        "receivable-overdue": NoticeTemplate(
            "发票逾期",
            ["发票 {invoice}（{customer}）{open}，已逾期 {days} 天", "发票 {invoice}（{customer}）逾期", "{about}逾期"],
            ["到期日：{dueDay}。", "通知范围至{level}。"]),
        "payment-promise": NoticeTemplate(
            "付款承诺", ["{customer}承诺 {promisedDay}支付 {promised}（发票 {invoice}）", "{about}：付款承诺"]),
        "payment-promise-due": NoticeTemplate(
            "承诺付款将到期", ["{customer}承诺 {promisedDay}前支付的 {promised}（发票 {invoice}）尚未到账", "{about}：承诺付款将到期"]),
        "payment-promise-broken": NoticeTemplate(
            "承诺付款未到", ["{customer}承诺 {promisedDay}支付的 {promised}（发票 {invoice}）未到账", "{about}：承诺付款未到账"]),
        "dispute-opened": NoticeTemplate(
            "发票争议", ["{customer}对发票 {invoice} 的 {disputed} 有争议", "{about}有争议"], ["原因：{reason}。"]),
        "write-off-proposed": NoticeTemplate(
            "核销申请", ["{by} 申请核销 {customer} {amount}", "{about}：核销申请"], ["原因：{reason}。"]),
        "expense-held": NoticeTemplate(
            "费用待审批", ["费用 {expense} {amount} 待审批", "{about}待审批"], ["将超出预算 {budget} {excess}。"]),
        "expense-recorded": NoticeTemplate(
            "费用未经审批", ["费用 {expense} {amount} 未经审批已发生", "{about}未经审批已发生"], ["须审批原因：{reason}。"]),
        "expense-budget": NoticeTemplate(
            "预算预警", ["预算 {budget}：{alert}", "{about}：请关注预算"],
            ["已用 {used}，预算 {amount}。", "销售完成率 {sold}。"]),
        "payable-held": NoticeTemplate(
            "发票暂缓付款", ["供应商 {supplier} 的发票 {invoice}（{amount}）暂缓付款：{match}", "{about}暂缓付款"], ["未付 {open}。"]),
        "payable-release": NoticeTemplate(
            "不符发票放行", ["{by} 申请支付不符发票 {invoice}，金额 {open}", "{about}：付款待审批"], ["原因：{reason}。"]),
        "period-reopening": NoticeTemplate(
            "重开账期", ["{by} 申请重开 {month}", "{about}申请重开"], ["原因：{reason}。"]),
        "order-swing": NoticeTemplate("订单波动", ["{customer}在{line}的订单{direction}：{seen}，通常 {usual}", "{about}：订单量波动"]),
        "odd-order": NoticeTemplate(
            "异常订单", ["订单 {order}（{customer}）金额异常：{seen}", "{about}与该客户其他订单不同"], ["通常为 {usual}。"]),
        "agreement-ending": NoticeTemplate("协议将到期", ["与{customer}的协议 {agreement} {endDay}到期", "{about}将到期"]),
        "agreement-renewing": NoticeTemplate(
            "协议将自动续期", ["与{customer}的协议 {agreement} 如不在 {noticeDay}前通知将自动续期", "{about}如不通知将自动续期"]),
        "agreement-expired": NoticeTemplate("协议已到期", ["与{customer}的协议 {agreement} 已于 {endDay}到期", "{about}已到期"]),
        "owner-changed": NoticeTemplate("客户负责人变更", ["{customer}自 {fromDay}起由 {owner} 负责", "{about}负责人变更"]),
        "owner-left": NoticeTemplate("负责人离职", ["{left} 已离职，{customer}需要负责人", "{about}负责人已离职"]),
        "lead-assigned": NoticeTemplate(
            "待联系线索", ["线索“{company}”请于 {speakBy} 前联系", "线索“{company}”由您跟进，请联系", "{about}由您跟进"]),
        "lead-due": NoticeTemplate(
            "线索未首联", ["线索“{company}”尚未联系，{speakBy} 后将转给他人", "{about}尚未联系"]),
        "lead-escalated": NoticeTemplate(
            "线索久未联系", ["线索“{company}”自 {captured} 起无人联系", "{about}久未联系"],
            ["现由 {owner} 跟进。", "已入公海，原跟进人 {formerOwner}。"]),
        "lead-taken": NoticeTemplate(
            "线索已转出", ["线索“{company}”未按时联系，已转出", "{about}已转出"], ["现由 {newOwner} 跟进。"]),
        "lead-again": NoticeTemplate("线索再次进入", ["线索“{company}”再次进入，来源 {source}", "{about}再次进入"]),
        "opportunity-stalled": NoticeTemplate(
            "商机停滞", ["商机“{company}”在“{stage}”阶段已 {days} 天", "{about}停滞"], ["同类商机九成在 {mostDays} 天内离开该阶段。"]),
        "opportunity-step-overdue": NoticeTemplate(
            "商机下一步逾期", ["商机“{company}”：“{nextStep}”应于 {nextStepDay}完成", "{about}下一步已逾期"]),
        "quote-held": NoticeTemplate(
            "报价待审批", ["报价 {quote}（{customer}）待审批", "{about}待审批"], ["由 {submittedBy} 提交。", "有效期至 {validUntil}。"]),
        "quote-returned": NoticeTemplate(
            "报价退回", ["{by} 退回报价 {quote}（{customer}）", "{about}已退回"], ["原因：{note}。"]),
        "quote-ending": NoticeTemplate(
            "报价将到期", ["报价 {quote}（{customer}）有效期至 {validUntil}", "{about}将到期"]),
        "product-held": NoticeTemplate(
            "产品版本待审批", ["{by} 提出 {product}（{productName}）第 {version} 版", "{about}：新版本待审批"],
            ["自 {validFrom} 起生效。", "说明：{note}。"]),
        "product-refused": NoticeTemplate(
            "产品版本被拒", ["{decidedBy} 拒绝 {product}（{productName}）第 {version} 版", "{about}：新版本被拒"], ["原因：{note}。"]),
        "rate-card-ending": NoticeTemplate(
            "价格将到期", ["价格卡 {card} 有 {rules} 条价格 {endDay}到期，且无后续价格", "{about}：价格将到期"], ["客户：{customer}。"]),
        "complaint": NoticeTemplate(
            "客户投诉", ["{customer}投诉：{category}", "{about}未结"], ["涉及订单 {order}。", "承诺期限：{promise}。"]),
        "complaint-clock-due": NoticeTemplate(
            "投诉即将超时", ["{about}（{customer}）：{clock}时限已用 {percent}%", "{about}时限将到"], ["由 {agent} 处理。"]),
        "complaint-clock-late": NoticeTemplate(
            "投诉超时", ["{about}（{customer}）已超时：{clock}时限已用 {percent}%", "{about}已超时"], ["由 {agent} 处理。"]),
        "complaint-promise-due": NoticeTemplate(
            "承诺即将超期", ["已承诺 {promise}前答复{customer}（{about}）", "{about}：承诺即将超期"], ["由 {agent} 处理。"]),
        "survey-requested": NoticeTemplate("客户回访", ["请回访{customer}", "{about}：请回访"]),
        "survey-callback": NoticeTemplate(
            "差评回电", ["{customer}对订单 {order} 评价较低，请回电", "{about}：请回电"], ["请在 {due} 前回电。"]),
        "delivery-late-expected": NoticeTemplate(
            "预计延误", ["{customer}的订单 {order} 承诺 {promise}前送达，预计延误", "{about}：预计延误"], ["预计 {expected} 送达。"]),
        "contact-lapsed": NoticeTemplate("久未联系", ["自 {lastDay}起无人联系{customer}", "{about}久未联系"]),
        "customer-declining": NoticeTemplate(
            "客户下滑", ["{customer}：{state}", "{about}订单减少"], ["自 {since} 起；此前为{previous}。"]),
        "identity-contradiction": NoticeTemplate(
            "信用代码矛盾", ["{customer}同时使用两家公司的信用代码", "{about}同时使用两家公司的信用代码"], ["信用代码：{creditCodes}。"]),
        "identity-review": NoticeTemplate(
            "客户待复核", ["{about}：{pairs} 对账户可能为同一客户", "{about}：有账户可能为同一客户"], ["最早自 {oldest} 起等待。"]),
        "customer-corrected": NoticeTemplate("客户资料更正", ["{by} 更正了{customer}的资料", "{about}资料更正"], ["原因：{reason}。"]),
        "cost-bias": NoticeTemplate("成本偏差", ["{supplier}的发票为预期的 {ratio}", "{about}成本与预期偏差较大"]),
        "task-set-aside": NoticeTemplate(
            "任务搁置", ["{service}：任务 {task} 尝试 {attempts} 次后搁置", "{about}已搁置"], ["错误：{error}。"]),
    ]
}
