package import Contracts

/// What can be imported.
package enum ImportKind: String, Sendable, CaseIterable {
    /// Customers' master records.
    case customers
    /// Suppliers' master records.
    case suppliers
    /// What customers are billed.
    case invoices
    /// What customers have paid.
    case payments
    /// What may be spent on sales.
    case budgets
    /// What is agreed with customers.
    case agreements

    /// As which message a line lands.
    package var type: MessageType {
        switch self {
        case .customers: CustomerReported.type
        case .suppliers: SupplierReported.type
        case .invoices: InvoiceIssued.type
        case .payments: PaymentReceived.type
        case .budgets: ExpenseBudgetSet.type
        case .agreements: AgreementRecorded.type
        }
    }

    /// The field that names what a line is about.
    package var key: String {
        switch self {
        case .customers, .suppliers: "code"
        case .invoices: "invoiceId"
        case .payments: "paymentId"
        case .budgets: "budgetId"
        case .agreements: "agreementId"
        }
    }

    /// The fields that a column may hold.
    package var fields: [ImportField] {
        switch self {
        case .customers:
            Self.party(
                [
                    "customer code", "customer no", "customer number", "customer id", "客户编码", "客户代码",
                    "客户编号", "客户号",
                ], ["customer name", "customer", "客户名称", "客户", "公司名称", "单位名称", "企业名称"])
                + [
                    ImportField(
                        "emails", ["email", "email address", "邮箱", "电子邮箱", "电子邮件"],
                        "E-mail addresses; several with ';' between.")
                ]
        case .suppliers:
            Self.party(
                [
                    "supplier code", "supplier no", "supplier number", "supplier id", "vendor code",
                    "vendor no", "供应商编码", "供应商代码", "供应商编号",
                ],
                [
                    "supplier name", "supplier", "vendor name", "vendor", "供应商名称",
                    "供应商", "公司名称", "单位名称", "企业名称",
                ])
        case .invoices: Self.invoiceFields
        case .payments: Self.paymentFields
        case .budgets: Self.budgetFields
        case .agreements: Self.agreementFields
        }
    }

    private static func party(_ codes: [String], _ names: [String]) -> [ImportField] {
        [
            ImportField("code", isRequired: true, codes + ["编码", "代码", "编号"], "The number that the system gave it."),
            ImportField("name", isRequired: true, names + ["名称", "full name", "全称"], "Its name."),
            ImportField(
                "aliases", ["alias", "short name", "other names", "别名", "简称", "曾用名", "英文名称"],
                "Other names; several with ';' between."),
            ImportField(
                "creditCode",
                ["credit code", "unified social credit code", "uscc", "统一社会信用代码", "社会信用代码", "信用代码"],
                "Its unified social credit code."),
            ImportField("taxId", ["tax number", "tax id", "vat number", "vat id", "税号", "纳税人识别号"], "Its tax number."),
            ImportField(
                "phones", ["phone", "telephone", "tel", "mobile", "电话", "联系电话", "手机", "手机号"],
                "Telephone numbers; several with ';' between."),
            ImportField("address", ["registered address", "地址", "注册地址", "联系地址", "通讯地址"], "Its address."),
            ImportField(
                "bankAccounts", ["bank account", "account number", "iban", "银行账号", "银行账户", "账号"],
                "Bank accounts; several with ';' between."),
            ImportField(
                "branch", isRequired: true, ["office", "company", "分公司", "机构", "所属机构", "部门"],
                "The branch that knows it."),
            ImportField("kind", ["type", "category", "industry", "类型", "类别", "行业"], "What kind of party it is."),
        ]
    }

    private static let customer = [
        ImportField(
            "customerCode", isRequired: true,
            [
                "customer", "customer no", "customer number", "customer id", "account", "客户编码", "客户代码", "客户编号", "客户号",
                "客户",
            ],
            "The customer's number."),
        ImportField(
            "customerSource", ["customer system", "客户来源", "客户系统"],
            "The system whose number that is, when it is another than the one of --source."),
    ]

    private static let money = [
        ImportField(
            "amount", isRequired: true,
            [
                "total", "gross amount", "amount due", "金额", "总金额", "含税金额", "价税合计", "发票金额", "收款金额", "预算金额", "预算额",
                "回款金额",
            ],
            "How much."),
        ImportField(
            "currency", isRequired: true, ["ccy", "币种", "币别", "货币"], words: currencyWords, "In what currency."),
    ]

    private static let currencyWords = [
        "人民币": "CNY", "rmb": "CNY", "美元": "USD", "美金": "USD", "欧元": "EUR", "港币": "HKD", "港元": "HKD", "日元": "JPY",
        "日圆": "JPY", "英镑": "GBP",
    ]

    private static let invoiceFields =
        [
            ImportField(
                "invoiceId", isRequired: true,
                ["invoice", "invoice no", "invoice number", "发票号", "发票号码", "发票编号", "账单号", "单据号"],
                "The invoice's number.")
        ] + customer + [
            ImportField(
                "orderIds",
                ["order", "orders", "order no", "order number", "order id", "shipment", "订单号", "订单编号", "运单号"],
                "The orders it is for; several with ';' between."),
            ImportField(
                "orderSource", ["order system", "订单来源", "订单系统"],
                "The system whose numbers the orders have, when it is another than the one of --source."),
            ImportField(
                "issuedAt", isRequired: true,
                ["issued", "issue date", "invoice date", "date", "开票日期", "开票时间", "发票日期", "日期"],
                "When it was issued."),
            ImportField("dueAt", ["due", "due date", "payable by", "到期日", "到期日期", "应收日期", "付款期限"], "When it is due."),
        ] + money

    private static let paymentFields =
        [
            ImportField(
                "paymentId", isRequired: true,
                [
                    "payment", "payment no", "payment number", "receipt no", "receipt number", "收款单号", "收款编号", "回款单号",
                    "流水号",
                ],
                "The payment's number.")
        ] + customer + [
            ImportField(
                "receivedAt", isRequired: true,
                ["received", "payment date", "value date", "date", "收款日期", "收款时间", "到账日期", "回款日期", "日期"],
                "When it came.")
        ] + money + [
            ImportField(
                "allocations",
                ["invoice", "invoices", "invoice no", "invoice number", "applied to", "发票号", "发票号码", "核销发票", "核销明细"],
                "What it is for: an invoice, which then gets all of it, or several as INV-1=100.00; INV-2=50.00.")
        ]

    private static let revision = ImportField(
        "revision", ["version", "版本", "版本号", "修订号"], "Counts its changes; 1 when not given.")

    private static let budgetFields =
        [
            ImportField(
                "budgetId", isRequired: true, ["budget", "budget no", "budget number", "预算编号", "预算号"],
                "The budget's number."),
            revision,
            ImportField("branch", isRequired: true, ["office", "分公司", "机构", "部门"], "The branch."),
            ImportField(
                "owner", ["salesperson", "login", "业务员", "负责人", "销售员"],
                "Whose it is, by login; the whole branch's when not given."),
            ImportField(
                "account", isRequired: true, ["expense account", "category", "费用科目", "科目", "费用类型"], "What it is for."),
            ImportField(
                "from", isRequired: true, ["start", "start date", "valid from", "开始日期", "起始日期"], "The first day."),
            ImportField("to", isRequired: true, ["end", "end date", "valid to", "结束日期", "截止日期"], "The last day."),
        ] + money + [
            ImportField("salesTarget", ["target", "sales target", "销售目标", "目标"], "What is to be sold in the period."),
            ImportField(
                "setBy", isRequired: true, ["set by", "approved by", "设定人", "批准人", "审批人"], "Who set it, by login."),
        ]

    private static let agreementFields =
        [
            ImportField(
                "agreementId", isRequired: true,
                ["agreement", "agreement no", "contract", "contract no", "contract number", "合同号", "合同编号", "协议编号"],
                "The agreement's number."),
            revision,
        ] + customer + [
            ImportField(
                "kind", isRequired: true, ["type", "category", "合同类型", "类型", "类别"],
                words: [
                    "框架": "framework", "框架合同": "framework", "框架协议": "framework", "价格": "rates", "价格协议": "rates",
                    "运价协议": "rates", "项目": "project", "项目合同": "project", "仓储": "warehouse", "仓储合同": "warehouse",
                    "其他": "other",
                    "其它": "other",
                ], "What it is about: framework, rates, project, warehouse or other."),
            ImportField("title", isRequired: true, ["name", "subject", "标题", "合同名称", "名称"], "What it is called."),
            ImportField(
                "validFrom", isRequired: true, ["from", "start", "start date", "valid from", "开始日期", "起始日期", "生效日期"],
                "The first day on which it holds."),
            ImportField(
                "validUntil",
                ["until", "to", "end", "end date", "valid until", "valid to", "结束日期", "截止日期", "到期日", "到期日期", "终止日期"],
                "The last day on which it holds."),
            ImportField(
                "renews", ["renewal", "auto renewal", "automatic renewal", "自动续约", "自动续签"], words: truths,
                "Whether it goes on year by year."),
            ImportField(
                "noticeDays", ["notice", "notice days", "notice period", "通知天数", "提前通知天数"],
                "How many days before its end something has to be done."),
            ImportField(
                "businessLine", ["line", "business line", "业务线", "业务类型"],
                "The line of business, when it is for one only."),
            ImportField(
                "yearlyAmount", ["yearly amount", "annual amount", "annual value", "年金额", "年合同额", "年度金额"],
                "What it is to bring in a year."),
            ImportField("currency", ["ccy", "币种", "币别", "货币"], words: currencyWords, "Of the amount."),
            ImportField(
                "endedOn", ["ended", "terminated on", "提前终止日期"],
                "The first day on which it holds no more, when it was ended early."),
            ImportField(
                "by", isRequired: true, ["owner", "salesperson", "signed by", "经办人", "签订人", "业务员", "负责人"],
                "Who says so, by login."),
        ]

    static let truths = [
        "true": "true", "yes": "true", "y": "true", "1": "true", "是": "true", "false": "false", "no": "false",
        "n": "false", "0": "false", "否": "false",
    ]
}
