// usage: peer single|batched ORDERS      (see ../README.md)
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
	amqp "github.com/rabbitmq/amqp091-go"
)

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// taken is an order and the delivery it came by.
type taken struct {
	*handled
	delivery amqp.Delivery
}

type peer struct {
	pool  *pgxpool.Pool
	relay *relay
	sent  atomic.Int64 // rows given to the relay
	done  atomic.Int64 // orders committed and acknowledged
}

// decode decides about a delivery; one that is not an order is refused without its neighbours.
func decode(delivery amqp.Delivery) (taken, bool) {
	order, err := handle(delivery.AppId, delivery.MessageId, delivery.Type, delivery.Body)
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		die(delivery.Reject(false))
		return taken{}, false
	}
	return taken{order, delivery}, true
}

func (p *peer) committed(orders []taken, fresh func(int) bool) {
	for i, o := range orders {
		if fresh(i) {
			p.sent.Add(int64(len(o.events)))
			for _, event := range o.events {
				p.relay.rows <- event
			}
		}
	}
}

const insertOrder = `insert into orders values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11::text::numeric,$12::text::numeric,$13,'accepted')`

// single handles one order in a transaction of its own: inbox first, and all else in one round trip.
func (p *peer) single(ctx context.Context, o taken) error {
	fresh := false
	err := p.pool.BeginFunc(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "insert into inbox (source, message_id, type) values ($1, $2, $3) on conflict do nothing",
			o.source, o.messageID, o.messageType)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		fresh = true
		batch := &pgx.Batch{}
		batch.Queue(insertOrder, o.source, o.order.OrderID, o.order.Revision, o.order.Customer.Code, o.order.BusinessLine,
			o.order.Branch, o.order.SalesOwner, o.order.PlacedAt, o.order.Currency, string(o.order.RawLines),
			decimal(o.revenue), decimal(o.cost), o.severity)
		for _, event := range o.events {
			batch.Queue("insert into outbox (id, routing_key, order_id, body) values ($1, $2, $3, $4)",
				event.id, event.routingKey, event.orderID, string(event.body))
		}
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return err
	}
	p.committed([]taken{o}, func(int) bool { return fresh })
	defer p.done.Add(1)
	return o.delivery.Ack(false)
}

func (p *peer) singles(ctx context.Context, deliveries <-chan amqp.Delivery, workers int) {
	for n := 0; n < workers; n++ {
		go func() {
			for delivery := range deliveries {
				if order, ok := decode(delivery); ok {
					die(p.single(ctx, order))
				}
			}
		}()
	}
}

// ready takes what is there, at least one and at most 500, waiting for no more.
func ready(deliveries <-chan amqp.Delivery) []taken {
	var orders []taken
	delivery, open := <-deliveries
	for open {
		if order, ok := decode(delivery); ok {
			orders = append(orders, order)
		}
		if len(orders) == 500 {
			break
		}
		select {
		case delivery, open = <-deliveries:
		default:
			return orders
		}
	}
	return orders
}

func (p *peer) batch(ctx context.Context, orders []taken) error {
	column := func(of func(taken) string) []string {
		values := make([]string, len(orders))
		for i, o := range orders {
			values[i] = of(o)
		}
		return values
	}
	fresh := make(map[string]bool, len(orders))
	key := func(source, id string) string { return source + "\x00" + id }
	err := p.pool.BeginFunc(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `insert into inbox (source, message_id, type)
			select * from unnest($1::text[], $2::text[], $3::text[]) order by 1, 2 on conflict do nothing
			returning source, message_id`,
			column(func(o taken) string { return o.source }), column(func(o taken) string { return o.messageID }),
			column(func(o taken) string { return o.messageType }))
		if err != nil {
			return err
		}
		for rows.Next() {
			var source, id string
			if err := rows.Scan(&source, &id); err != nil {
				return err
			}
			fresh[key(source, id)] = true
		}
		if rows.Err() != nil {
			return rows.Err()
		}
		kept := orders[:0:0]
		for _, o := range orders {
			if fresh[key(o.source, o.messageID)] {
				kept = append(kept, o)
			}
		}
		return write(ctx, tx, kept)
	})
	if err != nil {
		return err
	}
	p.committed(orders, func(i int) bool { return fresh[key(orders[i].source, orders[i].messageID)] })
	defer p.done.Add(int64(len(orders)))
	return orders[len(orders)-1].delivery.Ack(true)
}

