/*
 * The conversation with the helper: one for the process, shared by all of its threads.
 *
 * A thread that waits for an answer reads the stream itself when nobody else does, and hands what it reads to whom it
 * belongs; so a program that never gives a callback has no thread but its own. For callbacks there is one thread of the
 * library, which reads when no other thread does.
 */
#ifndef RVX_ENGINE_H
#define RVX_ENGINE_H

#include "buffer.h"
#include "cells.h"
#include "message.h"
#include "vix.h"

/* How a function behaves beyond its arguments. */
enum {
    /* May start the helper when an earlier one has failed or there is none. */
    RVX_CONNECTS = 1,
    /* Waits for something that callbacks may bring about, so callbacks run meanwhile. */
    RVX_RUNS_CALLBACKS = 2,
    /* Has arguments that may be paths seen from the current directory. */
    RVX_HAS_PATHS = 4,
    /* Nothing comes of it without a helper, so it starts none. */
    RVX_STARTS_NOTHING = 8,
    /* Its first argument is a job, and it returns after the job's callback. */
    RVX_WAITS_FOR_JOB = 16,
    /* Returns a handle. */
    RVX_GIVES_HANDLE = 32
};

/* An answer of the helper. */
typedef struct RvxAnswer {
    /* Value and out parameters; freed by the caller. NULL when there is no answer. */
    uint8_t *bytes;
    size_t size;
} RvxAnswer;

/* Makes sure that there is a helper. False when there is none; then rvx_engine_why says why. */
bool rvx_engine_start(unsigned flags);

/* Type of a property as the helper knows it; 0 for an unknown one. Only after rvx_engine_start. */
VixPropertyType rvx_engine_property_type(VixPropertyID id);

/* A number for the next call. */
uint32_t rvx_engine_next_id(void);

/*
 * The events whose callbacks are on the stack of the calling thread, written as a list.
 */
void rvx_engine_put_running(RvxBuffer *buffer);

/*
 * Sends a call and waits until it is answered.
 *
 * @param callback number of the callback that the call starts a job with; 0 for none.
 * @param cells out parameters, for the handles that the answer gives.
 * @return false when the helper is gone or the call could not be made.
 */
bool rvx_engine_call(uint32_t id, const RvxBuffer *frame, unsigned flags, uint32_t callback, const RvxCells *cells,
                     RvxAnswer *answer);

/* The helper has broken the protocol: lets go of it. */
void rvx_engine_give_up(const char *why);

/* Keeps a function of the program for its job. Gives its number; 0 when there is no memory or no thread. */
uint32_t rvx_engine_keep_callback(VixEventProc *proc, void *client_data);

/* A call with a callback is not made after all. */
void rvx_engine_forget_callback(uint32_t id);

/*
 * Waits until the callback of a job whose helper is gone has returned from the completion, which the library itself gives
 * it. Runs it here when the job's connection is in event-pump mode. Returns at once in a callback of that job.
 */
void rvx_engine_await_callback(VixHandle job);

/* Runs the callbacks of jobs in event-pump mode whose helper is gone: those of a host, or all for VIX_INVALID_HANDLE. */
void rvx_engine_pump_lost(VixHandle host);

/* Whether there was to be a helper, and there is none. */
bool rvx_engine_is_lost(void);

/* Why there is no helper, and what to do. Never NULL, never freed. */
const char *rvx_engine_why(void);

#endif
