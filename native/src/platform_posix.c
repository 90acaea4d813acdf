#define _GNU_SOURCE

#include "platform.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

extern char **environ;

enum { HELPER_FD = 3, MOST_FDS = 65536 };

/* --- threads ------------------------------------------------------------------------------------------------------ */

void rvx_mutex_lock(RvxMutex *mutex)
{
    pthread_mutex_lock(mutex);
}

void rvx_mutex_unlock(RvxMutex *mutex)
{
    pthread_mutex_unlock(mutex);
}

void rvx_cond_init(RvxCond *cond)
{
    pthread_cond_init(cond, NULL);
}

void rvx_cond_destroy(RvxCond *cond)
{
    pthread_cond_destroy(cond);
}

void rvx_cond_wait(RvxCond *cond, RvxMutex *mutex)
{
    pthread_cond_wait(cond, mutex);
}

void rvx_cond_signal(RvxCond *cond)
{
    pthread_cond_signal(cond);
}

void rvx_cond_broadcast(RvxCond *cond)
{
    pthread_cond_broadcast(cond);
}

typedef struct ThreadStart {
    void (*run)(void *);
    void *argument;
} ThreadStart;

static void *thread_main(void *argument)
{
    ThreadStart start = *(ThreadStart *)argument;

    free(argument);
    start.run(start.argument);
    return NULL;
}

bool rvx_thread_start(void (*run)(void *), void *argument)
{
    ThreadStart *start = malloc(sizeof *start);
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    int error;

    if (start == NULL) return false;
    start->run = run;
    start->argument = argument;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, thread_main, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (error != 0) free(start);
    return error == 0;
}

int rvx_cancel_disable(void)
{
    int before = PTHREAD_CANCEL_ENABLE;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return before;
}

void rvx_cancel_restore(int state)
{
    pthread_setcancelstate(state, NULL);
}

/* --- this process ------------------------------------------------------------------------------------------------- */

static atomic_int owner;
/* What a forked child must let go of, so that the helper notices when the parent ends. */
static atomic_int open_socket = -1;

int64_t rvx_process_id(void)
{
    return getpid();
}

static void on_fork_in_child(void)
{
    int socket = atomic_exchange(&open_socket, -1);

    if (socket >= 0) close(socket);
}

void rvx_process_claim(void)
{
    if (atomic_exchange(&owner, (int)getpid()) == 0) pthread_atfork(NULL, NULL, on_fork_in_child);
}

bool rvx_process_is_forked(void)
{
    int claimed = atomic_load(&owner);

    return claimed != 0 && claimed != (int)getpid();
}

const char *rvx_environment(const char *name)
{
#ifdef __linux__
    const char *value = secure_getenv(name);
#else
    const char *value = issetugid() ? NULL : getenv(name);
#endif

    return value != NULL && value[0] != '\0' ? value : NULL;
}

bool rvx_current_directory(char *path, size_t size)
{
    return getcwd(path, size) != NULL;
}

bool rvx_library_path(char *path, size_t size)
{
    static const char here = 0;
    Dl_info info;

    if (dladdr(&here, &info) == 0 || info.dli_fname == NULL || strlen(info.dli_fname) >= size) return false;
    strcpy(path, info.dli_fname);
    return true;
}

const char rvx_path_separator = '/';
const char rvx_path_list_separator = ':';
const char rvx_program_suffix[] = "";

bool rvx_file_exists(const char *path, bool is_program)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, is_program ? X_OK : R_OK) == 0;
}

bool rvx_real_path(const char *path, char *real, size_t size)
{
    char *found = realpath(path, NULL);
    bool fits = found != NULL && strlen(found) < size;

    if (fits) strcpy(real, found);
    free(found);
    return fits;
}

/* --- the stream to the helper --------------------------------------------------------------------------------------- */

static void close_if_open(int fd)
{
    if (fd >= 0) close(fd);
}

/* Moves a descriptor out of the way of the three standard ones, which a program may have closed. */
static int above_standard(int fd)
{
    int moved;

    if (fd < 0 || fd > STDERR_FILENO) return fd;
    moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return moved;
}

static bool hide_from_children(int pair[2], int made)
{
    if (made != 0) {
        pair[0] = pair[1] = -1;
        return false;
    }
#ifndef __linux__
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    fcntl(pair[1], F_SETFD, FD_CLOEXEC);
#endif
    pair[0] = above_standard(pair[0]);
    pair[1] = above_standard(pair[1]);
    return pair[0] >= 0 && pair[1] >= 0;
}

