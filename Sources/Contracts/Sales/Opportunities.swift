extension OpportunityTerms {
    func check(_ fields: FieldReader) throws(Refusal) {
        let hasAmounts = amount != nil || margin != nil
        try fields.require(
            !hasAmounts || currency != nil, .missingField, "currency", "an amount comes with its currency")
        try fields.require(
            (nextStep == nil) == (nextStepDay == nil), .missingField, nextStep == nil ? "nextStep" : "nextStepDay",
            "a next step and its day come together")
        try fields.require(
            state != .lost || lossReason != nil, .missingField, "lossReason", "say why it was lost")
        try fields.require(
            state == .lost || lossReason == nil && lostTo == nil, .valueNotAllowed,
            lossReason == nil ? "lostTo" : "lossReason", "only what is lost has a reason for it")
    }
}

extension TakeOpportunityStep {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(step != .moved || stage != nil, .missingField, "stage", "say to which stage it comes")
        try fields.require(step != .assigned || to != nil, .missingField, "to", "say to whom it is given")
        try fields.require(step != .lost || lossReason != nil, .missingField, "lossReason", "say why it was lost")
        try fields.require(
            step == .lost || lossReason == nil && lostTo == nil, .valueNotAllowed,
            lossReason == nil ? "lostTo" : "lossReason", "only what is lost has a reason for it")
        let mayMove = step == .moved || step == .opened || step == .reopened
        try fields.require(
            mayMove || stage == nil, .valueNotAllowed, "stage", "it comes to another stage when it is moved or reopened"
        )
        let mayBeGiven = step == .assigned || step == .opened
        try fields.require(mayBeGiven || to == nil, .valueNotAllowed, "to", "it is given when it is assigned or opened")
        try fields.require(
            step == .opened || team == nil, .valueNotAllowed, "team", "the team is said when it is opened")
    }
}

extension SalesStage {
    /// What has to be known before an opportunity leaves it.
    package var needed: [StageNeed] { needs.compactMap { StageNeed(rawValue: $0) } }

    func check(_ fields: FieldReader) throws(Refusal) {
        var seen: Set<String> = []
        for (place, need) in needs.enumerated() {
            try fields.require(
                StageNeed(rawValue: need) != nil, .valueNotAllowed, "needs[\(place)]",
                "'\(need)' is none of \(StageNeed.allCases.map(\.rawValue).joined(separator: ", "))")
            try fields.require(
                seen.insert(need).inserted, .duplicateElement, "needs[\(place)]", "'\(need)' is said twice")
        }
    }
}

extension SetSalesStages {
    func check(_ fields: FieldReader) throws(Refusal) {
        var seen: Set<String> = []
        for (place, stage) in stages.enumerated() {
            try fields.require(
                seen.insert(stage.stage).inserted, .duplicateElement, "stages[\(place)].stage",
                "'\(stage.stage)' stands there twice")
            // In a funnel they stand beside the stages.
            try fields.require(
                OpportunityState(rawValue: stage.stage) == nil, .valueNotAllowed, "stages[\(place)].stage",
                "'\(stage.stage)' is how an opportunity stands, and no stage")
        }
    }
}
