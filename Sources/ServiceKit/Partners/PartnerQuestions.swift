import BrokerLayout
import Contracts
import Domain
import Messaging

/// The one question that partners may ask: whether an order of a customer of theirs would be taken.
///
/// It comes as everything of a partner comes, by its own exchange or with its verified user; the answer goes to that
/// partner's own queue, whatever the question names for it, with what we earn left out.
struct PartnerQuestions: Sendable {
    private let registry: PartnerRegistry

    /// - Returns: `nil` when no partner has a queue.
    init?(_ publishers: Publishers) {
        guard case .registered(let registry) = publishers, registry.partners.contains(where: \.hears) else {
            return nil
        }
        self.registry = registry
    }

    /// Whether a question comes by the key of partners.
    static func asks(_ delivery: Delivery) -> Bool {
        delivery.exchange.hasPrefix(Exchanges.inbound) && delivery.routingKey == Exchanges.acceptanceAsk
    }

    /// The partner who has asked; `nil` when the broker does not say who it is, or it has no queue.
    func partner(of delivery: Delivery) -> PartnerRegistry.Partner? {
        registry.partner(of: delivery).flatMap { $0.hears ? $0 : nil }
    }

    /// What is asked, of a partner's own source.
    func question(_ delivery: Delivery, by partner: PartnerRegistry.Partner) throws -> AcceptanceQuestion {
        let question = try FieldReader.read(AcceptanceQuestion.self, from: delivery.body)
        guard partner.owns(question.source) else {
            throw Refusal(
                .sourceNotAllowed, path: "$.source",
                "partner '\(partner.name)' may not ask for '\(question.source.prefix(64))'")
        }
        return question
    }
}

extension AcceptanceQuestion {
    /// The question as the service's own people ask it.
    var parameters: [QueryParameter] {
        var parameters = [
            QueryParameter(name: "customer", value: customerCode), QueryParameter(name: "source", value: source),
            QueryParameter(name: "businessLine", value: businessLine),
        ]
        if let amount { parameters.append(QueryParameter(name: "amount", value: amount.description)) }
        if let currency { parameters.append(QueryParameter(name: "currency", value: currency.code)) }
        return parameters
    }

    /// The answer, without figures.
    func answer(_ tables: [QueryTable], at now: Timestamp) throws(Refusal) -> AcceptanceAnswer {
        let table = tables.first { $0.name == "answer" }
        func value(_ name: String) -> String? {
            guard let place = table?.columns.firstIndex(where: { $0.name == name }) else { return nil }
            return table?.rows.first?.values[place]
        }
        guard let decision = value("decision").flatMap(OrderDecision.init(rawValue:)), let rule = value("rule") else {
            throw Refusal(.internalError, path: "$", "the question has no answer")
        }
        return AcceptanceAnswer(
            source: source, customerCode: customerCode, businessLine: businessLine, decision: decision, reason: rule,
            isCustomerKnown: value("is_known") == "true", asOf: now)
    }
}
