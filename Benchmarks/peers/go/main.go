// The finance slice as users of amqp091-go and pgx write it: orders in from a quorum queue, inbox, order row, margin, alert
// and decision through an outbox, published with confirms, then acknowledged.
//
// usage: peer QUEUE OUT ORDERS WORKERS BATCH     (broker and database by $PEER_AMQP_URL and $PEER_POSTGRES_URL)
//
// WORKERS goroutines with a channel of their own each; each takes up to BATCH deliveries that are there, handles them in one
// transaction, publishes what it recorded, waits for the confirms, removes the outbox rows and acknowledges. Ends when ORDERS
// orders were handled.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v4"
	amqp "github.com/rabbitmq/amqp091-go"
)

type line struct {
	Revenue string `json:"revenue"`
	Cost    string `json:"cost"`
}

type order struct {
	OrderID  string `json:"orderId"`
	Revision int    `json:"revision"`
	Customer struct {
		Code string `json:"code"`
	} `json:"customer"`
	Branch       string    `json:"branch"`
	BusinessLine string    `json:"businessLine"`
	PlacedAt     time.Time `json:"placedAt"`
	Currency     string    `json:"currency"`
	Lines        []line    `json:"lines"`
}

type event struct {
	outbox    int64
	id, kind  string
	body      []byte
	confirmed *amqp.DeferredConfirmation
}

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %s: %v\n", what, err)
		os.Exit(1)
	}
}

func sum(lines []line) (*big.Rat, *big.Rat) {
	revenue, cost := new(big.Rat), new(big.Rat)
	for _, l := range lines {
		amount := new(big.Rat)
		if _, ok := amount.SetString(l.Revenue); ok {
			revenue.Add(revenue, amount)
		}
		amount = new(big.Rat)
		if _, ok := amount.SetString(l.Cost); ok {
			cost.Add(cost, amount)
		}
	}
	return revenue, cost
}

// The default policy: a loss is negative, below five per cent is low.
func severity(revenue, cost *big.Rat) string {
	margin := new(big.Rat).Sub(revenue, cost)
	if margin.Sign() < 0 {
		return "negative"
	}
	if revenue.Sign() > 0 && new(big.Rat).Mul(margin, big.NewRat(20, 1)).Cmp(revenue) < 0 {
		return "low"
	}
	return ""
}

func transact(ctx context.Context, database *pgx.Conn, deliveries []amqp.Delivery) ([]*event, error) {
	transaction, err := database.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer transaction.Rollback(ctx)
	batch := &pgx.Batch{}
	for _, delivery := range deliveries {
		batch.Queue("insert into inbox (source, message_id) values ($1, $2) on conflict do nothing", delivery.AppId, delivery.MessageId)
	}
	results := transaction.SendBatch(ctx, batch)
	fresh := make([]amqp.Delivery, 0, len(deliveries))
	for _, delivery := range deliveries {
		tag, err := results.Exec()
		if err != nil {
			results.Close()
			return nil, err
		}
		if tag.RowsAffected() == 1 {
			fresh = append(fresh, delivery)
		}
	}
	if err := results.Close(); err != nil {
		return nil, err
	}
	var events []*event
	batch = &pgx.Batch{}
	for _, delivery := range fresh {
		var o order
		if err := json.Unmarshal(delivery.Body, &o); err != nil {
			return nil, err
		}
		revenue, cost := sum(o.Lines)
		batch.Queue(`insert into orders (source, order_id, revision, customer, branch, business_line, currency, placed_at, revenue, cost, decision)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::numeric, $10::text::numeric, 'accepted') on conflict (source, order_id) do update
			set revision = excluded.revision, revenue = excluded.revenue, cost = excluded.cost where orders.revision < excluded.revision`,
			delivery.AppId, o.OrderID, o.Revision, o.Customer.Code, o.Branch, o.BusinessLine, o.Currency, o.PlacedAt,
			revenue.FloatString(4), cost.FloatString(4))
		add := func(kind, field, value string) {
			body, _ := json.Marshal(map[string]string{"source": delivery.AppId, "orderId": o.OrderID, field: value,
				"revenue": revenue.FloatString(2), "cost": cost.FloatString(2), "currency": o.Currency,
				"customer": o.Customer.Code, "branch": o.Branch, "businessLine": o.BusinessLine})
			events = append(events, &event{id: kind + "-" + o.OrderID, kind: kind, body: body})
		}
		add("finance.order-decided.v1", "decision", "accepted")
		if found := severity(revenue, cost); found != "" {
			batch.Queue("insert into alert (source, order_id, severity) values ($1, $2, $3) on conflict do nothing", delivery.AppId, o.OrderID, found)
			add("finance.margin-alert-raised.v1", "severity", found)
		}
	}
	statements := batch.Len()
	for _, e := range events {
		batch.Queue("insert into outbox (message_id, type, body) values ($1, $2, $3) returning id", e.id, e.kind, string(e.body))
	}
	results = transaction.SendBatch(ctx, batch)
	for range make([]struct{}, statements) {
		if _, err := results.Exec(); err != nil {
			results.Close()
			return nil, err
		}
	}
	for _, e := range events {
		if err := results.QueryRow().Scan(&e.outbox); err != nil {
			results.Close()
			return nil, err
		}
	}
	if err := results.Close(); err != nil {
		return nil, err
	}
	return events, transaction.Commit(ctx)
}

