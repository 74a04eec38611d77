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
