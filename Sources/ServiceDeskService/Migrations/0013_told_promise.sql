-- Of which promise it was said that it is about to break: by when it is to be kept.
alter table complaint
    add column promise_told timestamptz;
