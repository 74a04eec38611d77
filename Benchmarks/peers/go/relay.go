package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v4/pgxpool"
	amqp "github.com/rabbitmq/amqp091-go"
)

// relay publishes rows of the outbox with confirms, and marks in one statement those that are confirmed by then.
type relay struct {
	pool    *pgxpool.Pool
	channel *amqp.Channel
	out     string
	rows    chan outgoing
	pending chan pending
	marked  chan int
}

type pending struct {
	id      [16]byte
	confirm *amqp.DeferredConfirmation
}

const window = 1000

func newRelay(pool *pgxpool.Pool, connection *amqp.Connection, out string) (*relay, error) {
	channel, err := connection.Channel()
	if err != nil {
		return nil, err
	}
	if err := channel.Confirm(false); err != nil {
		return nil, err
	}
	r := &relay{pool: pool, channel: channel, out: out, rows: make(chan outgoing, window),
		pending: make(chan pending, window), marked: make(chan int, window)}
	returns := channel.NotifyReturn(make(chan amqp.Return, 1))
	go func() {
		if returned, ok := <-returns; ok {
			die(fmt.Errorf("a message was returned: %s", returned.ReplyText))
		}
	}()
	return r, nil
}

// leftOver takes up what a former run has not sent.
func (r *relay) leftOver(ctx context.Context) (count int64, err error) {
	rows, err := r.pool.Query(ctx, "select id, routing_key, order_id, body from outbox where sent_at is null order by id")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var row outgoing
		var body string
		if err := rows.Scan(&row.id, &row.routingKey, &row.orderID, &body); err != nil {
			return count, err
		}
		count++
		row.body = []byte(body)
		r.rows <- row
	}
	return count, rows.Err()
}

// headers repeats the attributes of the event, as the contract wants it.
func headers(id string, row outgoing) amqp.Table {
	return amqp.Table{
		"cloudEvents_specversion": "1.0", "cloudEvents_id": id, "cloudEvents_source": "peer.finance",
		"cloudEvents_type": row.routingKey, "cloudEvents_time": time.Now().UTC().Format(time.RFC3339Nano),
		"cloudEvents_subject": row.orderID, "cloudEvents_correlationid": row.orderID,
		"cloudEvents_causationid": row.orderID, "cloudEvents_partitionkey": row.orderID}
}

func (r *relay) publish(ctx context.Context) error {
	for row := range r.rows {
		id := row.text()
		confirm, err := r.channel.PublishWithDeferredConfirmWithContext(ctx, r.out, row.routingKey, true, false, amqp.Publishing{
			ContentType: "application/cloudevents+json", DeliveryMode: amqp.Persistent, MessageId: id,
			Type: row.routingKey, AppId: "peer.finance", CorrelationId: row.orderID, Timestamp: time.Now(),
			Headers: headers(id, row), Body: row.body})
		if err != nil {
			return err
		}
		r.pending <- pending{row.id, confirm}
	}
	close(r.pending)
	return nil
}

func (r *relay) mark(ctx context.Context) error {
	for {
		first, open := <-r.pending
		if !open {
			close(r.marked)
			return nil
		}
		batch := []pending{first}
	collect:
		for len(batch) < window {
			select {
			case next, open := <-r.pending:
				if !open {
					break collect
				}
				batch = append(batch, next)
			default:
				break collect
			}
		}
		ids := make([][16]byte, len(batch))
		for i, p := range batch {
			if !p.confirm.Wait() {
				return fmt.Errorf("the broker refused a message")
			}
			ids[i] = p.id
		}
		if _, err := r.pool.Exec(ctx, "update outbox set sent_at = now() where id = any($1::uuid[])", ids); err != nil {
			return err
		}
		r.marked <- len(ids)
	}
}
