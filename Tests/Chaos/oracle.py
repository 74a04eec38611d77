"""What finance must come to, by one pass over the operations in order: no queue, no batch, no second time.

Written apart from the services: it reads what the operations are about, never a message's bytes or a service's table.
"""
from decimal import Decimal


def orders(operations):
    """Of each order that came: revision, whether cancelled, revenue, revenue and cost of the lines whose cost is known,
    and the alert that must stand open (margin below nought, or below 5 % of revenue)."""
    placed, cancelled, costs = {}, {}, {}
    for operation in operations:
        about = operation.about
        if "lines" in about and about["revision"] > placed.get(about["order"], {"revision": 0})["revision"]:
            placed[about["order"]] = about
        elif about.get("cancels"):
            cancelled[about["order"]] = about["revision"]
        elif "cost" in about and "line" in about:
            costs[about["order"], about["line"]] = about["cost"]
    result = {}
    for order, about in placed.items():
        known_revenue = cost = revenue = Decimal(0)
        count = 0
        for line in about["lines"]:
            revenue += line["revenue"]
            known = line["cost"] if line["cost"] is not None else costs.get((order, line["line"]))
            if known is not None:
                known_revenue += line["revenue"]
                cost += known
                count += 1
        is_cancelled = order in cancelled
        margin = known_revenue - cost
        alert = None
        if count and not is_cancelled:
            alert = "negative" if margin < 0 else "low" if known_revenue > 0 and margin * 20 < known_revenue else None
        result[order] = {
            "revision": max(about["revision"], cancelled.get(order, 0)), "cancelled": is_cancelled, "revenue": revenue,
            "known_revenue": known_revenue, "cost": cost, "alert": alert,
        }
    return result


def receivables(operations):
    """Of each invoice: what it is over and what has been paid of it."""
    amounts, paid = {}, {}
    for operation in operations:
        about = operation.about
        if "amount" in about:
            amounts[about["invoice"]] = about["amount"]
        elif "paid" in about:
            paid[about["invoice"]] = about["paid"]
    return {invoice: (amount, paid.get(invoice, Decimal(0))) for invoice, amount in amounts.items()}
