-- Both ends of a relation are written or found in the transaction that writes it, and no node is ever taken away: to look
-- each up once more for every new relation took as long as writing it.
-- Locked in the order in which a running copy comes to them.
lock table graph_node, relation in access exclusive mode;
alter table relation drop constraint relation_from_node_fkey, drop constraint relation_to_node_fkey;