// write inserts the orders of a batch and what they led to: two statements in one round trip.
func write(ctx context.Context, tx pgx.Tx, orders []taken) error {
	count := len(orders)
	text := func(of func(taken) string) []string {
		values := make([]string, count)
		for i, o := range orders {
			values[i] = of(o)
		}
		return values
	}
	revisions, placed, severities := make([]int32, count), make([]time.Time, count), make([]*string, count)
	var ids [][16]byte
	var keys, numbers, bodies []string
	for i, o := range orders {
		revisions[i], placed[i], severities[i] = o.order.Revision, o.order.PlacedAt, o.severity
		for _, event := range o.events {
			ids, keys = append(ids, event.id), append(keys, event.routingKey)
			numbers, bodies = append(numbers, event.orderID), append(bodies, string(event.body))
		}
	}
	batch := &pgx.Batch{}
	batch.Queue(`insert into orders select source, order_id, revision, customer_code, business_line, branch, sales_owner,
			placed_at, currency, lines, revenue::numeric, cost::numeric, severity, 'accepted'
		from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
			$9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
			as t(source, order_id, revision, customer_code, business_line, branch, sales_owner, placed_at, currency, lines,
			revenue, cost, severity) order by 1, 2`,
		text(func(o taken) string { return o.source }), text(func(o taken) string { return o.order.OrderID }), revisions,
		text(func(o taken) string { return o.order.Customer.Code }),
		text(func(o taken) string { return o.order.BusinessLine }), text(func(o taken) string { return o.order.Branch }),
		text(func(o taken) string { return o.order.SalesOwner }), placed,
		text(func(o taken) string { return o.order.Currency }),
		text(func(o taken) string { return string(o.order.RawLines) }),
		text(func(o taken) string { return decimal(o.revenue) }), text(func(o taken) string { return decimal(o.cost) }),
		severities)
	batch.Queue(`insert into outbox (id, routing_key, order_id, body)
		select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])`, ids, keys, numbers, bodies)
	return tx.SendBatch(ctx, batch).Close()
}

func (p *peer) batches(ctx context.Context, deliveries <-chan amqp.Delivery) {
	// What is decoded while a batch commits is the next batch.
	decoded := make(chan []taken)
	go func() {
		for {
			orders := ready(deliveries)
			if len(orders) == 0 {
				return
			}
			decoded <- orders
		}
	}()
	go func() {
		for orders := range decoded {
			die(p.batch(ctx, orders))
		}
	}()
}

func setting(name string, otherwise int) int {
	if value, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return value
	}
	return otherwise
}

func main() {
	mode := os.Args[1]
	count, err := strconv.ParseInt(os.Args[2], 10, 64)
	die(err)
	ctx := context.Background()
	workers := setting("BENCH_WORKERS", 32)
	config, err := pgxpool.ParseConfig(os.Getenv("BENCH_DATABASE_URL"))
	die(err)
	config.MaxConns = int32(workers + 2)
	config.ConnConfig.RuntimeParams["search_path"] = os.Getenv("BENCH_SCHEMA")
	pool, err := pgxpool.ConnectConfig(ctx, config)
	die(err)
	// Consuming and publishing on connections of their own, as RabbitMQ advises.
	consuming, err := amqp.Dial(os.Getenv("BENCH_AMQP_URL"))
	die(err)
	publishing, err := amqp.Dial(os.Getenv("BENCH_AMQP_URL"))
	die(err)
	relay, err := newRelay(pool, publishing, os.Getenv("BENCH_OUT"))
	die(err)
	p := &peer{pool: pool, relay: relay}
	channel, err := consuming.Channel()
	die(err)
	die(channel.Qos(setting("BENCH_PREFETCH", 1000), 0, false))
	source, err := channel.Consume(os.Getenv("BENCH_IN"), "", false, false, false, false, nil)
	die(err)
	deliveries := make(chan amqp.Delivery, 1000)
	var first sync.Once
	var began time.Time
	go func() {
		for delivery := range source {
			first.Do(func() { began = time.Now() })
			deliveries <- delivery
		}
		close(deliveries)
	}()
	go func() { die(relay.publish(ctx)) }()
	go func() { die(relay.mark(ctx)) }()
	left, err := relay.leftOver(ctx)
	die(err)
	p.sent.Add(left)
	if mode == "batched" {
		p.batches(ctx, deliveries)
	} else {
		p.singles(ctx, deliveries, workers)
	}
	fmt.Println("ready")
	var marked int64
	// The last order may be acknowledged after the last message is marked, hence the tick.
	tick := time.NewTicker(5 * time.Millisecond)
	for p.done.Load() < count || marked < p.sent.Load() {
		select {
		case n := <-relay.marked:
			marked += int64(n)
		case <-tick.C:
		}
	}
	seconds := time.Since(began).Seconds()
	fmt.Println("finished")
	check := "ok"
	var orders, unsent int64
	die(pool.QueryRow(ctx, "select (select count(*) from orders), (select count(*) from outbox where sent_at is null)").
		Scan(&orders, &unsent))
	if orders != count || unsent != 0 {
		check = fmt.Sprintf("%d orders, %d unsent", orders, unsent)
	}
	die(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"measure": "peer", "system": "go-" + mode, "orders": count, "seconds": seconds,
		"rate": float64(count) / seconds, "check": check}))
	die(consuming.Close())
	die(publishing.Close())
}
