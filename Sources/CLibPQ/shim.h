// libpq 15 and later.
#pragma once
#include <libpq-fe.h>
