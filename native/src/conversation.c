#include "engine_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The record of the calling thread while it is in the library. */
static RVX_THREAD_LOCAL RvxThread *current;

/* --- events and their threads --------------------------------------------------------------------------------------- */

void rvx_thread_post(RvxThread *thread, RvxEvent *event)
{
    event->next = NULL;
    if (thread->last_event != NULL) thread->last_event->next = event;
    else thread->first_event = event;
    thread->last_event = event;
    if (thread->is_waiting) rvx_cond_signal(&thread->cond);
}

/* Whether an event belongs to a call; all do to 0. */
static bool is_during(const RvxEvent *event, int64_t call)
{
    return call == 0 || event->message.during == call;
}

/* Whether a callback of this host's jobs is due; all are for VIX_INVALID_HANDLE. */
static bool is_of_host(const RvxEvent *event, int64_t host)
{
    const RvxCallback *callback = rvx_callbacks_find(event->message.callback);

    return host == VIX_INVALID_HANDLE || callback == NULL || callback->host == VIX_INVALID_HANDLE || callback->host == host;
}

/* Takes the first event of a thread that is wanted. */
static RvxEvent *take_event(RvxThread *thread, bool (*is_wanted)(const RvxEvent *event, int64_t of), int64_t of)
{
    RvxEvent **place = &thread->first_event, *before = NULL, *event;

    while (*place != NULL && !is_wanted(*place, of)) {
        before = *place;
        place = &(*place)->next;
    }
    event = *place;
    if (event == NULL) return NULL;
    *place = event->next;
    if (thread->last_event == event) thread->last_event = before;
    return event;
}

static void wait_on(RvxThread *thread)
{
    thread->is_waiting = true;
    rvx_cond_wait(&thread->cond, &rvx_engine.lock);
    thread->is_waiting = false;
}

void rvx_engine_wake_reader(void)
{
    RvxPending *pending;

    if (rvx_engine.is_reading || rvx_engine.state != RVX_READY) return;
    for (pending = rvx_engine.pendings; pending != NULL; pending = pending->next) {
        if (!pending->is_done && pending->thread->is_waiting) {
            rvx_cond_signal(&pending->thread->cond);
            return;
        }
    }
    if (rvx_engine.library.is_waiting && rvx_callbacks_count() > 0) rvx_cond_signal(&rvx_engine.library.cond);
}

static void acknowledge(unsigned helper, uint32_t event)
{
    RvxBuffer buffer;
    size_t begin;

    rvx_buffer_init(&buffer);
    begin = rvx_frame_begin(&buffer, 'A');
    rvx_put_integer(&buffer, event);
    rvx_frame_end(&buffer, begin);
    rvx_engine_send(helper, &buffer, 0);
    rvx_buffer_free(&buffer);
}

/* Calls the program's function with an event. The lock is held, but not while the function runs. */
static void run_event(RvxThread *thread, RvxEvent *event)
{
    const RvxEventMessage *message = &event->message;
    RvxCallback *callback = rvx_callbacks_find(message->callback);
    RvxRunning running = {thread->running, event->helper, message->event, message->job};
    VixEventProc *proc = callback != NULL ? callback->proc : NULL;
    void *client_data = callback != NULL ? callback->client_data : NULL;

    thread->running = &running;
    rvx_engine_wake_reader();
    rvx_mutex_unlock(&rvx_engine.lock);
    if (proc != NULL && !atomic_load(&rvx_engine.is_muted)) proc(message->job, message->type, message->info, client_data);
    if (event->helper != 0) acknowledge(event->helper, message->event);
    rvx_mutex_lock(&rvx_engine.lock);
    thread->running = running.outer;
    callback = rvx_callbacks_find(message->callback);
    if (message->type == VIX_EVENTTYPE_JOB_COMPLETED) {
        rvx_callbacks_forget(message->callback);
        rvx_cond_broadcast(&rvx_engine.completed);
    } else if (callback != NULL) {
        callback->is_busy = false;
        if (callback->is_lost) rvx_engine_complete(callback);
    }
    free(event);
}

/* --- what comes from the helper ------------------------------------------------------------------------------------- */

static RvxPending *find_pending(uint32_t id)
{
    RvxPending *pending = rvx_engine.pendings;

    while (pending != NULL && pending->id != id) pending = pending->next;
    return pending;
}

static bool take_event_message(const RvxEventMessage *message)
{
    RvxPending *pending = message->during != 0 ? find_pending(message->during) : NULL;
    RvxCallback *callback = rvx_callbacks_find(message->callback);
    RvxEvent *event = calloc(1, sizeof *event);

    if (event == NULL) return false;
    rvx_engine_saw_handle(message->job);
    rvx_engine_saw_handle(message->info);
    event->message = *message;
    event->helper = rvx_engine.helper;
    if (callback != NULL) {
        callback->is_busy = true;
        callback->is_ending = message->type == VIX_EVENTTYPE_JOB_COMPLETED;
    }
    /* A thread that runs no callbacks would keep the event for ever. */
    rvx_thread_post(pending != NULL && pending->runs_callbacks ? pending->thread : &rvx_engine.library, event);
    return true;
}

