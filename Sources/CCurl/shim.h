#pragma once

// Its checks of types are macros for C compilers, which Swift does not see.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// Swift sees no functions with variable arguments; these are the ones it needs.

static inline CURLcode waybill_curl_number(CURL *transfer, CURLoption option, long value) {
    return curl_easy_setopt(transfer, option, value);
}

static inline CURLcode waybill_curl_size(CURL *transfer, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(transfer, option, value);
}

/// The text is copied.
static inline CURLcode waybill_curl_text(CURL *transfer, CURLoption option, const char *value) {
    return curl_easy_setopt(transfer, option, value);
}

/// What it points to must live as long as the transfer.
static inline CURLcode waybill_curl_pointer(CURL *transfer, CURLoption option, void *value) {
    return curl_easy_setopt(transfer, option, value);
}

static inline CURLcode waybill_curl_list(CURL *transfer, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(transfer, option, value);
}

/// `function` is given `context` with every piece of the body, or of the head.
static inline CURLcode waybill_curl_on_body(CURL *transfer, curl_write_callback function, void *context) {
    CURLcode code = curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, function);
    return code != CURLE_OK ? code : curl_easy_setopt(transfer, CURLOPT_WRITEDATA, context);
}

static inline CURLcode waybill_curl_on_head(CURL *transfer, curl_write_callback function, void *context) {
    CURLcode code = curl_easy_setopt(transfer, CURLOPT_HEADERFUNCTION, function);
    return code != CURLE_OK ? code : curl_easy_setopt(transfer, CURLOPT_HEADERDATA, context);
}

/// `function` is asked, with `context`, for the next piece to send.
static inline CURLcode waybill_curl_on_read(CURL *transfer, curl_read_callback function, void *context) {
    CURLcode code = curl_easy_setopt(transfer, CURLOPT_READFUNCTION, function);
    return code != CURLE_OK ? code : curl_easy_setopt(transfer, CURLOPT_READDATA, context);
}

/// `function` is told, with `context`, what the library says and hears; nothing is printed.
static inline CURLcode waybill_curl_on_talk(CURL *transfer, curl_debug_callback function, void *context) {
    CURLcode code = curl_easy_setopt(transfer, CURLOPT_DEBUGFUNCTION, function);
    if (code == CURLE_OK) code = curl_easy_setopt(transfer, CURLOPT_DEBUGDATA, context);
    return code != CURLE_OK ? code : curl_easy_setopt(transfer, CURLOPT_VERBOSE, 1L);
}

/// `function` opens the sockets, with `context`, or gives none, which ends the transfer.
static inline CURLcode waybill_curl_on_socket(CURL *transfer, curl_opensocket_callback function, void *context) {
    CURLcode code = curl_easy_setopt(transfer, CURLOPT_OPENSOCKETFUNCTION, function);
    return code != CURLE_OK ? code : curl_easy_setopt(transfer, CURLOPT_OPENSOCKETDATA, context);
}

static inline curl_socket_t waybill_curl_no_socket(void) { return CURL_SOCKET_BAD; }

static inline curl_socket_t waybill_curl_socket(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// The bytes of an address, into 16: 4 or 16 of them, or 0 when it is of another family.
static inline int waybill_curl_address(const struct curl_sockaddr *address, unsigned char *bytes) {
    // Behind `addr` stands as much as `addrlen` says.
    if (address->family == AF_INET && address->addrlen >= sizeof(struct sockaddr_in)) {
        memcpy(bytes, &((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr, 4);
        return 4;
    }
    if (address->family == AF_INET6 && address->addrlen >= sizeof(struct sockaddr_in6)) {
        memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr, 16);
        return 16;
    }
    return 0;
}

static inline long waybill_curl_status(CURL *transfer) {
    long status = 0;
    curl_easy_getinfo(transfer, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/// A transfer that has ended: sets its result, and returns it; NULL when there is none.
static inline CURL *waybill_curl_ended(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

// All its sockets in one descriptor, which is readable when one of them is ready.

static inline int waybill_curl_watch(CURL *transfer, curl_socket_t socket, int what, void *context, void *known) {
    int set = (int)(intptr_t)context;
    struct epoll_event event = {0};
    (void)transfer;
    (void)known;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(set, EPOLL_CTL_DEL, socket, NULL);
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
    event.data.fd = socket;
    // A socket may be another one under the number of one that is gone.
    if (epoll_ctl(set, EPOLL_CTL_MOD, socket, &event) != 0) epoll_ctl(set, EPOLL_CTL_ADD, socket, &event);
    return 0;
}

/// `set` is what `waybill_curl_set` has made.
static inline CURLM *waybill_curl_multi(int set) {
    CURLM *multi = curl_multi_init();
    if (multi != NULL) {
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, waybill_curl_watch);
        curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, (void *)(intptr_t)set);
        // More wait for their turn: nobody is stormed.
        curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 16L);
    }
    return multi;
}

static inline int waybill_curl_set(void) { return epoll_create1(EPOLL_CLOEXEC); }

/// Goes on with whatever is ready or due. Returns in how many milliseconds something is due, or -1.
static inline long waybill_curl_go_on(CURLM *multi, int set) {
    struct epoll_event events[32];
    int running = 0;
    long due = -1;
    int count = epoll_wait(set, events, 32, 0);
    for (int at = 0; at < count; at++) {
        uint32_t ready = events[at].events;
        int mask = (ready & EPOLLIN ? CURL_CSELECT_IN : 0) | (ready & EPOLLOUT ? CURL_CSELECT_OUT : 0)
            | (ready & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(multi, events[at].data.fd, mask, &running);
    }
    curl_multi_timeout(multi, &due);
    if (due == 0) {
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
        curl_multi_timeout(multi, &due);
    }
    return due;
}
