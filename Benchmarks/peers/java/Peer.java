import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** usage: Peer single|batched ORDERS      (see ../README.md) */
public final class Peer {
    private record Arrival(Envelope envelope, AMQP.BasicProperties properties, byte[] body) {}

    private interface Work {
        void run() throws Exception;
    }

    private static volatile long began;

    static void fail(String why) {
        System.err.println("error: " + why);
        Runtime.getRuntime().halt(1);
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception error) {
                fail(name + ": " + error);
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }

    public static void main(String[] arguments) throws Exception {
        boolean batched = arguments[0].equals("batched");
        long count = Long.parseLong(arguments[1]);
        String workers = System.getenv("BENCH_WORKERS");
        int threads = workers != null ? Integer.parseInt(workers) : batched ? 2 : 16;
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(System.getenv("BENCH_AMQP_URL"));
        Connection consuming = factory.newConnection(), publishing = factory.newConnection();
        Relay relay = new Relay(publishing.createChannel(), System.getenv("BENCH_OUT"));
        Channel channel = consuming.createChannel();
        channel.basicQos(1000);
        BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
        AtomicLong done = new AtomicLong();
        start("publishing", relay::publish);
        start("marking", relay::mark);
        relay.leftOver();
        for (int number = 0; number < threads; number++) {
            start("worker " + number, () -> work(arrivals, channel, relay, done, batched ? 500 : 1));
        }
        channel.basicConsume(System.getenv("BENCH_IN"), false, new DefaultConsumer(channel) {
            @Override public void handleDelivery(
                String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                if (began == 0) began = System.nanoTime();
                arrivals.add(new Arrival(envelope, properties, body));
            }
        });
        System.out.println("ready");
        while (done.get() < count || relay.marked.get() < relay.owed.get()) Thread.sleep(2);
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.println("finished");
        System.out.printf("{\"measure\":\"peer\",\"system\":\"java-%s\",\"orders\":%d,\"seconds\":%.3f,\"rate\":%.1f,"
            + "\"check\":\"%s\"}%n", arguments[0], count, seconds, count / seconds, check(count));
        consuming.close();
        publishing.close();
    }

    /** Takes what is there, at most so many, waiting for no more: one transaction, then the acknowledgements. */
    private static void work(BlockingQueue<Arrival> arrivals, Channel channel, Relay relay, AtomicLong done, int most)
        throws Exception {
        List<Arrival> ready = new ArrayList<>(most);
        List<Handled> batch = new ArrayList<>(most);
        try (Store store = new Store()) {
            while (true) {
                ready.add(arrivals.take());
                arrivals.drainTo(ready, most - 1);
                for (Arrival arrival : ready) {
                    try {
                        batch.add(new Handled(arrival.envelope().getDeliveryTag(), arrival.properties().getAppId(),
                            arrival.properties().getMessageId(), arrival.properties().getType(), arrival.body()));
                    } catch (IllegalArgumentException error) {
                        System.err.println("refused: " + error.getMessage());
                        channel.basicReject(arrival.envelope().getDeliveryTag(), false);
                    }
                }
                if (!batch.isEmpty()) {
                    relay.send(store.take(batch));
                    // Another worker may hold lower tags, so each is acknowledged by itself.
                    synchronized (channel) {
                        for (Handled order : batch) channel.basicAck(order.deliveryTag, false);
                    }
                    done.addAndGet(batch.size());
                }
                ready.clear();
                batch.clear();
            }
        }
    }

    private static String check(long count) throws Exception {
        try (java.sql.Connection connection = Store.connect(); Statement statement = connection.createStatement();
            ResultSet found = statement.executeQuery(
                "select (select count(*) from orders), (select count(*) from outbox where sent_at is null)")) {
            found.next();
            boolean good = found.getLong(1) == count && found.getLong(2) == 0;
            return good ? "ok" : found.getLong(1) + " orders, " + found.getLong(2) + " unsent";
        }
    }
}
