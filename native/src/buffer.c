#include "buffer.h"

#include <stdlib.h>
#include <string.h>

void rvx_wipe(void *memory, size_t size)
{
    volatile uint8_t *at = memory;

    while (size > 0) {
        *at++ = 0;
        size--;
    }
}

void rvx_buffer_init(RvxBuffer *buffer)
{
    buffer->data = buffer->first;
    buffer->size = 0;
    buffer->capacity = sizeof buffer->first;
    buffer->has_failed = false;
}

/* Moves what is there to a larger place. realloc would leave a copy of it behind. */
static bool grow(RvxBuffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity * 2;
    uint8_t *larger;

    if (capacity < needed) capacity = needed;
    larger = malloc(capacity);
    if (larger == NULL) return false;
    memcpy(larger, buffer->data, buffer->size);
    rvx_wipe(buffer->data, buffer->size);
    if (buffer->data != buffer->first) free(buffer->data);
    buffer->data = larger;
    buffer->capacity = capacity;
    return true;
}

uint8_t *rvx_buffer_extend(RvxBuffer *buffer, size_t size)
{
    uint8_t *place;

    if (buffer->has_failed) return NULL;
    if (size > buffer->capacity - buffer->size) {
        if (size > SIZE_MAX / 2 - buffer->size || !grow(buffer, buffer->size + size)) {
            buffer->has_failed = true;
            return NULL;
        }
    }
    place = buffer->data + buffer->size;
    buffer->size += size;
    return place;
}

void rvx_buffer_append(RvxBuffer *buffer, const void *bytes, size_t size)
{
    uint8_t *place = rvx_buffer_extend(buffer, size);

    if (place != NULL && size > 0) memcpy(place, bytes, size);
}

void rvx_buffer_free(RvxBuffer *buffer)
{
    rvx_wipe(buffer->data, buffer->size);
    if (buffer->data != buffer->first) free(buffer->data);
    rvx_buffer_init(buffer);
}