static bool make_socket_pair(int pair[2])
{
#ifdef __linux__
    return hide_from_children(pair, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
#else
    bool made = hide_from_children(pair, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    int yes = 1;
    if (made) setsockopt(pair[0], SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
    return made;
#endif
}

static bool make_pipe(int pair[2])
{
#ifdef __linux__
    return hide_from_children(pair, pipe2(pair, O_CLOEXEC));
#else
    return hide_from_children(pair, pipe(pair));
#endif
}

/* Lets go of what the program has open beside the helper's own descriptors. */
static void close_from(int first, int keep)
{
    long most = sysconf(_SC_OPEN_MAX);
    int fd;

#ifdef SYS_close_range
    if ((keep <= first || syscall(SYS_close_range, (unsigned)first, (unsigned)keep - 1, 0u) == 0) &&
        syscall(SYS_close_range, (unsigned)keep + 1, ~0u, 0u) == 0)
        return;
#endif
    if (most < 0 || most > MOST_FDS) most = MOST_FDS;
    for (fd = first; fd < (int)most; fd++) {
        if (fd != keep) close(fd);
    }
}

static void reset_signals(void)
{
    sigset_t none;
    int signal_number;

    for (signal_number = 1; signal_number < NSIG; signal_number++) signal(signal_number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void tell_error(int status, int error)
{
    while (write(status, &error, sizeof error) < 0 && errno == EINTR) {}
}

/* The process that becomes the helper. Between fork and exec it calls only what is safe in a signal handler. */
static _Noreturn void become_helper(const char *const argv[], int socket, int status)
{
    int nothing, error;

    setsid();
    reset_signals();
    nothing = open("/dev/null", O_RDWR);
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        dup2(nothing, STDOUT_FILENO);
        /* What the helper has to say to people belongs where the program says it. */
        if (fcntl(STDERR_FILENO, F_GETFD) < 0) dup2(nothing, STDERR_FILENO);
    }
    if (status == HELPER_FD) status = fcntl(status, F_DUPFD_CLOEXEC, HELPER_FD + 1);
    if (socket == HELPER_FD) fcntl(socket, F_SETFD, 0);
    else dup2(socket, HELPER_FD);
    close_from(HELPER_FD + 1, status);
    execve(argv[0], (char *const *)(uintptr_t)argv, environ);
    error = errno;
    tell_error(status, error);
    _exit(127);
}

/* Forks twice, so that the helper is nobody's child whom the program could wait for. */
static bool fork_helper(const char *const argv[], int socket, int status)
{
    sigset_t all, before;
    pid_t child, helper;

    /* No handler of the program may run in the new process. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    child = fork();
    if (child == 0) {
        helper = fork();
        if (helper == 0) become_helper(argv, socket, status);
        if (helper < 0) tell_error(status, errno);
        _exit(0);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child < 0) return false;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    return true;
}

/* Error of the exec; 0 when the helper runs. */
static int exec_error(int status)
{
    int error = 0;
    ssize_t got;

    do got = read(status, &error, sizeof error);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof error ? error : 0;
}

static void describe_error(char *why, size_t size, const char *what, int error)
{
    char text[128];

#if defined(__GLIBC__)
    snprintf(why, size, "%s: %s", what, strerror_r(error, text, sizeof text));
#else
    if (strerror_r(error, text, sizeof text) != 0) snprintf(text, sizeof text, "error %d", error);
    snprintf(why, size, "%s: %s", what, text);
#endif
}

bool rvx_link_open(RvxLink *link, const char *const argv[], char *why, size_t why_size)
{
    int sockets[2], status[2], error = 0;
    bool are_made = make_socket_pair(sockets);

    are_made = make_pipe(status) && are_made;
    if (!are_made || !fork_helper(argv, sockets[1], status[1])) error = errno;
    close_if_open(sockets[1]);
    close_if_open(status[1]);
    if (error == 0) error = exec_error(status[0]);
    close_if_open(status[0]);
    if (error != 0) {
        close_if_open(sockets[0]);
        describe_error(why, why_size, argv[0], error);
        return false;
    }
    link->socket = sockets[0];
    atomic_store(&open_socket, sockets[0]);
    return true;
}

bool rvx_link_write(RvxLink *link, const void *bytes, size_t size)
{
    const char *at = bytes;

#ifndef MSG_NOSIGNAL
    enum { MSG_NOSIGNAL = 0 };
#endif
    while (size > 0) {
        ssize_t sent = send(link->socket, at, size, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            return false;
        }
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

size_t rvx_link_read(RvxLink *link, void *bytes, size_t size)
{
    for (;;) {
        ssize_t got = recv(link->socket, bytes, size, 0);
        if (got >= 0) return (size_t)got;
        if (errno != EINTR) return 0;
    }
}

bool rvx_link_wait(RvxLink *link, int milliseconds)
{
    struct pollfd waiting = {link->socket, POLLIN, 0};
    int count;

    do count = poll(&waiting, 1, milliseconds);
    while (count < 0 && errno == EINTR);
    return count != 0;
}

void rvx_link_shutdown(RvxLink *link)
{
    shutdown(link->socket, SHUT_RDWR);
}

void rvx_link_close(RvxLink *link)
{
    atomic_store(&open_socket, -1);
    close(link->socket);
    link->socket = -1;
}
