/* Out parameters of a call: where the program wants its answers, and how they get there. */
#ifndef RVX_CELLS_H
#define RVX_CELLS_H

#include "vix.h"
#include "wire.h"

typedef struct RvxCell {
    /* VIX_PROPERTYTYPE_* of what goes there. A blob takes an integer cell for its size first. */
    VixPropertyType type;
    void *to;
} RvxCell;

enum { RVX_CELLS_INLINE = 8 };

typedef struct RvxCells {
    RvxCell *all;
    uint32_t count;
    uint32_t capacity;
    bool has_failed;
    RvxCell first[RVX_CELLS_INLINE];
} RvxCells;

void rvx_cells_init(RvxCells *cells);
void rvx_cells_add(RvxCells *cells, VixPropertyType type, void *to);
void rvx_cells_free(RvxCells *cells);

/*
 * Writes the values of a list of out parameters into the cells: all or none. Strings and blobs are given to the program,
 * in memory from malloc.
 *
 * @return VIX_OK; VIX_E_OUT_OF_MEMORY; VIX_E_FAIL when the values do not fit the cells.
 */
VixError rvx_cells_write(const RvxCells *cells, RvxReader *values);

/* The highest handle in a list of out parameters for the cells; VIX_INVALID_HANDLE when there is none. */
VixHandle rvx_cells_highest_handle(const RvxCells *cells, RvxReader values);

#endif
