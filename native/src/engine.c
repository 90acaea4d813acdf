#include "engine_state.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { START_LIMIT_MS = 60000, WHY_SIZE = 8192, FIRST_INPUT = 65536 };

RvxEngine rvx_engine = {.lock = RVX_MUTEX_INIT, .write_lock = RVX_MUTEX_INIT};

static atomic_uint last_id;

static const char not_started[] = "Revix has not started its helper yet; VixHost_Connect does that.";
static const char forked[] =
    "This process was forked from one that uses VIX. The child of such a process cannot use VIX; let it run another "
    "program, or fork before the first call of VIX.";

/* A text that Vix_GetErrorText has given, or may have given, to the program, which never frees it. */
typedef struct WhyText {
    struct WhyText *next;
    char text[];
} WhyText;

/* Says why there is no helper. Each text is kept once and for good. The lock is held. */
static void set_why(const char *what, const char *detail)
{
    static const char no_memory[] = "Revix has no memory left.";
    static WhyText *known;
    size_t size = strlen(what) + strlen(detail) + 1;
    WhyText *fresh = malloc(sizeof *fresh + size), *same = known;

    rvx_engine.why = no_memory;
    if (fresh == NULL) return;
    snprintf(fresh->text, size, "%s%s", what, detail);
    while (same != NULL && strcmp(same->text, fresh->text) != 0) same = same->next;
    if (same == NULL) {
        fresh->next = known;
        known = same = fresh;
    } else {
        free(fresh);
    }
    rvx_engine.why = same->text;
}

const char *rvx_engine_why(void)
{
    const char *why;

    if (rvx_process_is_forked()) return forked;
    rvx_mutex_lock(&rvx_engine.lock);
    why = rvx_engine.why != NULL ? rvx_engine.why : not_started;
    rvx_mutex_unlock(&rvx_engine.lock);
    return why;
}

bool rvx_engine_is_lost(void)
{
    bool is_lost;

    if (rvx_process_is_forked()) return true;
    rvx_mutex_lock(&rvx_engine.lock);
    is_lost = rvx_engine.state == RVX_LOST;
    rvx_mutex_unlock(&rvx_engine.lock);
    return is_lost;
}

void rvx_engine_saw_handle(VixHandle handle)
{
    if (handle > rvx_engine.highest_handle) rvx_engine.highest_handle = handle;
}

uint32_t rvx_engine_next_id(void)
{
    return (uint32_t)(atomic_fetch_add(&last_id, 1) + 1);
}

/* --- the input ------------------------------------------------------------------------------------------------------ */

static bool make_room(size_t capacity)
{
    uint8_t *larger;

    if (capacity <= rvx_engine.input_capacity) return true;
    larger = realloc(rvx_engine.input, capacity);
    if (larger == NULL) return false;
    rvx_engine.input = larger;
    rvx_engine.input_capacity = capacity;
    return true;
}

bool rvx_engine_read(void)
{
    size_t got;

    /* A long frame grows the input as it comes, so a false length asks for no memory. */
    if (rvx_engine.input_size == rvx_engine.input_capacity &&
        !make_room(rvx_engine.input_capacity == 0 ? FIRST_INPUT : rvx_engine.input_capacity * 2))
        return false;
    got = rvx_link_read(&rvx_engine.link, rvx_engine.input + rvx_engine.input_size,
                        rvx_engine.input_capacity - rvx_engine.input_size);
    rvx_engine.input_size += got;
    return got > 0;
}

bool rvx_engine_next_frame(const uint8_t **body, size_t *size, size_t *at, bool *is_broken)
{
    size_t length;

    *is_broken = false;
    if (rvx_engine.input_size - *at < RVX_LENGTH_BYTES) return false;
    length = rvx_frame_length(rvx_engine.input + *at);
    *is_broken = length == 0;
    if (length == 0 || rvx_engine.input_size - *at - RVX_LENGTH_BYTES < length) return false;
    *body = rvx_engine.input + *at + RVX_LENGTH_BYTES;
    *size = length;
    *at += RVX_LENGTH_BYTES + length;
    return true;
}

void rvx_engine_consume(size_t at)
{
    if (at == 0) return;
    rvx_engine.input_size -= at;
    memmove(rvx_engine.input, rvx_engine.input + at, rvx_engine.input_size);
    if (rvx_engine.input_size > 0 || rvx_engine.input_capacity <= FIRST_INPUT) return;
    /* What a picture needed need not be kept. */
    free(rvx_engine.input);
    rvx_engine.input = NULL;
    rvx_engine.input_capacity = 0;
}

/* --- the output ----------------------------------------------------------------------------------------------------- */

