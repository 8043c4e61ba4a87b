/* A wall clock that can be set, for one process and its children: preloaded, it adds the seconds that a file holds to the
   wall clock, each time somebody asks. Monotonic clocks stay, and so does how long a wait lasts.

   WALL_CLOCK_SHIFT  the file; it may change at any time, and a missing one means 0.
   WALL_CLOCK_ONLY   when set, only processes with this word among their arguments are concerned.

   Programs that ask the kernel without the C library (Go's) are not concerned. Build: gcc -shared -fPIC -O1 -ldl */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* A copy: PostgreSQL writes its title over the environment it was started with. */
static char path[PATH_MAX];

static int has_argument(const char *word) {
    char line[4096];
    int file = open("/proc/self/cmdline", O_RDONLY);
    ssize_t length = file < 0 ? 0 : read(file, line, sizeof line - 1);
    if (file >= 0) close(file);
    if (length <= 0) return 0;
    line[length] = 0;
    for (char *argument = line; argument < line + length; argument += strlen(argument) + 1)
        if (!strcmp(argument, word)) return 1;
    return 0;
}

__attribute__((constructor)) static void look(void) {
    const char *file = getenv("WALL_CLOCK_SHIFT"), *only = getenv("WALL_CLOCK_ONLY");
    if (file && strlen(file) < sizeof path && (!only || has_argument(only))) strcpy(path, file);
}

/* Seconds. Called from signal handlers too: nothing here allocates. */
static long shift(void) {
    char text[32] = "";
    int file = path[0] ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += shift();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}

time_t time(time_t *at) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (at) *at = exact.tv_sec;
    return exact.tv_sec;
}

/* The kernel waits by the clock that was not shifted. What lies before 2001 is on a monotonic clock. */
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict end) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!real) real = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!real) real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec shifted = *end;
    if (shifted.tv_sec > 1000000000) shifted.tv_sec -= shift();
    return real(condition, mutex, &shifted);
}
