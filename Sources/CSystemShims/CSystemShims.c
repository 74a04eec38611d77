#define _GNU_SOURCE
#include "CSystemShims.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/eventfd.h>
#include <sys/syscall.h>

int waybill_wake_open(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void waybill_wake_signal(int descriptor) {
    uint64_t one = 1;
    while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void waybill_wake_drain(int descriptor) {
    uint64_t count;
    while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {
    }
}

int64_t waybill_thread_id(void) { return (int64_t)syscall(SYS_gettid); }

void waybill_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

void waybill_output_by_line(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

void waybill_heap_arenas(int count) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, count);
#endif
}

_Noreturn void waybill_end(int code) {
    fflush(NULL);
    _exit(code);
}

#else
#error "Waybill's event loop is written for Linux: give waybill_wake_open a kqueue or a pipe for another system."
#endif
