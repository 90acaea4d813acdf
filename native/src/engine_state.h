/* The state of the conversation, for engine.c and conversation.c only. */
#ifndef RVX_ENGINE_STATE_H
#define RVX_ENGINE_STATE_H

#include "callbacks.h"
#include "engine.h"
#include "locate.h"
#include "platform.h"

#include <stdatomic.h>

/* An event that waits for its thread. */
typedef struct RvxEvent {
    struct RvxEvent *next;
    RvxEventMessage message;
    /* The helper that sent it; 0 for one that the library made itself. */
    unsigned helper;
} RvxEvent;

/* A callback on the stack of a thread. */
typedef struct RvxRunning {
    struct RvxRunning *outer;
    /* The helper that sent the event; 0 when the library made it. */
    unsigned helper;
    uint32_t event;
    VixHandle job;
} RvxRunning;

/* A thread in the library. */
typedef struct RvxThread {
    RvxCond cond;
    bool is_waiting;
    RvxEvent *first_event;
    RvxEvent *last_event;
    RvxRunning *running;
} RvxThread;

/* A call that is not answered. */
typedef struct RvxPending {
    struct RvxPending *next;
    uint32_t id;
    uint32_t callback;
    RvxThread *thread;
    /* The thread runs callbacks while it waits. */
    bool runs_callbacks;
    bool gives_handle;
    const RvxCells *cells;
    bool is_done;
    /* Why the call failed is what rvx_engine_why says. */
    bool is_lost;
    RvxAnswer answer;
} RvxPending;

typedef enum RvxState { RVX_IDLE, RVX_READY, RVX_LOST } RvxState;

typedef struct RvxPropertyType {
    VixPropertyID id;
    VixPropertyType type;
} RvxPropertyType;

typedef struct RvxEngine {
    /* Guards everything but what is said to have another guard. Never held while the program's code runs. */
    RvxMutex lock;
    RvxState state;
    /* Counts the helpers, so that what belongs to an earlier one is told apart. */
    unsigned helper;
    /* Some thread reads the stream, and the input belongs to it: this one. */
    bool is_reading;
    RvxThread *reader;
    uint8_t *input;
    size_t input_size;
    size_t input_capacity;
    RvxPending *pendings;
    RvxThread library;
    /* No thread: keeps the completions of lost jobs that come where the program pumps or waits. */
    RvxThread pumped;
    /* Signalled to all when the callback of a job that has ended has returned, and when `pumped` grows. */
    RvxCond completed;
    bool has_library_thread;
    /* Highest handle that a helper has given. */
    VixHandle highest_handle;
    /* The process is ending: callbacks are not called any more. Needs no guard. */
    atomic_bool is_muted;
    RvxPropertyType *properties;
    uint32_t property_count;
    const char *why;

    /* Guards the outgoing stream and the directory that the helper knows. Taken while `lock` is held, never around it. */
    RvxMutex write_lock;
    bool is_link_open;
    RvxLink link;
    char directory[RVX_PATH_SIZE];
} RvxEngine;

extern RvxEngine rvx_engine;

/* Ends the conversation: answers all calls, completes all jobs. The lock is held. */
void rvx_engine_lose(const char *why);

/* Has the completion of a job come that its helper cannot send any more. The lock is held. */
void rvx_engine_complete(RvxCallback *callback);

/* Sends frames to the helper with a number, unless it is gone. The lock is not held. */
void rvx_engine_send(unsigned helper, const RvxBuffer *frames, unsigned flags);

/*
 * Notes a handle as soon as it was read, so that no later helper gives it again for something else. The lock is held.
 */
void rvx_engine_saw_handle(VixHandle handle);

/* Adds bytes of the stream to the input. False at its end. Only for the thread that reads; the lock is not held. */
bool rvx_engine_read(void);

/* The body of the next whole frame of the input. False when there is none. Sets `is_broken` for one that cannot be. */
bool rvx_engine_next_frame(const uint8_t **body, size_t *size, size_t *at, bool *is_broken);

/* Forgets the bytes of the input before a place. */
void rvx_engine_consume(size_t at);

/* Gives an event to a thread. The lock is held. */
void rvx_thread_post(RvxThread *thread, RvxEvent *event);

/* Lets some waiting thread read the stream if nobody does. The lock is held. */
void rvx_engine_wake_reader(void);

#endif
