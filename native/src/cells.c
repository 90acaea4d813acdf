#include "cells.h"

#include <stdlib.h>
#include <string.h>

void rvx_cells_init(RvxCells *cells)
{
    cells->all = cells->first;
    cells->count = 0;
    cells->capacity = RVX_CELLS_INLINE;
    cells->has_failed = false;
}

static bool grow(RvxCells *cells)
{
    uint32_t capacity = cells->capacity * 2;
    RvxCell *larger = malloc(capacity * sizeof *larger);

    if (larger == NULL) return false;
    memcpy(larger, cells->all, cells->count * sizeof *larger);
    if (cells->all != cells->first) free(cells->all);
    cells->all = larger;
    cells->capacity = capacity;
    return true;
}

void rvx_cells_add(RvxCells *cells, VixPropertyType type, void *to)
{
    if (cells->has_failed) return;
    if (cells->count == cells->capacity && !grow(cells)) {
        cells->has_failed = true;
        return;
    }
    cells->all[cells->count].type = type;
    cells->all[cells->count].to = to;
    cells->count++;
}

void rvx_cells_free(RvxCells *cells)
{
    if (cells->all != cells->first) free(cells->all);
    rvx_cells_init(cells);
}

/* Whether a value can go where the program expects one of this type. */
static bool fits(VixPropertyType type, char tag)
{
    switch (type) {
    case VIX_PROPERTYTYPE_INTEGER:
    case VIX_PROPERTYTYPE_HANDLE:
    case VIX_PROPERTYTYPE_INT64:
        return tag == 'i';
    case VIX_PROPERTYTYPE_BOOL:
        return tag == 't' || tag == 'f';
    case VIX_PROPERTYTYPE_STRING:
        return tag == 's';
    case VIX_PROPERTYTYPE_BLOB:
        return tag == 'b';
    default:
        return false;
    }
}

/* Whether a blob has the size that goes into the cell before its own: the program reads as much. */
static bool has_its_size(const RvxValue *blob, const RvxValue *size)
{
    return size != NULL && size->tag == 'i' && size->integer == blob->size;
}

static void *copy_bytes(const RvxValue *value)
{
    void *copy = malloc(value->size > 0 ? value->size : 1);

    if (copy != NULL && value->size > 0) memcpy(copy, value->bytes, value->size);
    return copy;
}

/* A handle or an int as it travels. */
static int int_of(const RvxValue *value)
{
    return (int)(uint32_t)((uint64_t)value->integer & 0xffffffff);
}

static void store(const RvxCell *cell, const RvxValue *value, void *memory)
{
    int integer = int_of(value);

    switch (cell->type) {
    case VIX_PROPERTYTYPE_INTEGER:
    case VIX_PROPERTYTYPE_HANDLE:
        memcpy(cell->to, &integer, sizeof integer);
        break;
    case VIX_PROPERTYTYPE_INT64:
        memcpy(cell->to, &value->integer, sizeof value->integer);
        break;
    case VIX_PROPERTYTYPE_BOOL:
        *(Bool *)cell->to = (Bool)(value->tag == 't');
        break;
    default:
        memcpy(cell->to, &memory, sizeof memory);
    }
}

/* Reads the values and copies what has to be copied. `memory` holds the copies, which are the caller's also on failure. */
static VixError take(const RvxCells *cells, RvxReader *values, RvxValue *taken, void **memory)
{
    uint32_t index;

    for (index = 0; index < cells->count; index++) {
        RvxValue value = rvx_read(values);
        taken[index] = value;
        memory[index] = NULL;
        if (value.tag == 'n') continue;
        if (!fits(cells->all[index].type, value.tag)) return VIX_E_FAIL;
        if (value.tag == 'b' && !has_its_size(&value, index > 0 ? &taken[index - 1] : NULL)) return VIX_E_FAIL;
        if (value.tag == 's') memory[index] = rvx_copy_string(&value);
        else if (value.tag == 'b') memory[index] = copy_bytes(&value);
        else continue;
        if (memory[index] == NULL) return VIX_E_OUT_OF_MEMORY;
    }
    return values->is_bad ? VIX_E_FAIL : VIX_OK;
}

VixError rvx_cells_write(const RvxCells *cells, RvxReader *values)
{
    uint32_t count = rvx_read_list(values);
    RvxValue *taken;
    void **memory;
    uint32_t index;
    VixError error = VIX_E_OUT_OF_MEMORY;

    if (values->is_bad) return VIX_E_FAIL;
    if (count == 0) return VIX_OK;
    if (count != cells->count) return VIX_E_FAIL;
    taken = malloc(count * sizeof *taken);
    memory = calloc(count, sizeof *memory);
    if (taken != NULL && memory != NULL) error = take(cells, values, taken, memory);
    for (index = 0; memory != NULL && index < count; index++) {
        if (error == VIX_OK && taken[index].tag != 'n') store(&cells->all[index], &taken[index], memory[index]);
        else free(memory[index]);
    }
    free(taken);
    free(memory);
    return error;
}

VixHandle rvx_cells_highest_handle(const RvxCells *cells, RvxReader values)
{
    uint32_t count = rvx_read_list(&values), index;
    VixHandle highest = VIX_INVALID_HANDLE;

    for (index = 0; index < count && index < cells->count; index++) {
        RvxValue value = rvx_read(&values);
        if (cells->all[index].type == VIX_PROPERTYTYPE_HANDLE && int_of(&value) > highest) highest = int_of(&value);
    }
    return highest;
}