/* Tells the helper when the program has changed its directory. The write lock is held. */
static void follow_directory(void)
{
    char now[RVX_PATH_SIZE];
    RvxBuffer buffer;
    size_t begin;

    if (!rvx_current_directory(now, sizeof now) || strcmp(now, rvx_engine.directory) == 0) return;
    strcpy(rvx_engine.directory, now);
    rvx_buffer_init(&buffer);
    begin = rvx_frame_begin(&buffer, 'D');
    rvx_put_string(&buffer, now);
    rvx_frame_end(&buffer, begin);
    if (!buffer.has_failed) rvx_link_write(&rvx_engine.link, buffer.data, buffer.size);
    rvx_buffer_free(&buffer);
}

void rvx_engine_send(unsigned helper, const RvxBuffer *frames, unsigned flags)
{
    rvx_mutex_lock(&rvx_engine.write_lock);
    if (rvx_engine.is_link_open && rvx_engine.helper == helper) {
        if ((flags & RVX_HAS_PATHS) != 0) follow_directory();
        /* Whoever reads learns that the other side is gone, with what it said last. */
        if (!rvx_link_write(&rvx_engine.link, frames->data, frames->size)) rvx_link_shutdown(&rvx_engine.link);
    }
    rvx_mutex_unlock(&rvx_engine.write_lock);
}

/* --- the end -------------------------------------------------------------------------------------------------------- */

static void close_link(void)
{
    rvx_mutex_lock(&rvx_engine.write_lock);
    if (rvx_engine.is_link_open) rvx_link_close(&rvx_engine.link);
    rvx_engine.is_link_open = false;
    rvx_mutex_unlock(&rvx_engine.write_lock);
}

void rvx_engine_complete(RvxCallback *callback)
{
    RvxEvent *event;

    /* A job that is not known yet is one whose start fails. */
    if (callback->job == VIX_INVALID_HANDLE) return;
    callback->is_lost = true;
    /* The completion comes last. */
    if (callback->is_busy || callback->is_ending) return;
    event = calloc(1, sizeof *event);
    if (event == NULL) {
        /* Nobody may wait for a callback that does not come. */
        callback->job = VIX_INVALID_HANDLE;
        return;
    }
    callback->is_busy = callback->is_ending = true;
    event->message.callback = callback->id;
    event->message.job = callback->job;
    event->message.type = VIX_EVENTTYPE_JOB_COMPLETED;
    rvx_thread_post(callback->is_pumped ? &rvx_engine.pumped : &rvx_engine.library, event);
    rvx_cond_broadcast(&rvx_engine.completed);
}

void rvx_engine_lose(const char *why)
{
    static char text[WHY_SIZE];
    RvxPending *pending;

    if (rvx_engine.state != RVX_READY) return;
    rvx_engine.state = RVX_LOST;
    snprintf(text, sizeof text, "%s. Connect again to start a new one; all handles are void.", why);
    set_why("Revix has lost its helper: ", text);
    close_link();
    for (pending = rvx_engine.pendings; pending != NULL; pending = pending->next) {
        if (pending->is_done) continue;
        pending->is_done = pending->is_lost = true;
        if (pending->thread->is_waiting) rvx_cond_signal(&pending->thread->cond);
    }
    rvx_callbacks_each(rvx_engine_complete);
}

/* Takes no lock: a signal handler that ends the process may have interrupted a thread that holds it. */
static void on_exit_of_process(void)
{
    atomic_store(&rvx_engine.is_muted, true);
}

/* --- the start ------------------------------------------------------------------------------------------------------ */

/* A greeting that does not arrive shows in the answer that does not come. */
static void greet(void)
{
    RvxBuffer buffer;
    size_t begin;

    rvx_buffer_init(&buffer);
    begin = rvx_frame_begin(&buffer, 'H');
    rvx_put_string(&buffer, "revix");
    rvx_put_integer(&buffer, RVX_VERSION);
    rvx_put_integer(&buffer, RVX_VERSION);
    rvx_put_integer(&buffer, rvx_process_id());
    rvx_put_string(&buffer, "libvixAllProducts");
    rvx_put_integer(&buffer, rvx_engine.highest_handle);
    rvx_frame_end(&buffer, begin);
    if (!buffer.has_failed) rvx_link_write(&rvx_engine.link, buffer.data, buffer.size);
    rvx_buffer_free(&buffer);
}

static bool take_properties(RvxReader *reader)
{
    uint32_t count = rvx_read_list(reader), index;

    free(rvx_engine.properties);
    rvx_engine.property_count = 0;
    rvx_engine.properties = calloc(count > 0 ? count : 1, sizeof *rvx_engine.properties);
    if (rvx_engine.properties == NULL) return false;
    for (index = 0; index < count; index++) {
        if (rvx_read_list(reader) != 2) return false;
        rvx_engine.properties[index].id = rvx_read_int(reader);
        rvx_engine.properties[index].type = rvx_read_int(reader);
    }
    rvx_engine.property_count = count;
    return rvx_is_at_end(reader);
}

