// libcurl 7.88 and later. Its variadic setters are not callable from Swift; each shim gives one a type.
#pragma once
#include <curl/curl.h>
