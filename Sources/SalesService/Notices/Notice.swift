import Contracts
import Domain

/// What a seller is told: that something was found about a customer, an order, a budget or a month.
struct Notice {
    /// What it is about names it, so that the same thing is told once.
    var id: String
    var kind: SalesNoticeKind
    /// `-` where no customer is concerned.
    var customerId = "-"
    /// `*` for all; what is no line of business, such as a budget's account, stands here as well.
    var businessLine = "*"
    /// Who is told; nobody where the customer's owner is looked up when it is read.
    var owner: String?
    /// Whose branch's it is, where no customer is concerned.
    var branch: String?
    var orderId: String?
    var detail = ""
    var toldAt: Timestamp
    /// Since when it need not be spoken of any more.
    var clearedAt: Timestamp?
}
