import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/** One connection to the database: a transaction takes a batch of orders in. */
final class Store implements AutoCloseable {
    private final Connection connection;
    private final PreparedStatement inbox, orders, outbox;

    static Connection connect() throws SQLException {
        URI url = URI.create(System.getenv("BENCH_DATABASE_URL"));
        String[] user = url.getUserInfo().split(":", 2);
        Properties properties = new Properties();
        properties.setProperty("user", user[0]);
        properties.setProperty("password", user[1]);
        properties.setProperty("currentSchema", System.getenv("BENCH_SCHEMA"));
        properties.setProperty("reWriteBatchedInserts", "true");
        return DriverManager.getConnection(
            "jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath(), properties);
    }

    Store() throws SQLException {
        connection = connect();
        connection.setAutoCommit(false);
        // Rewritten batches do not say which rows were new, so the inbox goes in by arrays.
        inbox = connection.prepareStatement("insert into inbox (source, message_id, type) "
            + "select * from unnest(?::text[], ?::text[], ?::text[]) order by 1, 2 on conflict do nothing "
            + "returning source, message_id");
        orders = connection.prepareStatement("insert into orders (source, order_id, revision, customer_code, "
            + "business_line, branch, sales_owner, placed_at, currency, lines, revenue, cost, severity, decision) "
            + "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted')");
        outbox = connection.prepareStatement(
            "insert into outbox (id, routing_key, order_id, body) values (?, ?, ?, ?)");
    }

    /** Commits a batch; the orders of it that had not come before. */
    List<Handled> take(List<Handled> batch) throws SQLException {
        try {
            Set<List<String>> fresh = new HashSet<>();
            inbox.setArray(1, texts(batch.stream().map(o -> o.source).toArray()));
            inbox.setArray(2, texts(batch.stream().map(o -> o.messageId).toArray()));
            inbox.setArray(3, texts(batch.stream().map(o -> o.type).toArray()));
            try (ResultSet rows = inbox.executeQuery()) {
                while (rows.next()) fresh.add(List.of(rows.getString(1), rows.getString(2)));
            }
            List<Handled> kept = new ArrayList<>(batch.size());
            for (Handled order : batch) {
                if (!fresh.remove(List.of(order.source, order.messageId))) continue;
                kept.add(order);
                int n = 0;
                for (String text : new String[] {order.source, order.orderId}) orders.setString(++n, text);
                orders.setInt(++n, order.revision);
                for (String text : new String[] {order.code, order.line, order.branch, order.owner}) {
                    orders.setString(++n, text);
                }
                orders.setObject(++n, order.placedAt);
                orders.setString(++n, order.currency);
                orders.setString(++n, order.lines);
                orders.setBigDecimal(++n, order.revenue);
                orders.setBigDecimal(++n, order.cost);
                orders.setString(++n, order.severity);
                orders.addBatch();
                for (Handled.Outgoing event : order.events) {
                    outbox.setObject(1, event.id());
                    outbox.setString(2, event.routingKey());
                    outbox.setString(3, event.orderId());
                    outbox.setString(4, event.body());
                    outbox.addBatch();
                }
            }
            if (!kept.isEmpty()) {
                orders.executeBatch();
                outbox.executeBatch();
            }
            connection.commit();
            return kept;
        } catch (SQLException error) {
            connection.rollback();
            throw error;
        }
    }

    private Array texts(Object[] values) throws SQLException {
        return connection.createArrayOf("text", values);
    }

    @Override public void close() throws SQLException {
        connection.close();
    }
}
