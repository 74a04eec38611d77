#pragma once

#include <poll.h>
#include <stdint.h>

/// Makes a wake-up descriptor: an eventfd on Linux. Non-blocking, closed on exec. Returns -1 with errno on failure.
int waybill_wake_open(void);

/// Wakes whoever polls the descriptor. Never blocks; several wake-ups before a drain count as one.
void waybill_wake_signal(int descriptor);

/// Takes back all wake-ups.
void waybill_wake_drain(int descriptor);

/// The kernel's id of the calling thread, for tests and logs.
int64_t waybill_thread_id(void);

/// Names the calling thread, as seen by the system's tools (15 characters at most).
void waybill_thread_name(const char *name);

/// Has each line of the standard output written when it ends, into a pipe or a file as on a terminal.
void waybill_output_by_line(void);

/// Has the allocator of glibc divide the heap into at most so many arenas; another allocator is left as it is. To be called
/// before the first thread is started.
void waybill_heap_arenas(int count);

/// Ends the process at once, with what was printed written. Threads that still run are not waited for, and what they may
/// be using is left as it is: the ordinary end takes the globals of Swift and C away under them.
_Noreturn void waybill_end(int code);
