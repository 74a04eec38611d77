package main

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

type order struct {
	OrderID  string `json:"orderId"`
	Revision int32  `json:"revision"`
	Customer struct {
		Code string `json:"code"`
	} `json:"customer"`
	Branch       string          `json:"branch"`
	BusinessLine string          `json:"businessLine"`
	PlacedAt     time.Time       `json:"placedAt"`
	Currency     string          `json:"currency"`
	SalesOwner   string          `json:"salesOwner"`
	RawLines     json.RawMessage `json:"lines"`
}

type line struct {
	Line        int    `json:"line"`
	ServiceItem string `json:"serviceItem"`
	Quantity    string `json:"quantity"`
	Unit        string `json:"unit"`
	Revenue     string `json:"revenue"`
	Cost        string `json:"cost"`
}

// amount reads a decimal string as ten-thousandths.
func amount(text string) (int64, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	negative := strings.HasPrefix(whole, "-")
	digits := strings.TrimPrefix(whole, "-") + (fraction + "0000")[:4]
	if len(fraction) > 4 || len(digits) > 19 || len(digits) == 4 {
		return 0, fmt.Errorf("not an amount: %q", text)
	}
	var units int64
	for _, digit := range digits {
		if digit < '0' || digit > '9' {
			return 0, fmt.Errorf("not an amount: %q", text)
		}
		units = units*10 + int64(digit-'0')
	}
	if negative {
		units = -units
	}
	return units, nil
}

func decimal(units int64) string {
	sign := ""
	if units < 0 {
		sign, units = "-", -units
	}
	return fmt.Sprintf("%s%d.%04d", sign, units/10000, units%10000)
}

// outgoing is a row of the outbox.
type outgoing struct {
	id         [16]byte
	routingKey string
	orderID    string
	body       []byte
}

func (o outgoing) text() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", o.id[:4], o.id[4:6], o.id[6:8], o.id[8:10], o.id[10:])
}

// identifier is a UUID that grows with time (version 7).
func identifier() [16]byte {
	var id [16]byte
	_, _ = rand.Read(id[6:])
	binary.BigEndian.PutUint16(id[:2], uint16(time.Now().UnixMilli()>>32))
	binary.BigEndian.PutUint32(id[2:6], uint32(time.Now().UnixMilli()))
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// handled is what an order came to.
type handled struct {
	source, messageID, messageType string
	order                          order
	revenue, cost                  int64
	severity                       *string
	events                         []outgoing
}

type event struct {
	SpecVersion     string         `json:"specversion"`
	ID              string         `json:"id"`
	Source          string         `json:"source"`
	Type            string         `json:"type"`
	Time            time.Time      `json:"time"`
	DataContentType string         `json:"datacontenttype"`
	CausationID     string         `json:"causationid"`
	Data            map[string]any `json:"data"`
}

func (h *handled) tell(messageType string, data map[string]any) error {
	out := outgoing{id: identifier(), routingKey: messageType, orderID: h.order.OrderID}
	body, err := json.Marshal(event{
		SpecVersion: "1.0", ID: out.text(), Source: "peer.finance", Type: messageType, Time: time.Now().UTC(),
		DataContentType: "application/json", CausationID: h.messageID, Data: data})
	out.body = body
	h.events = append(h.events, out)
	return err
}

// handle decodes an order and decides about it: margin, alert, decision.
func handle(source, messageID, messageType string, body []byte) (*handled, error) {
	h := &handled{source: source, messageID: messageID, messageType: messageType}
	if source == "" || messageID == "" || messageType != "order.placed.v1" {
		return nil, errors.New("an attribute is missing or unknown")
	}
	if err := json.Unmarshal(body, &h.order); err != nil {
		return nil, err
	}
	o := &h.order
	var lines []line
	if err := json.Unmarshal(o.RawLines, &lines); err != nil {
		return nil, err
	}
	if o.OrderID == "" || o.Revision < 1 || o.Customer.Code == "" || o.Branch == "" || o.BusinessLine == "" ||
		o.Currency == "" || o.PlacedAt.IsZero() || len(lines) == 0 || len(lines) > 500 {
		return nil, errors.New("a field is missing")
	}
	for _, l := range lines {
		revenue, err := amount(l.Revenue)
		if err != nil {
			return nil, err
		}
		h.revenue += revenue
		if l.Cost != "" {
			cost, err := amount(l.Cost)
			if err != nil {
				return nil, err
			}
			h.cost += cost
		}
	}
	margin := h.revenue - h.cost
	if margin < 0 {
		h.severity = new(string)
		*h.severity = "negative"
	} else if h.revenue > 0 && margin*100 < h.revenue*5 {
		h.severity = new(string)
		*h.severity = "low"
	}
	if err := h.tell("finance.order-decided.v1", map[string]any{
		"source": source, "orderId": o.OrderID, "revision": o.Revision, "customerCode": o.Customer.Code,
		"businessLine": o.BusinessLine, "branch": o.Branch, "decision": "accepted", "rule": "open",
		"decidedAt": time.Now().UTC()}); err != nil {
		return nil, err
	}
	if h.severity == nil {
		return h, nil
	}
	return h, h.tell("finance.margin-alert-raised.v1", map[string]any{
		"level": "order", "severity": *h.severity, "orderId": o.OrderID, "source": source,
		"customerCode": o.Customer.Code, "businessLine": o.BusinessLine, "branch": o.Branch,
		"salesOwner": o.SalesOwner, "revenue": decimal(h.revenue), "cost": decimal(h.cost),
		"margin": decimal(margin), "threshold": "0.05", "currency": o.Currency, "provisional": false,
		"raisedAt": time.Now().UTC()})
}