func work(broker *amqp.Connection, in, out string, most int, handled *int64, orders int64, done chan<- struct{}) {
	ctx := context.Background()
	database, err := pgx.Connect(ctx, os.Getenv("PEER_POSTGRES_URL"))
	check(err, "connecting to the database")
	channel, err := broker.Channel()
	check(err, "opening a channel")
	check(channel.Confirm(false), "switching to confirms")
	check(channel.Qos(most*2, 0, false), "setting the prefetch")
	deliveries, err := channel.Consume(in, "", false, false, false, false, nil)
	check(err, "subscribing")
	for first := range deliveries {
		batch := []amqp.Delivery{first}
	more:
		for len(batch) < most {
			select {
			case next, open := <-deliveries:
				if !open {
					break more
				}
				batch = append(batch, next)
			default:
				break more
			}
		}
		events, err := transact(ctx, database, batch)
		check(err, "handling a batch")
		for _, e := range events {
			e.confirmed, err = channel.PublishWithDeferredConfirmWithContext(ctx, "", out, true, false, amqp.Publishing{
				ContentType: "application/json", DeliveryMode: amqp.Persistent, MessageId: e.id, Type: e.kind, Body: e.body})
			check(err, "publishing")
		}
		identifiers := make([]int64, 0, len(events))
		for _, e := range events {
			if !e.confirmed.Wait() {
				check(fmt.Errorf("refused"), "a confirm")
			}
			identifiers = append(identifiers, e.outbox)
		}
		_, err = database.Exec(ctx, "delete from outbox where id = any($1)", identifiers)
		check(err, "removing what was confirmed")
		check(batch[len(batch)-1].Ack(true), "acknowledging")
		if atomic.AddInt64(handled, int64(len(batch))) >= orders {
			select {
			case done <- struct{}{}:
			default:
			}
		}
	}
}

func main() {
	if len(os.Args) < 6 {
		fmt.Fprintln(os.Stderr, "usage: peer QUEUE OUT ORDERS WORKERS BATCH")
		os.Exit(64)
	}
	orders, _ := strconv.ParseInt(os.Args[3], 10, 64)
	workers, _ := strconv.Atoi(os.Args[4])
	batch, _ := strconv.Atoi(os.Args[5])
	broker, err := amqp.Dial(os.Getenv("PEER_AMQP_URL"))
	check(err, "connecting to the broker")
	var handled int64
	var group sync.WaitGroup
	done := make(chan struct{}, 1)
	for i := 0; i < workers; i++ {
		group.Add(1)
		go work(broker, os.Args[1], os.Args[2], batch, &handled, orders, done)
	}
	fmt.Println("ready")
	<-done
}
