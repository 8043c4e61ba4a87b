#include <libpq-fe.h>
// Not in Swift's Glibc module; PostgresDriver waits on an eventfd beside libpq's socket.
#include <sys/eventfd.h>
