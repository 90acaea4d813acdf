/*
 * Everything that differs between operating systems: threads, processes, the stream to the helper, files. platform_posix.c
 * and platform_windows.c hold it.
 */
#ifndef RVX_PLATFORM_H
#define RVX_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- threads ------------------------------------------------------------------------------------------------------ */

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
typedef SRWLOCK RvxMutex;
typedef CONDITION_VARIABLE RvxCond;
#define RVX_MUTEX_INIT SRWLOCK_INIT
#define RVX_THREAD_LOCAL __thread
#else
#include <pthread.h>
typedef pthread_mutex_t RvxMutex;
typedef pthread_cond_t RvxCond;
#define RVX_MUTEX_INIT PTHREAD_MUTEX_INITIALIZER
#define RVX_THREAD_LOCAL _Thread_local
#endif

void rvx_mutex_lock(RvxMutex *mutex);
void rvx_mutex_unlock(RvxMutex *mutex);
void rvx_cond_init(RvxCond *cond);
void rvx_cond_destroy(RvxCond *cond);
void rvx_cond_wait(RvxCond *cond, RvxMutex *mutex);
void rvx_cond_signal(RvxCond *cond);
void rvx_cond_broadcast(RvxCond *cond);

/* Starts a thread that receives no signals of the program and is never joined. */
bool rvx_thread_start(void (*run)(void *), void *argument);

/*
 * Keeps the calling thread from being cancelled while it holds locks, until rvx_cancel_restore is called with what this
 * gave.
 */
int rvx_cancel_disable(void);
void rvx_cancel_restore(int state);

/* --- this process ------------------------------------------------------------------------------------------------- */

/* Number of this process. */
int64_t rvx_process_id(void);

/* Remembers that the library's state belongs to this process. */
void rvx_process_claim(void);

/*
 * Whether this process was forked from the one that the library's state belongs to: its locks may be held by threads
 * that do not exist here, and its stream belongs to the parent. Takes no lock.
 */
bool rvx_process_is_forked(void);

/* An environment variable; NULL when it is unset or empty, or cannot be trusted because the program is set-uid. */
const char *rvx_environment(const char *name);

/* The current directory. False when it has no name, or one that does not fit. */
bool rvx_current_directory(char *path, size_t size);

/* Path of this library in the form in which the linker loaded it; false when that cannot be told. */
bool rvx_library_path(char *path, size_t size);

extern const char rvx_path_separator;
extern const char rvx_path_list_separator;
/* What programs end with, such as ".exe". */
extern const char rvx_program_suffix[];

/* Whether there is such a file; with `is_program`, one that this process may run. */
bool rvx_file_exists(const char *path, bool is_program);

/* Writes the directory of a file, with links followed, to where it is. False when there is none. */
bool rvx_real_path(const char *path, char *real, size_t size);

/* --- the helper and the stream to it -------------------------------------------------------------------------------- */

#ifdef _WIN32
typedef struct RvxLink {
    HANDLE in;
    HANDLE out;
} RvxLink;
/* The helper speaks over its standard input and output. */
#define RVX_HELPER_ARGUMENTS
#else
typedef struct RvxLink {
    int socket;
} RvxLink;
/* The helper is given its end of a socket as this file descriptor. */
#define RVX_HELPER_ARGUMENTS "--fd", "3",
#endif

/*
 * Starts a program that is no child of this process, so that no wait of the program meets it, with a stream to it.
 *
 * @param argv its path and its arguments, ended by NULL.
 * @param why takes a text about the failure.
 */
bool rvx_link_open(RvxLink *link, const char *const argv[], char *why, size_t why_size);

/* Sends all of the bytes. False when the other side is gone. */
bool rvx_link_write(RvxLink *link, const void *bytes, size_t size);

/* Waits for bytes and gives how many came; 0 when the other side is gone. */
size_t rvx_link_read(RvxLink *link, void *bytes, size_t size);

/* Waits until there is something to read, or the other side is gone. False when the time is over first. */
bool rvx_link_wait(RvxLink *link, int milliseconds);

/* Ends the conversation from this side: a thread that reads finds that the other side is gone, now or soon. */
void rvx_link_shutdown(RvxLink *link);

/* Lets go of the stream. Nobody may use it any more. */
void rvx_link_close(RvxLink *link);

#endif
