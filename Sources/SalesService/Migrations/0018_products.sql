-- What is sold: units, items of units, products of items, each in versions. What a version says never changes, only what is decided
-- of it. One person proposes, another approves.
create table product_version (
    level         text         not null,
    code          text         not null,
    version       integer      not null,
    content       jsonb        not null,
    state         text         not null,
    proposed_by   text         not null,
    proposed_at   timestamptz  not null,
    decided_by    text,
    decided_at    timestamptz,
    verdict_note  text,
    primary key (level, code, version)
);
create index product_version_waiting on product_version (level) where state = 'proposed';

-- The group's own lines. No rule gives them a price or a cost yet: those are for whoever knows them to propose.
insert into product_version (level, code, version, content, state, proposed_by, proposed_at, decided_by, decided_at)
select s.level, s.code, 1,
    jsonb_strip_nulls(jsonb_build_object(
        'level', s.level, 'code', s.code, 'version', 1, 'name', s.name, 'nameInChinese', s.chinese,
        'businessLine', s.line, 'unit', s.unit, 'measure', s.measure, 'parts', s.parts, 'validFrom', '2020-01-01',
        'at', '2020-01-01T00:00:00+08:00', 'by', 'waybill')),
    'approved', 'waybill', timestamptz '2020-01-01 00:00:00+08', 'waybill', timestamptz '2020-01-01 00:00:00+08'
