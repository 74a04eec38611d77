#pragma once

#include <stddef.h>
#include <string.h>
#include <zlib.h>

/// Unpacks a whole entry of an archive, which is deflated without a header. Returns how many bytes it has, or -1 when it
/// is damaged or has more than `room`.
static inline long waybill_inflate(const unsigned char *packed, size_t size, unsigned char *whole, size_t room) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (size > 0x7FFFFFFF || room > 0x7FFFFFFF) return -1;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return -1;
    stream.next_in = (unsigned char *)packed;
    stream.avail_in = (uInt)size;
    stream.next_out = whole;
    stream.avail_out = (uInt)room;
    int result = inflate(&stream, Z_FINISH);
    long written = (long)stream.total_out;
    inflateEnd(&stream);
    return result == Z_STREAM_END ? written : -1;
}

static inline unsigned long waybill_crc(const unsigned char *bytes, size_t size) {
    return crc32(crc32(0L, Z_NULL, 0), bytes, (uInt)size);
}

/// Packs a whole entry of an archive, deflated without a header. Returns how many bytes it wrote, or -1 when `room` was too
/// small; a room of `waybill_gzip_room` is enough.
static inline long waybill_deflate(const unsigned char *whole, size_t size, unsigned char *packed, size_t room) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (size > 0x7FFFFFFF || room > 0x7FFFFFFF) return -1;
    if (deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
    stream.next_in = (unsigned char *)whole;
    stream.avail_in = (uInt)size;
    stream.next_out = packed;
    stream.avail_out = (uInt)room;
    int result = deflate(&stream, Z_FINISH);
    long written = (long)stream.total_out;
    deflateEnd(&stream);
    return result == Z_STREAM_END ? written : -1;
}

/// Packs bytes for gzip (RFC 1952), as well as it can. Returns how many bytes it wrote, or -1 when `room` was too small; a
/// room of `waybill_gzip_room` is enough.
static inline long waybill_gzip(const unsigned char *whole, size_t size, unsigned char *packed, size_t room, int level) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (size > 0x7FFFFFFF || room > 0x7FFFFFFF) return -1;
    if (deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
    stream.next_in = (unsigned char *)whole;
    stream.avail_in = (uInt)size;
    stream.next_out = packed;
    stream.avail_out = (uInt)room;
    int result = deflate(&stream, Z_FINISH);
    long written = (long)stream.total_out;
    deflateEnd(&stream);
    return result == Z_STREAM_END ? written : -1;
}

/// The most bytes that so many take in gzip.
static inline size_t waybill_gzip_room(size_t size) { return compressBound((uLong)size) + 18; }
