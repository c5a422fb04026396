// GMime 3.2 and GLib. Their type-check and cast macros are not visible to Swift; each shim names one.
#pragma once
#include <gmime/gmime.h>
