#include "message.h"

#include <string.h>

static RvxValue read_text(RvxReader *reader)
{
    RvxValue value = rvx_read(reader);

    if (value.tag != 's') reader->is_bad = true;
    return value;
}

static void read_event(RvxReader *reader, RvxEventMessage *event)
{
    event->event = rvx_read_count(reader);
    event->callback = rvx_read_count(reader);
    event->job = rvx_read_int(reader);
    event->type = rvx_read_int(reader);
    event->info = rvx_read_int(reader);
    event->during = rvx_read_count(reader);
}

/* Reads up to the values that only the caller can read. False when there are none. */
static bool read_head(RvxMessage *message, RvxReader *reader)
{
    switch (message->kind) {
    case 'R':
        message->id = rvx_read_count(reader);
        return true;
    case 'W':
        message->version = rvx_read_count(reader);
        message->text = read_text(reader);
        return true;
    case 'E':
        message->id = rvx_read_count(reader);
        message->text = read_text(reader);
        return false;
    case 'V':
        read_event(reader, &message->event);
        return false;
    case 'P':
        message->callback = rvx_read_count(reader);
        message->host = rvx_read_int(reader);
        return false;
    case 'F':
    case 'N':
        message->text = read_text(reader);
        return false;
    default:
        reader->is_bad = true;
        return false;
    }
}

bool rvx_message_parse(RvxMessage *message, const uint8_t *body, size_t size)
{
    RvxReader reader;

    memset(message, 0, sizeof *message);
    if (size == 0) return false;
    message->kind = (char)body[0];
    rvx_reader_init(&reader, body + 1, size - 1);
    if (read_head(message, &reader)) {
        message->rest = reader;
        return !reader.is_bad;
    }
    return rvx_is_at_end(&reader);
}
