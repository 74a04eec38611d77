-- What somebody decided about a customer by its identifier holds for whoever that is now: an identifier names the account
-- that it was made of, whether that is merged into another customer or not.
create or replace function account_party(source text, code text) returns text language sql stable as $$
    -- A UUID version 8 over source and code, as all services derive it.
    select substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-8' || substr(h, 14, 3) || '-'
        || substr('89ab', (strpos('0123456789abcdef', substr(h, 17, 1)) - 1) % 4 + 1, 1) || substr(h, 18, 3)
        || '-' || substr(h, 21, 12)
    from encode(sha256(convert_to('8:customer' || octet_length(source) || ':' || source
        || octet_length(code) || ':' || code, 'UTF8')), 'hex') as h
$$;
