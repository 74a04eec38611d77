-- Who a node is now, to whoever asks as far as the tables are seen.
create or replace view graph_party with (security_invoker = true) as
select n.node, coalesce(a.customer_id, n.own_id) as party_id, n.role, n.source, n.code,
    coalesce(c.name, a.name, n.name) as name
from graph_node n
left join account a on n.role = 'customer' and a.source = n.source and a.code = n.code
left join customer c on c.customer_id = a.customer_id;
