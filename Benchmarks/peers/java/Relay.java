import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** Publishes rows of the outbox with confirms and marks those confirmed, many in one statement. */
final class Relay {
    private static final int WINDOW = 1000;
    private final BlockingQueue<Handled.Outgoing> rows = new ArrayBlockingQueue<>(WINDOW);
    private final BlockingQueue<UUID> confirmed = new LinkedBlockingQueue<>();
    private final ConcurrentNavigableMap<Long, UUID> unconfirmed = new ConcurrentSkipListMap<>();
    private final Semaphore room = new Semaphore(WINDOW);
    private final Channel channel;
    private final String out;
    final AtomicLong owed = new AtomicLong(), marked = new AtomicLong();

    Relay(Channel channel, String out) throws IOException {
        this.channel = channel;
        this.out = out;
        channel.confirmSelect();
        channel.addReturnListener((code, text, exchange, key, properties, body) -> Peer.fail("returned: " + text));
        channel.addConfirmListener(new ConfirmListener() {
            @Override public void handleAck(long tag, boolean multiple) {
                if (multiple) {
                    ConcurrentNavigableMap<Long, UUID> all = unconfirmed.headMap(tag, true);
                    int count = 0;
                    for (UUID id : all.values()) {
                        confirmed.add(id);
                        count++;
                    }
                    all.clear();
                    room.release(count);
                } else {
                    confirmed.add(unconfirmed.remove(tag));
                    room.release();
                }
            }

            @Override public void handleNack(long tag, boolean multiple) {
                Peer.fail("the broker refused a message");
            }
        });
    }

    void send(List<Handled> orders) throws InterruptedException {
        for (Handled order : orders) owed.addAndGet(order.events.size());
        for (Handled order : orders) for (Handled.Outgoing event : order.events) rows.put(event);
    }

    /** Takes up what a former run has not sent. */
    void leftOver() throws SQLException, InterruptedException {
        try (Connection connection = Store.connect();
            PreparedStatement query = connection.prepareStatement(
                "select id, routing_key, order_id, body from outbox where sent_at is null order by id");
            ResultSet found = query.executeQuery()) {
            while (found.next()) {
                owed.incrementAndGet();
                rows.put(new Handled.Outgoing(
                    found.getObject(1, UUID.class), found.getString(2), found.getString(3), found.getString(4)));
            }
        }
    }

    /** The attributes of the event once more, as the contract wants it. */
    private static Map<String, Object> headers(Handled.Outgoing row) {
        Map<String, Object> headers = new HashMap<>();
        headers.put("cloudEvents_specversion", "1.0");
        headers.put("cloudEvents_id", row.id().toString());
        headers.put("cloudEvents_source", "peer.finance");
        headers.put("cloudEvents_type", row.routingKey());
        headers.put("cloudEvents_time", Instant.now().toString());
        for (String name : List.of("subject", "correlationid", "causationid", "partitionkey"))
            headers.put("cloudEvents_" + name, row.orderId());
        return headers;
    }

    void publish() throws IOException, InterruptedException {
        while (true) {
            Handled.Outgoing row = rows.take();
            room.acquire();
            unconfirmed.put(channel.getNextPublishSeqNo(), row.id());
            channel.basicPublish(out, row.routingKey(), true, false, new AMQP.BasicProperties.Builder()
                .contentType("application/cloudevents+json").deliveryMode(2).messageId(row.id().toString())
                .type(row.routingKey()).appId("peer.finance").correlationId(row.orderId()).timestamp(new Date())
                .headers(headers(row)).build(), row.body().getBytes(StandardCharsets.UTF_8));
        }
    }

    void mark() throws SQLException, InterruptedException {
        try (Connection connection = Store.connect(); PreparedStatement update = connection.prepareStatement(
            "update outbox set sent_at = now() where id = any(?)")) {
            List<UUID> batch = new ArrayList<>(WINDOW);
            while (true) {
                batch.add(confirmed.take());
                confirmed.drainTo(batch, WINDOW - 1);
                update.setArray(1, connection.createArrayOf("uuid", batch.toArray()));
                update.executeUpdate();
                marked.addAndGet(batch.size());
                batch.clear();
            }
        }
    }
}