/* The job that a call has started, if it has, is the one whose events go to the call's callback. */
static void bind_callback(RvxPending *pending, RvxReader answer)
{
    RvxCallback *callback = rvx_callbacks_find(pending->callback);
    RvxValue job = rvx_read(&answer);

    if (callback == NULL) return;
    if (job.tag == 'i' && job.integer > 0 && job.integer <= INT32_MAX) callback->job = (VixHandle)job.integer;
    else rvx_callbacks_forget(pending->callback);
}

/* Its thread may take an answer only when another thread has started a new helper. */
static void note_handles(const RvxPending *pending, RvxReader answer)
{
    RvxValue value = rvx_read(&answer);

    if (pending->gives_handle && value.tag == 'i' && value.integer <= INT32_MAX) {
        rvx_engine_saw_handle((VixHandle)value.integer);
    }
    rvx_engine_saw_handle(rvx_cells_highest_handle(pending->cells, answer));
}

static bool take_result(const RvxMessage *message)
{
    RvxPending *pending = find_pending(message->id);
    size_t size = (size_t)(message->rest.end - message->rest.at);

    /* Nobody waits for an answer that comes twice. */
    if (pending == NULL || pending->is_done) return true;
    if (message->kind == 'R') {
        pending->answer.bytes = malloc(size > 0 ? size : 1);
        if (pending->answer.bytes == NULL) return false;
        memcpy(pending->answer.bytes, message->rest.at, size);
        pending->answer.size = size;
        note_handles(pending, message->rest);
        if (pending->callback != 0) bind_callback(pending, message->rest);
    } else {
        /* The call itself has no error that tells of it, and no place for a text. */
        fprintf(stderr, "revix: %.*s\n", (int)message->text.size, (const char *)message->text.bytes);
    }
    pending->is_done = true;
    if (pending->thread->is_waiting) rvx_cond_signal(&pending->thread->cond);
    return true;
}

static void note_pump(uint32_t number, VixHandle host)
{
    RvxCallback *callback = rvx_callbacks_find(number);

    if (callback == NULL) return;
    callback->is_pumped = true;
    callback->host = host;
}

/* Takes one frame. The lock is held. */
static void take_frame(const uint8_t *body, size_t size)
{
    RvxMessage message;
    char text[512];
    bool has_memory = true;

    if (!rvx_message_parse(&message, body, size)) {
        rvx_engine_lose("it sent what is no frame of the protocol");
        return;
    }
    switch (message.kind) {
    case 'R':
    case 'E':
        has_memory = take_result(&message);
        break;
    case 'V':
        has_memory = take_event_message(&message.event);
        break;
    case 'P':
        note_pump(message.callback, message.host);
        break;
    default:
        snprintf(text, sizeof text, "%.*s", (int)message.text.size, (const char *)message.text.bytes);
        rvx_engine_lose(text);
    }
    if (!has_memory) rvx_engine_lose("there is no memory for what it sends");
}

/* Reads once and hands out what came. The lock is held, but not while the thread waits for bytes. */
static void read_once(RvxThread *thread)
{
    const uint8_t *body;
    size_t size, at = 0;
    bool is_open, is_broken;

    rvx_engine.is_reading = true;
    rvx_engine.reader = thread;
    rvx_mutex_unlock(&rvx_engine.lock);
    is_open = rvx_engine_read();
    rvx_mutex_lock(&rvx_engine.lock);
    while (rvx_engine_next_frame(&body, &size, &at, &is_broken)) take_frame(body, size);
    rvx_engine_consume(at);
    rvx_engine.is_reading = false;
    rvx_engine.reader = NULL;
    if (is_broken) rvx_engine_lose("it sent what is no frame of the protocol");
    if (!is_open) rvx_engine_lose("it has ended; what it said stands on the standard error");
}

/* --- the library's own thread --------------------------------------------------------------------------------------- */

static void library_thread(void *unused)
{
    RvxThread *thread = &rvx_engine.library;

    (void)unused;
    current = thread;
    rvx_mutex_lock(&rvx_engine.lock);
    for (;;) {
        RvxEvent *event = take_event(thread, is_during, 0);
        if (event != NULL) {
            run_event(thread, event);
        } else if (!rvx_engine.is_reading && rvx_engine.state == RVX_READY && rvx_callbacks_count() > 0) {
            read_once(thread);
        } else {
            rvx_engine_wake_reader();
            wait_on(thread);
        }
    }
}

uint32_t rvx_engine_keep_callback(VixEventProc *proc, void *client_data)
{
    uint32_t id = 0;

    rvx_mutex_lock(&rvx_engine.lock);
    if (!rvx_engine.has_library_thread) rvx_engine.has_library_thread = rvx_thread_start(library_thread, NULL);
    if (rvx_engine.has_library_thread) id = rvx_callbacks_keep(proc, client_data);
    rvx_mutex_unlock(&rvx_engine.lock);
    return id;
}

void rvx_engine_forget_callback(uint32_t id)
{
    rvx_mutex_lock(&rvx_engine.lock);
    rvx_callbacks_forget(id);
    rvx_mutex_unlock(&rvx_engine.lock);
}

