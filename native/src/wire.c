#include "wire.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void store32(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value & 0xff);
    to[1] = (uint8_t)(value >> 8 & 0xff);
    to[2] = (uint8_t)(value >> 16 & 0xff);
    to[3] = (uint8_t)(value >> 24 & 0xff);
}

static uint32_t load32(const uint8_t *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static void put_tag(RvxBuffer *buffer, char tag)
{
    uint8_t *place = rvx_buffer_extend(buffer, 1);

    if (place != NULL) *place = (uint8_t)tag;
}

static void put_count(RvxBuffer *buffer, uint32_t count)
{
    uint8_t *place = rvx_buffer_extend(buffer, 4);

    if (place != NULL) store32(place, count);
}

size_t rvx_frame_begin(RvxBuffer *buffer, char kind)
{
    size_t begin = buffer->size;

    put_count(buffer, 0);
    put_tag(buffer, kind);
    return begin;
}

void rvx_frame_end(RvxBuffer *buffer, size_t begin)
{
    size_t length = buffer->size - begin - RVX_LENGTH_BYTES;

    if (length > RVX_LONGEST_FRAME) buffer->has_failed = true;
    if (!buffer->has_failed) store32(buffer->data + begin, (uint32_t)length);
}

void rvx_put_null(RvxBuffer *buffer)
{
    put_tag(buffer, 'n');
}

void rvx_put_bool(RvxBuffer *buffer, bool value)
{
    put_tag(buffer, value ? 't' : 'f');
}

void rvx_put_integer(RvxBuffer *buffer, int64_t value)
{
    uint8_t *place;

    put_tag(buffer, 'i');
    place = rvx_buffer_extend(buffer, 8);
    if (place == NULL) return;
    store32(place, (uint32_t)((uint64_t)value & 0xffffffff));
    store32(place + 4, (uint32_t)((uint64_t)value >> 32));
}

static void put_bytes(RvxBuffer *buffer, char tag, const void *bytes, size_t size)
{
    if (size > RVX_LONGEST_FRAME) {
        buffer->has_failed = true;
        return;
    }
    put_tag(buffer, tag);
    put_count(buffer, (uint32_t)size);
    rvx_buffer_append(buffer, bytes, size);
}

void rvx_put_string(RvxBuffer *buffer, const char *text)
{
    if (text == NULL) rvx_put_null(buffer);
    else put_bytes(buffer, 's', text, strlen(text));
}

void rvx_put_blob(RvxBuffer *buffer, const void *bytes, size_t size)
{
    put_bytes(buffer, 'b', bytes, size);
}

size_t rvx_list_begin(RvxBuffer *buffer)
{
    put_tag(buffer, 'l');
    put_count(buffer, 0);
    return buffer->size - 4;
}

void rvx_list_end(RvxBuffer *buffer, size_t begin, uint32_t count)
{
    if (!buffer->has_failed) store32(buffer->data + begin, count);
}

void rvx_reader_init(RvxReader *reader, const uint8_t *bytes, size_t size)
{
    reader->at = bytes;
    reader->end = bytes + size;
    reader->is_bad = false;
}

static const uint8_t *take(RvxReader *reader, size_t size)
{
    const uint8_t *taken = reader->at;

    if (reader->is_bad || size > (size_t)(reader->end - reader->at)) {
        reader->is_bad = true;
        return NULL;
    }
    reader->at += size;
    return taken;
}

static void take_bytes(RvxReader *reader, RvxValue *value)
{
    const uint8_t *count = take(reader, 4);

    if (count == NULL) return;
    value->size = load32(count);
    value->bytes = take(reader, value->size);
}

static void take_list(RvxReader *reader, RvxValue *value)
{
    const uint8_t *count = take(reader, 4);

    if (count == NULL) return;
    value->size = load32(count);
    /* Each value takes a byte at least. */
    if (value->size > (size_t)(reader->end - reader->at)) reader->is_bad = true;
}

static void take_integer(RvxReader *reader, RvxValue *value)
{
    const uint8_t *bytes = take(reader, 8);
    uint64_t bits;

    if (bytes == NULL) return;
    bits = (uint64_t)load32(bytes) | (uint64_t)load32(bytes + 4) << 32;
    memcpy(&value->integer, &bits, sizeof bits);
}

RvxValue rvx_read(RvxReader *reader)
{
    static const RvxValue null_value = {'n', 0, NULL, 0};
    RvxValue value = null_value;
    const uint8_t *tag = take(reader, 1);

    if (tag == NULL) return null_value;
    value.tag = (char)*tag;
    switch (value.tag) {
    case 'n':
    case 't':
    case 'f':
        break;
    case 'i':
        take_integer(reader, &value);
        break;
    case 's':
    case 'b':
        take_bytes(reader, &value);
        break;
    case 'l':
        take_list(reader, &value);
        break;
    default:
        reader->is_bad = true;
    }
    return reader->is_bad ? null_value : value;
}

int64_t rvx_read_integer(RvxReader *reader)
{
    RvxValue value = rvx_read(reader);

    if (value.tag != 'i') reader->is_bad = true;
    return value.integer;
}

int rvx_read_int(RvxReader *reader)
{
    int64_t value = rvx_read_integer(reader);

    if (value >= INT_MIN && value <= INT_MAX) return (int)value;
    reader->is_bad = true;
    return 0;
}

uint32_t rvx_read_count(RvxReader *reader)
{
    int64_t value = rvx_read_integer(reader);

    if (value >= 0 && value <= UINT32_MAX) return (uint32_t)value;
    reader->is_bad = true;
    return 0;
}

uint32_t rvx_read_list(RvxReader *reader)
{
    RvxValue value = rvx_read(reader);

    if (value.tag != 'l') reader->is_bad = true;
    return value.tag == 'l' ? value.size : 0;
}

bool rvx_is_at_end(const RvxReader *reader)
{
    return !reader->is_bad && reader->at == reader->end;
}

size_t rvx_frame_length(const uint8_t *bytes)
{
    uint32_t length = load32(bytes);

    return length <= RVX_LONGEST_FRAME ? length : 0;
}

char *rvx_copy_string(const RvxValue *value)
{
    char *text = malloc((size_t)value->size + 1);

    if (text == NULL) return NULL;
    if (value->size > 0) memcpy(text, value->bytes, value->size);
    text[value->size] = '\0';
    return text;
}
