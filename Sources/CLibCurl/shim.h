// libcurl 7.88 and later. Its variadic setters are not callable from Swift; each shim gives one a type.
#pragma once
#include <curl/curl.h>
#include <stdbool.h>

static inline CURLcode curl_shim_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl copies the string, so that it need not outlive the call. NULL puts the option back to unset.
static inline CURLcode curl_shim_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl keeps the pointer: what it points to must outlive the easy handle.
static inline CURLcode curl_shim_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl keeps the list: it must outlive the easy handle.
static inline CURLcode curl_shim_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*curl_shim_write_callback)(char *bytes, size_t size, size_t count, void *context);

/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
static inline CURLcode curl_shim_set_write_callback(CURL *easy, CURLoption option, curl_shim_write_callback value) {
    return curl_easy_setopt(easy, option, value);
}

typedef curl_socket_t (*curl_shim_open_socket_callback)(void *context, curlsocktype purpose,
                                                       struct curl_sockaddr *address);

static inline CURLcode curl_shim_set_open_socket(CURL *easy, curl_shim_open_socket_callback value) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}

typedef int (*curl_shim_close_socket_callback)(void *context, curl_socket_t socket);

static inline CURLcode curl_shim_set_close_socket(CURL *easy, curl_shim_close_socket_callback value) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, value);
}

static inline CURLcode curl_shim_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

/// For the CURLINFO values that end in _T: times, in microseconds.
static inline CURLcode curl_shim_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}

/// The result lies in a union that Swift sees only as bytes; valid when the message is CURLMSG_DONE.
static inline CURLcode curl_shim_message_result(const CURLMsg *message) {
    return message->data.result;
}

/// Whether this libcurl was built with GNU SASL, and so knows the SCRAM mechanisms.
static inline bool curl_shim_has_scram(void) {
    return (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_GSASL) != 0;
}
