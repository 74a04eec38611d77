-- Every order is written twice, as it is placed and as finance decides it: with room beside it the second time touches no
-- index.
alter table orders set (fillfactor = 60);
