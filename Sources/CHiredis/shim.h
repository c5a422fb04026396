// hiredis 0.14 and later, used as a codec only: readers and command formatting.
#pragma once
#include <hiredis/hiredis.h>
#include <hiredis/read.h>
