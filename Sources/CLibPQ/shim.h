// libpq 15 and later, and the two Linux calls that its waiting needs.
#pragma once
#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>

// Cancelling, under one name for both generations of libpq: 17 brought a call that encrypts the request when the
// connection is encrypted; before it the request is plain. `make` belongs to the connection's thread, `send` blocks
// and may run on any other, `free` comes last.
#ifdef LIBPQ_HAS_ASYNC_CANCEL
static inline PGcancelConn *postrider_cancel_make(PGconn *connection) { return PQcancelCreate(connection); }
static inline int postrider_cancel_send(PGcancelConn *cancel) {
    int sent = PQcancelBlocking(cancel);
    PQcancelReset(cancel);
    return sent;
}
static inline void postrider_cancel_free(PGcancelConn *cancel) { PQcancelFinish(cancel); }
#else
static inline PGcancel *postrider_cancel_make(PGconn *connection) { return PQgetCancel(connection); }
static inline int postrider_cancel_send(PGcancel *cancel) {
    char reason[256];
    return PQcancel(cancel, reason, sizeof reason);
}
static inline void postrider_cancel_free(PGcancel *cancel) { PQfreeCancel(cancel); }
#endif
