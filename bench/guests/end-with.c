/* Ends at once, with the code that its argument says: the short program of the measured guests. */
#include <stdlib.h>

int main(int argc, char **argv)
{
    return argc == 2 ? atoi(argv[1]) : 2;
}
