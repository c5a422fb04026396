// zlib 1.2 and later. Its two initialisers are macros that pass the version and the structure's size along.
#pragma once
// Input is not written to.
#define ZLIB_CONST
#include <zlib.h>

// Raw deflate: neither a header nor a check sum, as RFC 4978 has it.
static inline int postrider_deflate_begin(z_stream *stream, int level, int window_bits, int memory_level) {
    return deflateInit2(stream, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY);
}
static inline int postrider_inflate_begin(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