/* Takes the first frame of the helper. */
static bool take_welcome(const uint8_t *body, size_t size, char *why, size_t why_size)
{
    RvxMessage message;

    if (rvx_message_parse(&message, body, size)) {
        if (message.kind == 'N' || message.kind == 'F') {
            snprintf(why, why_size, "%.*s", (int)message.text.size, (const char *)message.text.bytes);
            return false;
        }
        if (message.kind == 'W' && message.version == RVX_VERSION && take_properties(&message.rest)) return true;
    }
    snprintf(why, why_size, "it did not answer the greeting as a helper does");
    return false;
}

static bool await_welcome(char *why, size_t why_size)
{
    const uint8_t *body;
    size_t size, at = 0;
    bool is_broken, is_welcome;

    while (!rvx_engine_next_frame(&body, &size, &at, &is_broken)) {
        if (is_broken) {
            snprintf(why, why_size, "it did not answer as a helper does");
            return false;
        }
        if (!rvx_link_wait(&rvx_engine.link, START_LIMIT_MS)) {
            snprintf(why, why_size, "it was not ready after %d s", START_LIMIT_MS / 1000);
            return false;
        }
        if (!rvx_engine_read()) {
            snprintf(why, why_size, "it ended before it was ready; what it said stands on the standard error");
            return false;
        }
    }
    is_welcome = take_welcome(body, size, why, why_size);
    rvx_engine_consume(at);
    return is_welcome;
}

/* Starts a helper. The lock is held, so whoever comes meanwhile waits for the outcome. */
static bool start(void)
{
    static RvxCommand command;
    static char why[WHY_SIZE / 2], text[WHY_SIZE];
    RvxLink link = {0};
    bool is_open, is_welcome;

    if (!rvx_locate_helper(&command, why, sizeof why)) {
        set_why("Revix cannot start its helper: ", why);
        return false;
    }
    if (!rvx_current_directory(rvx_engine.directory, sizeof rvx_engine.directory)) rvx_engine.directory[0] = '\0';
    is_open = rvx_link_open(&link, command.argv, why, sizeof why);
    rvx_mutex_lock(&rvx_engine.write_lock);
    rvx_engine.link = link;
    rvx_engine.is_link_open = is_open;
    rvx_engine.helper++;
    rvx_mutex_unlock(&rvx_engine.write_lock);
    rvx_engine.input_size = 0;
    if (is_open) greet();
    is_welcome = is_open && await_welcome(why, sizeof why);
    if (!is_welcome) {
        close_link();
        snprintf(text, sizeof text, "%s (%s%s%s). `revix doctor native` looks for the cause.", why, command.argv[0],
                 is_open ? " " : "", is_open ? command.argv[1] : "");
        set_why("Revix cannot start its helper: ", text);
    }
    return is_welcome;
}

bool rvx_engine_start(unsigned flags)
{
    static bool was_started;
    bool is_ready, may_start;

    if (rvx_process_is_forked()) return false;
    rvx_mutex_lock(&rvx_engine.lock);
    may_start = (rvx_engine.state == RVX_IDLE && (flags & RVX_STARTS_NOTHING) == 0) || (flags & RVX_CONNECTS) != 0;
    if (rvx_engine.state != RVX_READY && may_start && !rvx_engine.is_reading) {
        rvx_process_claim();
        if (!was_started) {
            was_started = true;
            rvx_cond_init(&rvx_engine.library.cond);
            rvx_cond_init(&rvx_engine.completed);
            atexit(on_exit_of_process);
        }
        rvx_engine.state = start() ? RVX_READY : RVX_LOST;
    }
    is_ready = rvx_engine.state == RVX_READY;
    rvx_mutex_unlock(&rvx_engine.lock);
    return is_ready;
}

VixPropertyType rvx_engine_property_type(VixPropertyID id)
{
    VixPropertyType type = VIX_PROPERTYTYPE_ANY;
    uint32_t index;

    rvx_mutex_lock(&rvx_engine.lock);
    for (index = 0; index < rvx_engine.property_count; index++) {
        if (rvx_engine.properties[index].id == id) type = rvx_engine.properties[index].type;
    }
    rvx_mutex_unlock(&rvx_engine.lock);
    return type;
}

void rvx_engine_give_up(const char *why)
{
    rvx_mutex_lock(&rvx_engine.lock);
    /* A thread that reads finds the end of the stream and does the rest. */
    rvx_mutex_lock(&rvx_engine.write_lock);
    if (rvx_engine.is_link_open) rvx_link_shutdown(&rvx_engine.link);
    rvx_mutex_unlock(&rvx_engine.write_lock);
    if (!rvx_engine.is_reading) rvx_engine_lose(why);
    rvx_mutex_unlock(&rvx_engine.lock);
}
