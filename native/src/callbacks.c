#include "callbacks.h"

#include <stdlib.h>

enum { BUCKETS = 1024 };

static RvxCallback *buckets[BUCKETS];
static size_t count;
static uint32_t last_id;

/* Numbers are used again only when all of them were: an event that comes late must not meet a stranger. */
static uint32_t next_id(void)
{
    do last_id++;
    while (last_id == 0 || rvx_callbacks_find(last_id) != NULL);
    return last_id;
}

uint32_t rvx_callbacks_keep(VixEventProc *proc, void *client_data)
{
    RvxCallback *callback = calloc(1, sizeof *callback);

    if (callback == NULL) return 0;
    callback->id = next_id();
    callback->proc = proc;
    callback->client_data = client_data;
    callback->next = buckets[callback->id % BUCKETS];
    buckets[callback->id % BUCKETS] = callback;
    count++;
    return callback->id;
}

RvxCallback *rvx_callbacks_find(uint32_t id)
{
    RvxCallback *callback = buckets[id % BUCKETS];

    while (callback != NULL && callback->id != id) callback = callback->next;
    return callback;
}

void rvx_callbacks_forget(uint32_t id)
{
    RvxCallback **place = &buckets[id % BUCKETS];
    RvxCallback *callback;

    while (*place != NULL && (*place)->id != id) place = &(*place)->next;
    callback = *place;
    if (callback == NULL) return;
    *place = callback->next;
    free(callback);
    count--;
}

RvxCallback *rvx_callbacks_find_lost(VixHandle job)
{
    size_t bucket;
    RvxCallback *callback;

    for (bucket = 0; bucket < BUCKETS; bucket++) {
        for (callback = buckets[bucket]; callback != NULL; callback = callback->next) {
            if (callback->is_lost && callback->job == job) return callback;
        }
    }
    return NULL;
}

size_t rvx_callbacks_count(void)
{
    return count;
}

void rvx_callbacks_each(void (*visit)(RvxCallback *callback))
{
    size_t bucket;
    RvxCallback *callback;

    for (bucket = 0; bucket < BUCKETS; bucket++) {
        for (callback = buckets[bucket]; callback != NULL; callback = callback->next) visit(callback);
    }
}
