-- What is left of a supplier's invoice and is less than its currency's smallest unit is rounding, a row without a payment's
-- number: so it is for those that stand in the books already.
with residue as (
    select r.source, r.invoice_id, r.amount - r.paid as amount, greatest(r.issued_at, l.at) as at,
        greatest(r.issued_day, l.day) as day
    from supplier_invoice r
    left join lateral (
        select max(a.paid_at) as at, max(a.paid_day) as day from supplier_allocation a
        where a.source = r.source and a.invoice_id = r.invoice_id and a.applied > 0
    ) l on true
    where r.settled_day is null and r.amount > r.paid and r.amount - r.paid < case
        when r.currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND',
            'VUV', 'XAF', 'XOF', 'XPF') then 1
        when r.currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 0.001
        when r.currency in ('CLF', 'UYW', 'XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XPD', 'XPT', 'XSU', 'XUA')
            then 0.0001
        else 0.01 end
), written as (
    insert into supplier_allocation (source, invoice_id, payment_id, paid_at, paid_day, amount, applied)
    select source, invoice_id, '', at, day, amount, amount from residue
), marked as (
    insert into view_mark (kind, source, id) select 2, source, invoice_id from residue
)
update supplier_invoice r set paid = r.amount, settled_day = residue.day
from residue where r.source = residue.source and r.invoice_id = residue.invoice_id;
