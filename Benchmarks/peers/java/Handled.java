import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** An order and what it comes to: margin, alert, decision. */
final class Handled {
    /** A row of the outbox. */
    record Outgoing(UUID id, String routingKey, String orderId, String body) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    final long deliveryTag;
    final String source, messageId, type, orderId, code, line, branch, owner, currency, lines, severity;
    final int revision;
    final OffsetDateTime placedAt;
    final BigDecimal revenue, cost;
    final List<Outgoing> events = new ArrayList<>(2);

    /** Decodes and decides; IllegalArgumentException when it is no order. */
    Handled(long deliveryTag, String source, String messageId, String type, byte[] body) {
        if (source == null || messageId == null || !"order.placed.v1".equals(type)) {
            throw new IllegalArgumentException("an attribute is missing or unknown");
        }
        this.deliveryTag = deliveryTag;
        this.source = source;
        this.messageId = messageId;
        this.type = type;
        try {
            JsonNode order = JSON.readTree(body);
            orderId = text(order, "orderId");
            revision = order.path("revision").asInt();
            code = text(order.path("customer"), "code");
            branch = text(order, "branch");
            line = text(order, "businessLine");
            currency = text(order, "currency");
            owner = order.path("salesOwner").asText(null);
            placedAt = OffsetDateTime.parse(text(order, "placedAt"));
            JsonNode all = order.path("lines");
            if (revision < 1 || all.isEmpty() || all.size() > 500) {
                throw new IllegalArgumentException("a field has no allowed value");
            }
            BigDecimal revenue = BigDecimal.ZERO, cost = BigDecimal.ZERO;
            for (JsonNode one : all) {
                revenue = revenue.add(new BigDecimal(text(one, "revenue")));
                if (one.has("cost")) cost = cost.add(new BigDecimal(text(one, "cost")));
            }
            this.revenue = revenue;
            this.cost = cost;
            lines = JSON.writeValueAsString(all);
            BigDecimal margin = revenue.subtract(cost);
            severity = margin.signum() < 0 ? "negative"
                : revenue.signum() > 0
                    && margin.movePointRight(2).compareTo(revenue.multiply(BigDecimal.valueOf(5))) < 0 ? "low" : null;
            String now = Instant.now().toString();
            ObjectNode decision = about(now);
            tell("finance.order-decided.v1", now,
                decision.put("revision", revision).put("decision", "accepted").put("rule", "open").put("decidedAt", now));
            if (severity != null) {
                tell("finance.margin-alert-raised.v1", now, about(now).put("level", "order").put("severity", severity)
                    .put("salesOwner", owner).put("revenue", revenue.toPlainString()).put("cost", cost.toPlainString())
                    .put("margin", margin.toPlainString()).put("threshold", "0.05").put("currency", currency)
                    .put("provisional", false).put("raisedAt", now));
            }
        } catch (IOException | DateTimeParseException | NumberFormatException error) {
            throw new IllegalArgumentException("not an order: " + error.getMessage(), error);
        }
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (!value.isTextual() || value.textValue().isEmpty()) throw new IllegalArgumentException(name + " is missing");
        return value.textValue();
    }

    private ObjectNode about(String now) {
        return JSON.createObjectNode().put("source", source).put("orderId", orderId).put("customerCode", code)
            .put("businessLine", line).put("branch", branch);
    }

    private void tell(String kind, String now, ObjectNode data) throws IOException {
        UUID id = identifier();
        ObjectNode event = JSON.createObjectNode().put("specversion", "1.0").put("id", id.toString())
            .put("source", "peer.finance").put("type", kind).put("time", now)
            .put("datacontenttype", "application/json").put("causationid", messageId);
        event.set("data", data);
        events.add(new Outgoing(id, kind, orderId, JSON.writeValueAsString(event)));
    }

    /** A UUID that grows with time (version 7). */
    private static UUID identifier() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = System.currentTimeMillis() << 16 | 0x7000 | random.nextInt(0x1000);
        return new UUID(high, random.nextLong() >>> 2 | 0x8000000000000000L);
    }
}
