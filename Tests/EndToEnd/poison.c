// Preloaded before GMime, this makes parsing a message crash or stall by a parameter of its type, as a real flaw of a parser
// would: neither can be caught from within.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define LOOKED_AT 4096

void g_mime_parser_init_with_stream(void *parser, void *stream) {
    long (*tell)(void *) = dlsym(RTLD_DEFAULT, "g_mime_stream_tell");
    long (*seek)(void *, long, int) = dlsym(RTLD_DEFAULT, "g_mime_stream_seek");
    ssize_t (*read)(void *, char *, size_t) = dlsym(RTLD_DEFAULT, "g_mime_stream_read");
    void (*next)(void *, void *) = dlsym(RTLD_NEXT, "g_mime_parser_init_with_stream");
    char head[LOOKED_AT + 1];
    long start = tell(stream);
    ssize_t count = read(stream, head, LOOKED_AT);
    head[count > 0 ? count : 0] = 0;
    seek(stream, start, 0);
    if (strstr(head, "x-poison=crashes")) raise(SIGSEGV);
    while (strstr(head, "x-poison=stalls")) pause();
    next(parser, stream);
}
