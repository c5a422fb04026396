// GMime 3.2 and GLib. Their type-check and cast macros are not visible to Swift; each shim names one.
#pragma once
#include <gmime/gmime.h>
#include <iconv.h>

static inline int postrider_gmime_is_multipart(GMimeObject *object) { return GMIME_IS_MULTIPART(object); }
static inline int postrider_gmime_is_part(GMimeObject *object) { return GMIME_IS_PART(object); }
static inline GMimeMultipart *postrider_gmime_multipart(GMimeObject *object) { return GMIME_MULTIPART(object); }
static inline GMimePart *postrider_gmime_part(GMimeObject *object) { return GMIME_PART(object); }
static inline GMimeStreamMem *postrider_gmime_stream_mem(GMimeStream *stream) { return GMIME_STREAM_MEM(stream); }
static inline GMimeStreamFs *postrider_gmime_stream_fs(GMimeStream *stream) { return GMIME_STREAM_FS(stream); }
static inline GType postrider_gmime_type_part(void) { return GMIME_TYPE_PART; }

static inline InternetAddressMailbox *postrider_gmime_mailbox(InternetAddress *address) {
    return INTERNET_ADDRESS_IS_MAILBOX(address) ? INTERNET_ADDRESS_MAILBOX(address) : NULL;
}

static inline InternetAddressGroup *postrider_gmime_group(InternetAddress *address) {
    return INTERNET_ADDRESS_IS_GROUP(address) ? INTERNET_ADDRESS_GROUP(address) : NULL;
}

static inline void postrider_gmime_unref(void *object) { g_object_unref(object); }

// `(iconv_t) -1`, the failure of iconv_open, which Swift can't spell.
static inline int postrider_iconv_failed(iconv_t converter) { return converter == (iconv_t)-1; }

// GNU's memmem, hidden from Swift by the feature macros that its Glibc module is built with.
extern void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);

static inline const void *postrider_find(const void *bytes, size_t length, const void *text, size_t text_length) {
    return memmem(bytes, length, text, text_length);
}