from (
    select 'unit' as level, u.code, u.name, u.chinese, u.line, u.unit, u.measure, null::jsonb as parts
    from (values
        ('pallet-in', 'Pallet received', '托盘入库', 'warehousing', 'pallet', 'Put away within 24 hours of arrival'),
        ('pallet-day', 'Pallet in store for a day', '托盘仓储（天）', 'warehousing', 'pallet-day', 'Stock agrees with the count of the month'),
        ('pallet-out', 'Pallet dispatched', '托盘出库', 'warehousing', 'pallet', 'Left on the day that was asked for'),
        ('order-line', 'Order line picked', '订单行拣选', 'warehousing', 'line', 'Right item and quantity'),
        ('replenishment', 'Replenishment to the line', '产线补货', 'warehousing', 'delivery', 'At the line within the agreed time'),
        ('part-issued', 'Spare part issued', '备件发放', 'warehousing', 'piece', 'Issued within two hours of the call'),
        ('piece-reworked', 'Piece reworked', '返工件', 'value-added', 'piece', 'Passed the inspection the first time'),
        ('piece-labelled', 'Piece labelled', '贴标件', 'value-added', 'piece', 'Label is right and can be read'),
        ('piece-assembled', 'Piece assembled', '组装件', 'value-added', 'piece', 'Passed the inspection the first time'),
        ('edi-message', 'EDI message exchanged', 'EDI 报文', 'information', 'message', 'Acknowledged within an hour'),
        ('customs-entry', 'Customs entry', '报关单', 'customs', 'entry', 'Released without an amendment'),
        ('air-kg', 'Air carriage by weight', '空运重量', 'air-freight', 'kg', 'Flown as booked'),
        ('sea-cbm', 'Sea carriage by volume', '海运体积', 'sea-freight', 'cbm', 'Shipped on the booked vessel'),
        ('sea-container', 'Sea carriage by container', '海运集装箱', 'sea-freight', 'container', 'Shipped on the booked vessel'),
        ('road-kg', 'Road carriage by weight', '陆运重量', 'road-freight', 'kg', 'Delivered on the promised day'),
        ('road-trip', 'Full truck', '整车', 'road-freight', 'trip', 'Delivered in the promised window'),
        ('express-kg', 'Express by weight', '快递重量', 'express', 'kg', 'Delivered on the promised day')
    ) as u(code, name, chinese, line, unit, measure)
    union all
    -- Of each item its units, and by what their quantity follows.
    select 'item', i.code, i.name, i.chinese, i.line, null, null, i.parts::jsonb
    from (values
        ('receiving', 'Receiving', '收货', 'warehousing',
            '[{"code": "pallet-in", "driver": "Pallets that arrive"}]'),
        ('storage', 'Storage', '仓储', 'warehousing',
            '[{"code": "pallet-day", "driver": "Pallets in store at the end of each day"}]'),
        ('picking', 'Picking and dispatch', '拣选与发货', 'warehousing',
            '[{"code": "order-line", "driver": "Lines ordered"}, {"code": "pallet-out", "driver": "Pallets that leave"}]'),
        ('line-supply', 'Supply of the line', '产线配送', 'warehousing',
            '[{"code": "replenishment", "driver": "Deliveries that are called"}]'),
        ('part-issue', 'Issue of spare parts', '备件发放', 'warehousing',
            '[{"code": "part-issued", "driver": "Parts called"}]'),
        ('reworking', 'Rework', '返工', 'value-added',
            '[{"code": "piece-reworked", "driver": "Pieces"}]'),
        ('labelling', 'Labelling', '贴标', 'value-added',
            '[{"code": "piece-labelled", "driver": "Pieces"}]'),
        ('assembling', 'Assembly', '组装', 'value-added',
            '[{"code": "piece-assembled", "driver": "Pieces"}]'),
        ('data-exchange', 'Data exchange', '数据交换', 'information',
            '[{"code": "edi-message", "driver": "Messages"}]'),
        ('clearance', 'Customs clearance', '报关', 'customs',
            '[{"code": "customs-entry", "driver": "Entries"}]'),
        ('air-carriage', 'Air carriage', '空运', 'air-freight',
            '[{"code": "air-kg", "driver": "Chargeable weight"}]'),
        ('sea-groupage', 'Sea carriage, less than a container', '海运拼箱', 'sea-freight',
            '[{"code": "sea-cbm", "driver": "Volume"}]'),
        ('sea-container-carriage', 'Sea carriage, full container', '海运整箱', 'sea-freight',
            '[{"code": "sea-container", "driver": "Containers"}]'),
        ('road-groupage', 'Road carriage, less than a truck', '零担', 'road-freight',
            '[{"code": "road-kg", "driver": "Chargeable weight"}]'),
        ('road-full-truck', 'Road carriage, full truck', '整车运输', 'road-freight',
            '[{"code": "road-trip", "driver": "Trips"}]'),
        ('express-carriage', 'Express', '快递', 'express',
            '[{"code": "express-kg", "driver": "Chargeable weight"}]')
    ) as i(code, name, chinese, line, parts)
    union all
    -- Of each product its items; what may be left out is an option.
    select 'product', p.code, p.name, p.chinese, p.line, null, null, p.parts::jsonb
    from (values
        ('vmi', 'Vendor-managed inventory', '供应商管理库存（VMI）', 'warehousing',
            '[{"code": "receiving"}, {"code": "storage"}, {"code": "line-supply"}, {"code": "labelling", "isOption": true}, {"code": "data-exchange", "isOption": true}]'),
        ('dc', 'Distribution centre', '配送中心（DC）', 'warehousing',
            '[{"code": "receiving"}, {"code": "storage"}, {"code": "picking"}, {"code": "data-exchange", "isOption": true}]'),
        ('spare-parts', 'Spare parts', '备件管理', 'warehousing',
            '[{"code": "receiving"}, {"code": "storage"}, {"code": "part-issue"}]'),
        ('rework', 'Rework', '返工', 'value-added',
            '[{"code": "reworking"}]'),
        ('labelling', 'Labelling', '贴标', 'value-added',
            '[{"code": "labelling"}]'),
        ('assembly', 'Assembly', '组装', 'value-added',
            '[{"code": "assembling"}]'),
        ('edi', 'EDI', '电子数据交换（EDI）', 'information',
            '[{"code": "data-exchange"}]'),
        ('customs', 'Customs', '报关', 'customs',
            '[{"code": "clearance"}]'),
        ('air', 'Air freight', '空运', 'air-freight',
            '[{"code": "air-carriage"}, {"code": "clearance", "isOption": true}]'),
        ('sea', 'Sea freight, full container', '海运整箱', 'sea-freight',
            '[{"code": "sea-container-carriage"}, {"code": "clearance", "isOption": true}]'),
        ('sea-lcl', 'Sea freight, less than a container', '海运拼箱', 'sea-freight',
            '[{"code": "sea-groupage"}, {"code": "clearance", "isOption": true}]'),
        ('road', 'Road freight, less than a truck', '公路零担', 'road-freight',
            '[{"code": "road-groupage"}]'),
        ('road-ftl', 'Road freight, full truck', '公路整车', 'road-freight',
            '[{"code": "road-full-truck"}]'),
        ('express', 'Express', '快递', 'express',
            '[{"code": "express-carriage"}]')
    ) as p(code, name, chinese, line, parts)
) s;
