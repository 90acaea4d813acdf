/* The functions of the program that jobs call. Whoever calls these holds the engine's lock. */
#ifndef RVX_CALLBACKS_H
#define RVX_CALLBACKS_H

#include "vix.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct RvxCallback {
    struct RvxCallback *next;
    uint32_t id;
    VixEventProc *proc;
    void *client_data;
    /* The job that calls it; VIX_INVALID_HANDLE as long as that is not known. */
    VixHandle job;
    /* It runs where the program pumps this host or waits for its jobs; any host for VIX_INVALID_HANDLE. */
    bool is_pumped;
    VixHandle host;
    /* An event of its job is on its way to it, or it runs with one. */
    bool is_busy;
    /* That event, or one before, is the completion. */
    bool is_ending;
    /* The helper of its job is gone. */
    bool is_lost;
} RvxCallback;

/* Keeps a function. Gives its number; 0 when there is no memory. */
uint32_t rvx_callbacks_keep(VixEventProc *proc, void *client_data);

/* The function with a number; NULL when there is none. Valid until it is forgotten. */
RvxCallback *rvx_callbacks_find(uint32_t id);

void rvx_callbacks_forget(uint32_t id);

/* The function of a job whose helper is gone; NULL when there is none, or when it has returned for the last time. */
RvxCallback *rvx_callbacks_find_lost(VixHandle job);

/* Number of functions that are kept. */
size_t rvx_callbacks_count(void);

/* Calls `visit` with each function that is kept; it may not forget any. */
void rvx_callbacks_each(void (*visit)(RvxCallback *callback));

#endif