static bool is_running_here(VixHandle job)
{
    const RvxRunning *running = current != NULL ? current->running : NULL;

    while (running != NULL && running->job != job) running = running->outer;
    return running != NULL;
}

/* Gives the calling thread a record, unless it has one. Gives whether it had none. */
static bool enter(RvxThread *here)
{
    if (current != NULL) return false;
    rvx_cond_init(&here->cond);
    current = here;
    return true;
}

static void leave(RvxThread *here, bool is_outermost)
{
    if (!is_outermost) return;
    current = NULL;
    rvx_cond_destroy(&here->cond);
}

void rvx_engine_await_callback(VixHandle job)
{
    RvxThread here = {0};
    const RvxCallback *callback;
    bool is_outermost;

    if (rvx_process_is_forked()) return;
    is_outermost = enter(&here);
    rvx_mutex_lock(&rvx_engine.lock);
    while ((callback = rvx_callbacks_find_lost(job)) != NULL && !is_running_here(job)) {
        /* The callback may be one that this very thread has to run. */
        RvxEvent *event = take_event(current, is_during, 0);
        if (event == NULL && callback->is_pumped) event = take_event(&rvx_engine.pumped, is_of_host, callback->host);
        if (event != NULL) run_event(current, event);
        else rvx_cond_wait(&rvx_engine.completed, &rvx_engine.lock);
    }
    rvx_mutex_unlock(&rvx_engine.lock);
    leave(&here, is_outermost);
}

void rvx_engine_pump_lost(VixHandle host)
{
    RvxThread here = {0};
    RvxEvent *event;
    bool is_outermost;

    if (rvx_process_is_forked()) return;
    is_outermost = enter(&here);
    rvx_mutex_lock(&rvx_engine.lock);
    while ((event = take_event(&rvx_engine.pumped, is_of_host, host)) != NULL) run_event(current, event);
    rvx_mutex_unlock(&rvx_engine.lock);
    leave(&here, is_outermost);
}

/* --- calls ---------------------------------------------------------------------------------------------------------- */

void rvx_engine_put_running(RvxBuffer *buffer)
{
    size_t begin = rvx_list_begin(buffer);
    uint32_t count = 0;
    const RvxRunning *running;

    rvx_mutex_lock(&rvx_engine.lock);
    for (running = current != NULL ? current->running : NULL; running != NULL; running = running->outer) {
        /* Each helper counts its events anew. */
        if (running->helper != rvx_engine.helper) continue;
        rvx_put_integer(buffer, running->event);
        count++;
    }
    rvx_mutex_unlock(&rvx_engine.lock);
    rvx_list_end(buffer, begin, count);
}

/* Waits for an answer; reads the stream for everybody when nobody else does. The lock is held. */
static void await(RvxPending *pending)
{
    RvxThread *thread = pending->thread;

    for (;;) {
        RvxEvent *event = pending->runs_callbacks ? take_event(thread, is_during, pending->is_done ? pending->id : 0) : NULL;
        if (event != NULL) run_event(thread, event);
        else if (pending->is_done) return;
        else if (!rvx_engine.is_reading) read_once(thread);
        else if (rvx_engine.reader == thread) pending->is_done = pending->is_lost = true;
        else wait_on(thread);
    }
}

static void forget_pending(RvxPending *pending)
{
    RvxPending **place = &rvx_engine.pendings;

    while (*place != pending) place = &(*place)->next;
    *place = pending->next;
}

/* Does a call within the record of its thread. */
static bool converse(RvxPending *pending, const RvxBuffer *frame, unsigned flags)
{
    unsigned helper;

    rvx_mutex_lock(&rvx_engine.lock);
    helper = rvx_engine.helper;
    if (rvx_engine.state != RVX_READY) pending->is_done = pending->is_lost = true;
    pending->next = rvx_engine.pendings;
    rvx_engine.pendings = pending;
    if (!pending->is_done) {
        rvx_mutex_unlock(&rvx_engine.lock);
        rvx_engine_send(helper, frame, flags);
        rvx_mutex_lock(&rvx_engine.lock);
        await(pending);
    }
    forget_pending(pending);
    if (pending->callback != 0 && (pending->is_lost || pending->answer.bytes == NULL)) rvx_callbacks_forget(pending->callback);
    rvx_engine_wake_reader();
    rvx_mutex_unlock(&rvx_engine.lock);
    return !pending->is_lost;
}

bool rvx_engine_call(uint32_t id, const RvxBuffer *frame, unsigned flags, uint32_t callback, const RvxCells *cells,
                     RvxAnswer *answer)
{
    RvxThread here = {0};
    RvxPending pending = {0};
    bool is_outermost = enter(&here), is_answered;

    pending.id = id;
    pending.callback = callback;
    pending.thread = current;
    pending.runs_callbacks = (flags & RVX_RUNS_CALLBACKS) != 0;
    pending.gives_handle = (flags & RVX_GIVES_HANDLE) != 0;
    pending.cells = cells;
    is_answered = converse(&pending, frame, flags);
    leave(&here, is_outermost);
    *answer = pending.answer;
    return is_answered;
}
